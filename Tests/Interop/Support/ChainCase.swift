import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import SymbolonWire

/// A chain, what it is asked for, and the root that it may end in.
struct ChainCase: Sendable {
    let title: String
    let algorithm: KeyAlgorithm
    let purpose: Purpose
    let name: ReferenceName?
    /// Leaf first, without the root.
    let chain: [[UInt8]]
    let root: [UInt8]

    init(
        _ title: String, algorithm: KeyAlgorithm = .p256, for purpose: Purpose, as name: String?, chain: [[UInt8]],
        root: [UInt8]
    ) {
        self.title = title
        self.algorithm = algorithm
        self.purpose = purpose
        self.name = name.map { try! ReferenceName($0) }
        self.chain = chain
        self.root = root
    }

    /// Our own verdict: nil when the chain is accepted.
    func refusal(at now: Date, under profile: VerificationProfile = .strict) -> (any Error)? {
        do {
            let anchor = TrustAnchor(try Certificate(der: root), for: try TrustDomain(TestPKI.trustDomain))
            let expectation = Expectation(
                purpose, names: name.map { [$0] } ?? [],
                revocation: .bestEffort(because: "the peers know nothing of revocation here"))
            _ = try Verifier(anchors: [anchor], profile: profile).verify(
                PresentedChain(der: chain), expecting: expectation, at: now)
            return nil
        } catch {
            return error
        }
    }

    /// All of it as text, the root last.
    var pem: String { (chain + [root]).map { PEM.render(label: "CERTIFICATE", $0) }.joined() }

    /// The moment of every case. GnuTLS's command judges by the clock of the machine and cannot be told another time, so
    /// the chains are made around now.
    static let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
}

extension TestPKI {
    /// The chain, moved from noon to now.
    var atNow: TestPKI {
        var moved = self
        let distance = ChainCase.now.timeIntervalSince(noon)
        for part in [\TestPKI.root, \.issuing, \.leaf] {
            moved[keyPath: part].notBefore += distance
            moved[keyPath: part].notAfter += distance
        }
        return moved
    }
}

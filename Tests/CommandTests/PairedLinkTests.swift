import Foundation
import SymbolonAdministration
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys
import SymbolonRevocation
import SymbolonStorage
import SymbolonTestSupport
import Testing

@testable import symbolon

@Suite("What an authority says next is taken where it fits what was heard, and nothing is forgotten")
struct PairedLinkTests {
    private let chain = TestPKI.goodChain()
    private let folder: TemporaryFolder
    private let link: PairedLink

    /// After one change: certificate 1 is revoked.
    init() async throws {
        folder = try TemporaryFolder()
        let home = HomeFolder(folder.file("home"))
        _ = try home.create()
        link = try PairedLink(
            home,
            PairedAuthority(
                trustDomain: TestPKI.trustDomain, addresses: ["127.0.0.1:1"], anchors: [chain.anchor], identity: nil,
                pairedAt: noon))
        #expect(try await link.take(TrustAnswer(version: "1-a", trust: try statement(1, revoking: [1]))))
    }

    private func revoked(_ numbers: [UInt8]) throws -> RevokedSet {
        let issuer = chain.issuing.key.publicKey.fingerprint
        return RevokedSet(
            Dictionary(
                uniqueKeysWithValues: try numbers.map {
                    (
                        CertificateIdentifier(issuerKey: issuer, serialNumber: try SerialNumber(magnitude: [$0])),
                        Revocation(.superseded, since: noon)
                    )
                }))
    }

    /// - Parameters:
    ///   - counter: of changes.
    ///   - numbers: of all that is revoked then.
    ///   - news: what is told of them, as changes since a value of the counter; nil: all.
    private func statement(
        _ counter: UInt64, revoking numbers: [UInt8], telling news: (since: UInt64, numbers: [UInt8])? = nil
    ) throws -> TrustStatement {
        let told = try revoked(news?.numbers ?? numbers)
        var lines: [String] = []
        told.forEach {
            lines.append("\($0.serialNumber) \($1.reason.rawValue) \(Int64($1.since.timeIntervalSince1970))")
        }
        return TrustStatement(
            trustDomain: TestPKI.trustDomain, anchors: CertificateBundle([chain.anchor]).pem,
            issuing: CertificateBundle([try Certificate(der: chain.issuingDER)]).pem, changeCounter: counter,
            since: news?.since,
            revoked: [.init(issuerKey: chain.issuing.key.publicKey.fingerprint.description, certificates: lines)],
            digest: RevocationDigest(of: try revoked(numbers)).description, federated: [])
    }

    /// Which of the first three are known to be revoked.
    private func known() async throws -> [UInt8] {
        let snapshot = await link.revocations(at: noon)
        return try [1, 2, 3].filter { number in
            let identifier = CertificateIdentifier(
                issuerKey: chain.issuing.key.publicKey.fingerprint, serialNumber: try SerialNumber(magnitude: [number]))
            if case .revoked = snapshot.status(of: identifier) { return true }
            return false
        }
    }

    @Test("a change that fits is taken, and is there after a restart")
    func fits() async throws {
        let step = try statement(2, revoking: [1, 2], telling: (since: 1, numbers: [2]))
        #expect(try await link.take(TrustAnswer(version: "2-b", trust: step)))
        #expect(try await known() == [1, 2])
        #expect(await !link.wantsWhole)
        #expect(try HomeFolder(folder.file("home")).heardTrust()?.revoked == revoked([1, 2]))
    }

    @Test("after a gap what is known stays in force, and the whole is asked for and taken")
    func gap() async throws {
        // It was not told that 2 was revoked.
        let step = try statement(3, revoking: [1, 2, 3], telling: (since: 1, numbers: [3]))
        #expect(try await !link.take(TrustAnswer(version: "3-c", trust: step)))
        #expect(try await known() == [1])
        #expect(await link.wantsWhole)
        let whole = try statement(3, revoking: [1, 2, 3])
        #expect(try await link.take(TrustAnswer(version: "3-c", trust: whole)))
        #expect(try await known() == [1, 2, 3])
        #expect(await !link.wantsWhole)
    }

    @Test("changes since a later version than the known one are a gap, even where they seem to fit")
    func later() async throws {
        let step = try statement(3, revoking: [1, 3], telling: (since: 2, numbers: [3]))
        #expect(try await !link.take(TrustAnswer(version: "3-d", trust: step)))
        #expect(await link.wantsWhole)
        #expect(try await known() == [1])
    }

    @Test("an authority whose store was put back is not believed to have forgotten: what is revoked stays so")
    func goneBack() async throws {
        await #expect(throws: AdministrationFailure.self) {
            try await link.take(TrustAnswer(version: "0-z", trust: try statement(0, revoking: [])))
        }
        #expect(try await known() == [1])
        #expect(try HomeFolder(folder.file("home")).heardTrust()?.version == "1-a")
    }

    @Test("what another domain's authority says is not taken")
    func otherDomain() async throws {
        let ours = try statement(2, revoking: [])
        let other = TrustStatement(
            trustDomain: "other.internal", anchors: ours.anchors, issuing: ours.issuing, changeCounter: 2, revoked: [],
            digest: ours.digest, federated: [])
        #expect(try await !link.take(TrustAnswer(version: "2-o", trust: other)))
        #expect(try await known() == [1])
    }

    @Test("policies are signed by keys that a believed root has certified, while they last, and that nobody has stolen")
    func signers() async throws {
        let key = chain.issuing.key.publicKey
        #expect(await link.policySigners(at: noon) == [key])
        #expect(await link.policySigners(at: .distantFuture).isEmpty)
        let stranger = try Certificate(der: TestPKI.goodChain(.p384).issuingDER)
        let known = try statement(2, revoking: [1])
        func told(_ issuing: [Certificate], replaced: [TrustStatement.Replaced] = []) async throws -> [PublicKey] {
            let trust = TrustStatement(
                trustDomain: known.trustDomain, anchors: known.anchors, issuing: CertificateBundle(issuing).pem,
                replaced: replaced, changeCounter: known.changeCounter, revoked: known.revoked, digest: known.digest,
                federated: [])
            #expect(try await link.take(TrustAnswer(version: UUID().uuidString, trust: trust)))
            return await link.policySigners(at: noon)
        }
        let ours = try Certificate(der: chain.issuingDER)
        #expect(try await told([stranger]) == [])
        #expect(try await told([stranger, ours]) == [key])
        let stolen = TrustStatement.Replaced(issuerKey: key.fingerprint.description, by: noon + 60)
        #expect(try await told([ours], replaced: [stolen]) == [])
    }
}

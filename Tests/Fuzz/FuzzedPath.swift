import Foundation
import SymbolonCertificates
import SymbolonNames
import SymbolonRevocation
import SymbolonVerification

/// DER one after the other: the anchor, the certificates that a peer presents, and lists and answers among them.
struct FuzzedPath {
    private let anchor: Certificate
    private var presented: [[UInt8]] = []
    private var leaf: Certificate
    private var lists: [CertificateList] = []
    private var answers: [StatusAnswer] = []

    /// Nil when there is no certificate that a path could end in.
    init?(_ input: [UInt8]) {
        var reader = DERReader(input)
        guard let first = try? reader.next(), let anchor = try? Certificate(der: reader.slice(first.encoding)) else {
            return nil
        }
        self.anchor = anchor
        leaf = anchor
        while let element = try? reader.next() {
            let der = reader.slice(element.encoding)
            if let list = try? CertificateList(der: der) {
                lists.append(list)
            } else if let answer = try? StatusAnswer(der: der) {
                answers.append(answer)
            } else {
                if presented.isEmpty, let certificate = try? Certificate(der: der) { leaf = certificate }
                presented.append(Array(der))
            }
        }
        if presented.isEmpty { presented = [anchor.der] }
    }

    /// For each purpose and under each profile, for the first name that the leaf has.
    func verify() {
        let domain = try? TrustDomain("example.internal")
        let names = (leaf.extensions.subjectAlternativeNames ?? []).compactMap { try? $0.subjectName() }
        let expected = names.first.flatMap { try? ReferenceName($0.description) }
        let now = max(leaf.notBefore, anchor.notBefore) + 1
        for profile in VerificationProfile.all {
            let verifier = Verifier(
                anchors: [TrustAnchor(anchor, for: domain)], sources: RevocationSources(lists: lists, answers: answers),
                profile: profile)
            for purpose in Purpose.allCases {
                let isWithSources = !lists.isEmpty || !answers.isEmpty
                let expectation = Expectation(
                    purpose, names: expected.map { [$0] } ?? [],
                    revocation: isWithSources ? .required : .bestEffort(because: "nothing is known of it here"))
                do throws(Refusal) {
                    let peer = try verifier.verify(PresentedChain(der: presented), expecting: expectation, at: now)
                    _ = (peer.identity.description, peer.names, peer.path.certificates.count, peer.path.policies)
                } catch {
                    _ = error.explanation
                }
            }
        }
    }
}

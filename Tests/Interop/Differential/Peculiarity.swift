import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport

/// A refusal of a peer's that no standard asks for, or of what it has not learnt: it says nothing of the chain.
struct Peculiarity: Sendable {
    let title: String
    /// Those that refuse so.
    let peers: Set<Peer>
    /// One of these is in what they say.
    let words: [String]
    let because: String
    /// What must be true of the chain besides.
    let holds: @Sendable (ChainCase) -> Bool

    func covers(_ peer: Peer, _ why: String, _ chain: ChainCase) -> Bool {
        peers.contains(peer) && words.contains { why.contains($0) } && holds(chain)
    }

    static let all: [Peculiarity] = [
        Peculiarity(
            title: "the key identifiers differ", peers: [.openssl, .gnutls],
            words: ["unable to get local issuer certificate", "issuer is unknown", "issuer is not a CA"],
            because: "RFC 5280 §6.1 does not compare them; the signature says by which key it was issued",
            holds: { $0.hasForeignKeyIdentifier }),
        Peculiarity(
            title: "knows no Ed25519", peers: [.cryptography],
            words: ["Forbidden public key algorithm", "Forbidden signature algorithm"],
            because: "RFC 8410; the rules of the public Web, which it keeps, do not have it",
            holds: { $0.algorithm == .ed25519 }),
        Peculiarity(
            title: "does not know a critical extension of RFC 5280", peers: Set(Peer.allCases),
            words: [
                "unaccounted-for critical extensions", "unknown critical extension", "unhandled critical extension",
            ],
            because:
                "RFC 5280 §4.2: certificate policies and what limits them; we refuse what is critical and unknown to us",
            holds: { _ in true }),
        Peculiarity(
            title: "does not compare names of that kind with constraints", peers: [.cryptography],
            words: ["nameConstraints extension contains an unsupported"],
            because: "RFC 5280 §4.2.1.10 has the rule",
            holds: { _ in true }),
        Peculiarity(
            title: "compares directory names octet by octet", peers: [.cryptography, .gnutls],
            words: ["all candidates exhausted with no interior errors", "issuer is unknown"],
            because: "RFC 5280 §7.1: neither case, nor runs of spaces, nor the string type counts",
            holds: { $0.hasNameWrittenTwoWays }),
        Peculiarity(
            title: "tries one path only", peers: [.openssl],
            words: ["self-signed certificate in certificate chain"],
            because: "RFC 4158 §2.4: another path may lead to an anchor",
            holds: { $0.hasSelfIssuedIntermediate }),
        Peculiarity(
            title: "counts self-issued certificates", peers: [.cryptography, .gnutls],
            // The second: of two issuers of one name it speaks of the other.
            words: [
                "path length constraint violated", "signature does not match", "violates the signer's constraints",
            ],
            because: "RFC 5280 §4.2.1.9: pathLenConstraint does not count them",
            holds: { $0.hasSelfIssuedIntermediate }),
        Peculiarity(
            title: "takes no critical names beside a subject", peers: [.cryptography],
            words: ["EE subjectAltName MUST NOT be critical when subject is nonempty"],
            because: "RFC 5280 §4.2.1.6: SHOULD be non-critical",
            holds: { _ in true }),
        Peculiarity(
            title: "takes no certificate without alternative names", peers: [.cryptography],
            words: ["missing required extension"],
            because: "RFC 5280 §4.2.1.6: needed only where the subject is empty; the profile strict asks for them too",
            holds: { !$0.leafHasAlternativeNames }),
        Peculiarity(
            title: "takes no critical extended key usage", peers: [.cryptography],
            words: ["2.5.29.37: Certificate extension has incorrect criticality"],
            because: "RFC 5280 §4.2.1.12: critical or not, at the issuer's choice",
            holds: { _ in true }),
        Peculiarity(
            title: "takes anyExtendedKeyUsage for no purpose", peers: Set(Peer.allCases),
            words: ["unsuitable certificate purpose", "required EKU not found", "does not match the intended purpose"],
            because: "RFC 5280 §4.2.1.12: it restricts nothing; the profile strict does not take it from a leaf either",
            holds: { $0.isForAnyPurpose }),
        Peculiarity(
            title: "takes no authority as a leaf", peers: [.cryptography],
            words: ["basicConstraints.cA must not be asserted in an EE certificate"],
            because: "RFC 5280 §6.1.5 does not ask; the profile strict does",
            holds: { $0.leafIsAuthority }),
        Peculiarity(
            title: "asks for critical constraints of every authority", peers: [.openssl],
            words: ["Basic Constraints of CA cert not marked critical"],
            because: "RFC 5280 §4.2.1.9: critical or not where the key signs no certificates",
            holds: { $0.leafIsAuthority && !$0.leafMaySignCertificates }),
        Peculiarity(
            title: "takes the last second for past", peers: [.openssl],
            words: ["certificate has expired"],
            because: "RFC 5280 §4.1.2.5: notAfter is inclusive",
            holds: { $0.endsNow }),
        Peculiarity(
            title: "takes no RSA algorithm without NULL", peers: [.cryptography],
            words: ["RsaWithSha256(None)"],
            because: "RFC 4055 §5: absent parameters MUST be accepted",
            holds: { _ in true }),
        Peculiarity(
            title: "reads the algorithm of the root's own signature", peers: [.openssl, .cryptography],
            words: ["cannot be read", "TbsCertificate::signature_alg"],
            because: "RFC 5280 §6.1.1(d): an anchor is a name and a key, and nobody verifies its signature",
            holds: { $0.rootSignatureIsUnreadable }),
        Peculiarity(
            title: "reads the policy mappings of a leaf", peers: [.openssl],
            words: ["invalid or inconsistent certificate policy extension"],
            because: "RFC 5280 §6.1.4(a): they are for what an authority issues",
            holds: { $0.leafMapsPolicies }),
    ]
}

extension ChainCase {
    /// An authority key identifier names no certificate here whose name and subject key identifier fit.
    fileprivate var hasForeignKeyIdentifier: Bool {
        readable.contains { one in
            guard let named = one.extensions.authorityKeyIdentifier else { return false }
            return !readable.contains { other in
                other.subject == one.issuer
                    && [nil, named.keyIdentifier].contains(other.extensions.subjectKeyIdentifier)
            }
        }
    }

    fileprivate var isForAnyPurpose: Bool {
        readable.contains { $0.extensions.extendedKeyUsage?.contains(.any) ?? false }
    }

    fileprivate var leafIsAuthority: Bool {
        readable.first?.extensions.basicConstraints?.isAuthority ?? false
    }

    fileprivate var leafMaySignCertificates: Bool {
        readable.first?.extensions.keyUsage?.contains(.keyCertSign) ?? true
    }

    fileprivate var endsNow: Bool {
        readable.contains { $0.notAfter == noon }
    }

    fileprivate var rootSignatureIsUnreadable: Bool {
        readable.last?.signatureAlgorithmFailure != nil
    }

    fileprivate var leafMapsPolicies: Bool {
        readable.first?.extensions.policyMappings != nil
    }

    fileprivate var hasNameWrittenTwoWays: Bool {
        readable.contains { one in
            readable.contains { $0.subject == one.issuer && $0.subject.derBytes != one.issuer.derBytes }
        }
    }

    fileprivate var hasSelfIssuedIntermediate: Bool {
        readable.dropFirst().dropLast().contains(where: \.isSelfIssued)
    }

    fileprivate var leafHasAlternativeNames: Bool {
        readable.first?.extensions.subjectAlternativeNames != nil
    }

    private var readable: [Certificate] { (chain + [root]).compactMap { try? Certificate(der: $0) } }
}

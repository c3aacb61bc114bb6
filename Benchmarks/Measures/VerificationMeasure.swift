import Crypto
import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonVerification

/// What proving a leaf and an issuing certificate up to a root costs, beside the signature checks that are in it.
struct VerificationMeasure {
    private let workshop: Workshop
    private static let leafCount = 200
    private static let revokedCount = 100_000

    init(_ workshop: Workshop) { self.workshop = workshop }

    func run(rounds: Int) async throws -> [Figure] {
        var leaves: [IssuedCertificate] = []
        for number in 0...Self.leafCount { leaves.append(try await workshop.issue("leaf-\(number)")) }
        let root = workshop.authority.root
        let issuing = workshop.authority.issuing
        try workshop.writePath(of: leaves[1].certificate)

        let chains = leaves.map { PresentedChain(der: $0.chain.map(\.der)) }
        let anchor = TrustAnchor(root, for: workshop.authority.configuration.trustDomain)
        let bench = try Bench(anchor, issuing, revokedCount: Self.revokedCount)
        let signatures = try leaves.map { try BareSignature($0.certificate, by: issuing) }
        let issuingSignature = try BareSignature(issuing, by: root)
        return try interleaved(rounds, operations: Self.leafCount) {
            Subject("two bare signature checks") {
                for signature in signatures.dropFirst() {
                    try require(signature.isValid)
                    try require(issuingSignature.isValid)
                }
            }
            // What is in the next row beside the signatures; the rest of it is the path, its checks and its names.
            Subject("parse both certificates, their keys too") {
                for chain in chains.dropFirst() {
                    for der in chain.der { try require(Certificate(der: der).publicKey != nil) }
                }
            }
            Subject("verify, nothing seen before") {
                for chain in chains.dropFirst() { _ = try bench.verify(chain, with: bench.plain) }
            }
            Subject("verify, 100,000 revoked known") {
                for chain in chains.dropFirst() { _ = try bench.verify(chain, with: bench.manyRevoked) }
            }
            // The first leaf, unmeasured, shows the cache the issuer.
            Subject("verify, issuer seen before", before: { try bench.cached(warm: chains.prefix(1)) }) { verifier in
                for chain in chains.dropFirst() { _ = try bench.verify(chain, with: verifier) }
            }
            Subject("verify, leaf seen before", before: { try bench.cached(warm: chains[...]) }) { verifier in
                for chain in chains.dropFirst() { _ = try bench.verify(chain, with: verifier) }
            }
        }
    }
}

/// Verifiers of one root, and the moment to judge by.
private struct Bench {
    let plain: Verifier
    let manyRevoked: Verifier
    private let anchors: [TrustAnchor]
    private let snapshot: RevocationSnapshot
    private let now = Date()
    private let expectation = Expectation(.client)

    init(_ anchor: TrustAnchor, _ issuing: Certificate, revokedCount: Int) throws {
        guard let root = anchor.publicKey?.fingerprint, let issuer = issuing.publicKey?.fingerprint else {
            throw Failed()
        }
        let issuers: Set = [root, issuer]
        anchors = [anchor]
        snapshot = RevocationSnapshot(revoked: [:], covering: issuers, epoch: 1, thisUpdate: now)
        var revoked: [CertificateIdentifier: Revocation] = [:]
        for number in 0..<revokedCount {
            let bytes = [0x40] + SHA256.hash(data: Data("\(number)".utf8)).prefix(19)
            let identifier = CertificateIdentifier(issuerKey: issuer, serialNumber: try SerialNumber(magnitude: bytes))
            revoked[identifier] = Revocation(.superseded, since: now)
        }
        plain = Verifier(anchors: anchors, revocation: snapshot)
        manyRevoked = Verifier(
            anchors: anchors,
            revocation: RevocationSnapshot(revoked: revoked, covering: issuers, epoch: 1, thisUpdate: now))
    }

    func cached(warm chains: ArraySlice<PresentedChain>) throws -> Verifier {
        let verifier = Verifier(anchors: anchors, revocation: snapshot, cache: SignatureCache())
        for chain in chains { _ = try verify(chain, with: verifier) }
        return verifier
    }

    func verify(_ chain: PresentedChain, with verifier: Verifier) throws -> VerifiedPeer {
        try verifier.verify(chain, expecting: expectation, at: now)
    }
}

/// A signature check with everything but the check itself done before.
private struct BareSignature {
    private let key: P256.Signing.PublicKey
    private let signature: P256.Signing.ECDSASignature
    private let message: [UInt8]

    init(_ certificate: Certificate, by issuer: Certificate) throws {
        key = try P256.Signing.PublicKey(derRepresentation: issuer.subjectPublicKeyInfo)
        signature = try P256.Signing.ECDSASignature(derRepresentation: certificate.signature)
        message = Array(certificate.tbsBytes)
    }

    var isValid: Bool { key.isValidSignature(signature, for: message) }
}

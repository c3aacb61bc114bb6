import SymbolonCertificates
import SymbolonKeys

/// The signatures of one verification: each checked at most once, within the budget, unless the cache knows it.
struct SignatureChecks {
    private struct Edge: Hashable {
        let issuerKey: PublicKey
        let certificate: Swift.ObjectIdentifier
    }

    private let cache: SignatureCache?
    private var verdicts: [Edge: Bool] = [:]

    init(cache: SignatureCache?) {
        self.cache = cache
    }

    /// RFC 5280 §6.1.3(a)(1): `issuerKey` signed `certificate` with `algorithm`.
    ///
    /// - Throws: only `workExhausted`.
    mutating func holds(
        _ certificate: PathCertificate, by algorithm: SignatureAlgorithm, under issuerKey: PublicKey,
        of issuer: PathCertificate, spending work: inout WorkLeft
    ) throws(VerificationFailure) -> Bool {
        if let cache, let digest = certificate.digest, let fingerprint = issuer.publicKey?.fingerprint,
            cache.knows(SignatureCache.Signature(issuer: fingerprint, certificate: digest))
        {
            return true
        }
        let edge = Edge(issuerKey: issuerKey, certificate: Swift.ObjectIdentifier(certificate))
        if let verdict = verdicts[edge] { return verdict }
        try work.spendSignature()
        let signed = certificate.certificate
        let verdict = issuerKey.isValid(signed.signature, over: signed.tbsBytes, by: algorithm)
        verdicts[edge] = verdict
        return verdict
    }
}

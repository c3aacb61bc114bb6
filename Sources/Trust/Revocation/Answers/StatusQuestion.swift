public import SymbolonCertificates

/// A question to an OCSP responder about one certificate. RFC 6960 §4.1; one certificate a question is RFC 5019 §2.1.1.
public struct StatusQuestion: Hashable, Sendable {
    /// What the answer must carry back; nil: an answer from a responder's store is wanted.
    public let nonce: StatusNonce?
    /// DER of the OCSPRequest.
    public let der: [UInt8]

    /// Digests that a responder can be asked by.
    public enum IssuerDigest: Hashable, Sendable {
        /// Every responder knows it. It names the issuer and protects nothing.
        case sha1
        case sha256
    }

    /// Nil when the issuer's key cannot be read.
    public init?(
        about serialNumber: SerialNumber, from issuer: Certificate, namedBy digest: IssuerDigest = .sha1,
        nonce: StatusNonce? = .make()
    ) {
        guard
            let identifier = CertificateID(
                of: serialNumber, from: issuer, by: digest == .sha1 ? .sha1 : .sha256)
        else { return nil }
        self.nonce = nonce
        let requests = DERWriter.sequence(DERWriter.sequence(identifier.derBytes))
        let extensions = nonce.map { nonce in
            DERWriter.element(
                .context(2, isConstructed: true), DERWriter.sequence(DERWriter.extension(nonce.extension)))
        }
        der = DERWriter.sequence(DERWriter.sequence(requests, extensions ?? []))
    }
}

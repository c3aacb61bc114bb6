import Crypto
import SymbolonCertificates
import SymbolonNames

/// The certificate that answers tls-alpn-01: RFC 8737 §3.
enum ChallengeCertificate {
    /// RFC 8737 §6.1, id-pe-acmeIdentifier. Drafts had another, 1.3.6.1.5.5.7.1.30.1, which proves nothing.
    static let acmeIdentifier = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 1, 31)

    /// Checks what a server presented against the identifier and the key authorization.
    static func check(
        _ chain: [[UInt8]], for host: Destination.Host, keyAuthorization: String
    ) throws(ChallengeFailure) {
        let certificate: Certificate
        do throws(CertificateFailure) {
            certificate = try Certificate(der: chain.first ?? [])
        } catch {
            throw .incorrect("the certificate cannot be read: \(error.explanation)")
        }
        try checkNames(of: certificate, host)
        try checkDigest(in: certificate, keyAuthorization)
        try checkSelfSigned(certificate)
    }

    /// RFC 8737 §3: one subjectAltName, and in it the identifier alone; RFC 8738 §6: an iPAddress for an address.
    private static func checkNames(
        of certificate: Certificate, _ host: Destination.Host
    ) throws(ChallengeFailure) {
        let names = certificate.extensions.subjectAlternativeNames ?? []
        guard names.count == 1, let name = names.first else {
            throw .incorrect("the certificate has \(names.count) subject alternative names, and one is asked for")
        }
        let isRight =
            switch (name, host) {
            case (.dns(let text), .name(let expected)): (try? DNSName(text)) == expected
            case (.ip(let octets), .address(let expected)): octets == expected.bytes
            default: false
            }
        guard isRight else { throw .incorrect("the certificate's subject alternative name is not \(host)") }
    }

    /// RFC 8737 §3: `Authorization ::= OCTET STRING (SIZE (32))`, the SHA-256 digest, in a critical extension.
    private static func checkDigest(
        in certificate: Certificate, _ keyAuthorization: String
    ) throws(ChallengeFailure) {
        guard let found = certificate.extensions[acmeIdentifier] else {
            throw .incorrect("the certificate has no acmeIdentifier extension (\(acmeIdentifier))")
        }
        guard found.isCritical else {
            throw .incorrect("the acmeIdentifier extension of the certificate is not critical")
        }
        let digest = Array(SHA256.hash(data: Array(keyAuthorization.utf8)))
        // Tag 4 and length 32, then the digest: DER has no other way.
        guard Array(found.value) == [0x04, 0x20] + digest else {
            throw .incorrect("the certificate's acmeIdentifier is not the digest of this challenge's key authorization")
        }
    }

    /// RFC 8737 §3: "a self-signed certificate"; a real one of another authority was not made for this.
    private static func checkSelfSigned(_ certificate: Certificate) throws(ChallengeFailure) {
        guard certificate.isSelfIssued, let key = certificate.publicKey, certificate.isSigned(by: key) else {
            throw .incorrect("the certificate is not signed by its own key")
        }
    }
}

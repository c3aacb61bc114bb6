import Crypto
import Foundation
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonTransport

extension ChallengeCertificate {
    /// A server that shows the one certificate that answers a challenge, and speaks no other protocol (RFC 8737 §3).
    static func context(
        for identifier: ACMEIdentifier, keyAuthorization: String
    ) throws(ACMEClientFailure) -> TLSContext {
        let key = SigningKey.make(.p256)
        do {
            let certificate = try make(for: identifier, keyAuthorization: keyAuthorization, key: key, at: Date())
            // The validator only looks, and so does this side at who comes.
            var settings = TLSSettings.looking(for: [TLSChallenge.protocolName])
            settings.clientCertificate = .optional
            return try TLSContext(
                side: .server(acceptedServerNames: nil),
                identity: try TLSIdentity(chain: [certificate.der], pkcs8: key.pkcs8()), settings: settings)
        } catch {
            throw .cannotSign(
                (error as? CertificateFailure)?.explanation ?? (error as? TLSFailure)?.explanation ?? "\(error)")
        }
    }

    /// RFC 8737 §3: self-signed, the identifier alone as its name, and in a critical extension the digest of the key
    /// authorization.
    static func make(
        for identifier: ACMEIdentifier, keyAuthorization: String, key: SigningKey, at now: Date
    ) throws -> Certificate {
        let name = try DistinguishedName(commonName: "ACME challenge")
        var template = CertificateTemplate(
            serialNumber: try SerialNumber(magnitude: [1]), signatureAlgorithm: key.signatureAlgorithm, issuer: name,
            notBefore: now - 3600, notAfter: now + 86_400, subject: name, publicKey: key.publicKey)
        template.keyUsage = .digitalSignature
        template.extendedKeyUsage = ExtendedKeyUsage(.serverAuth)
        template.subjectAlternativeNames = [GeneralName(identifier.subjectName)]
        // OCTET STRING of 32 octets.
        let digest = [0x04, 0x20] + Array(SHA256.hash(data: Array(keyAuthorization.utf8)))
        template.otherExtensions = [Extension(acmeIdentifier, isCritical: true, value: digest)]
        let tbs = template.derBytes()
        return try Certificate.assemble(tbs: tbs, algorithm: key.signatureAlgorithm, signature: key.sign(tbs))
    }
}

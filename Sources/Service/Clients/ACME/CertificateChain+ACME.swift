import Foundation
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonWire

/// What was downloaded, looked at before anything of it is kept.
enum ObtainedChain {
    /// 10: a path of every authority there is fits twice.
    private static let longest = 10
    /// How far a clock may be behind the server's: 5 minutes.
    private static let clockTolerance: TimeInterval = 300

    /// RFC 8555 §7.4.2, §9.1: the end entity's certificate first, each following one certifying the one before, and nothing
    /// but certificates; for our key and exactly the names that were asked for.
    static func check(
        _ text: [UInt8], for key: PublicKey, _ identifiers: [ACMEIdentifier], at now: Date
    ) throws(ACMEClientFailure) -> [Certificate] {
        let chain: [Certificate]
        do throws(CertificateFailure) {
            guard let text = String(validating: text, as: UTF8.self) else { throw .noCertificate }
            chain = try CertificateBundle(pem: text).certificates
        } catch {
            throw .chain(error.explanation)
        }
        guard let leaf = chain.first, chain.count <= longest else {
            throw .chain("it has \(chain.count) certificates, and at most \(longest) are taken")
        }
        guard leaf.publicKey == key else { throw .anotherKey }
        try checkNames(of: leaf, identifiers)
        guard leaf.notAfter > now, leaf.notBefore <= now + clockTolerance else {
            throw .chain("the certificate is not valid now: set this machine's clock right, if it is that")
        }
        for (certificate, issuer) in zip(chain, chain.dropFirst()) {
            guard certificate.issuer == issuer.subject, let issuerKey = issuer.publicKey,
                certificate.isSigned(by: issuerKey)
            else { throw .chain("a certificate does not certify the one before it") }
        }
        return chain
    }

    /// No name fewer and none more. A SPIFFE ID beside them is who the server knows this end as.
    private static func checkNames(
        of leaf: Certificate, _ identifiers: [ACMEIdentifier]
    ) throws(ACMEClientFailure) {
        let names = leaf.extensions.subjectAlternativeNames ?? []
        let wanted = identifiers.map(\.description).sorted()
        var found: Set<ACMEIdentifier> = []
        for name in names {
            switch try? name.subjectName() {
            case .spiffe?: continue
            case let known?:
                guard let identifier = ACMEIdentifier(known) else { fallthrough }
                found.insert(identifier)
            default:
                throw .otherNames(found: names.map { "\($0)" }, wanted: wanted)
            }
        }
        guard found == Set(identifiers) else {
            throw .otherNames(found: found.map(\.description).sorted(), wanted: wanted)
        }
    }
}

extension Certificate {
    /// RFC 9773 §4.1: the key identifier of the issuer and the serial number's octets, each in base64url, with a full stop
    /// between. Nil for a certificate that does not name its issuer's key.
    var renewalName: String? {
        guard let issuer = extensions.authorityKeyIdentifier?.keyIdentifier else { return nil }
        return Base64URL.encode(issuer) + "." + Base64URL.encode(serialNumber.contents)
    }
}

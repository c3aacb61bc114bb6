internal import Crypto
public import Foundation
package import SymbolonCertificates
package import SymbolonKeys

/// Who signs answers, as every answer says at its end.
///
/// Shared by all answers of one responder: an answer that is kept costs its own octets alone.
package final class AnswerSigner: Sendable {
    package let certificate: Certificate
    /// As ``AnswerTemplate`` names it.
    package let keyHash: [UInt8]
    /// AlgorithmIdentifier.
    fileprivate let algorithm: [UInt8]
    /// `certs [0] EXPLICIT SEQUENCE OF Certificate`.
    fileprivate let ending: [UInt8]
    private let key: SigningKey

    /// Nil: the certificate is not this key's.
    package init?(_ certificate: Certificate, key: SigningKey) {
        guard certificate.publicKey == key.publicKey, let bits = certificate.subjectPublicKeyBits else { return nil }
        self.certificate = certificate
        self.key = key
        keyHash = CertificateID.Digest.sha1.hash(bits)
        algorithm = key.signatureAlgorithm.identifier
        ending = DERWriter.element(
            .context(0, isConstructed: true), DERWriter.element(.sequence, certificate.der))
    }

    package func sign(_ template: AnswerTemplate) throws(KeyFailure) -> SignedAnswer {
        let data = template.derBytes
        let signature = try key.sign(data)
        return SignedAnswer(
            signed: data + algorithm + DERWriter.element(.bitString, [0] + signature), signer: self,
            thisUpdate: template.statuses.map(\.thisUpdate).max() ?? template.producedAt,
            nextUpdate: template.statuses.map(\.nextUpdate).min() ?? template.producedAt)
    }
}

/// An answer of a responder, signed.
public struct SignedAnswer: Sendable {
    /// ResponseData, signatureAlgorithm and signature.
    private let signed: [UInt8]
    private let signer: AnswerSigner
    public let thisUpdate: Date
    public let nextUpdate: Date
    /// Tells it from every other answer. RFC 9919 §7.2 has a digest as the entity tag.
    public let tag: UInt64

    fileprivate init(signed: [UInt8], signer: AnswerSigner, thisUpdate: Date, nextUpdate: Date) {
        self.signed = signed
        self.signer = signer
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        tag = SHA256.hash(data: signed).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// `SEQUENCE { responseStatus successful, [0] { SEQUENCE { id-pkix-ocsp-basic, OCTET STRING } } }` around
    /// BasicOCSPResponse, from the outside in: every length is known beforehand.
    public var der: [UInt8] {
        let type = Self.basicType
        let basic = signed.count + signer.ending.count
        let octets = DERWriter.length(of: basic)
        let bytes = type.count + DERWriter.length(of: octets)
        let tagged = DERWriter.length(of: bytes)
        let whole = Self.successful.count + DERWriter.length(of: tagged)
        var der: [UInt8] = []
        der.reserveCapacity(DERWriter.length(of: whole))
        DERWriter.append(.sequence, whole, to: &der)
        der += Self.successful
        DERWriter.append(.context(0, isConstructed: true), tagged, to: &der)
        DERWriter.append(.sequence, bytes, to: &der)
        der += type
        DERWriter.append(.octetString, octets, to: &der)
        DERWriter.append(.sequence, basic, to: &der)
        der += signed
        der += signer.ending
        return der
    }

    private static let successful = DERWriter.element(.enumerated, [0])
    private static let basicType = DERWriter.objectIdentifier(.ocspBasic)
}

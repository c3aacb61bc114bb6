import Crypto
import Foundation
import SwiftASN1

/// PrivateKeyInfo and OneAsymmetricKey (RFC 5958 §2), read strictly. Callers wipe the octets they pass.
enum PrivateKeyInfo {
    static let structure = "PrivateKeyInfo"

    /// 16,384: the largest RSA key anyone stores is under half of it, and is refused by name.
    static let maximumOctets = 16_384

    static func parse(_ der: [UInt8]) throws(KeyFailure) -> SigningKey {
        guard der.count <= maximumOctets else {
            throw .tooLarge(structure: structure, octets: der.count, limit: maximumOctets)
        }
        var fields = try DERSequence(der[...], as: structure)
        let version = try fields.takeCount("version")
        guard version <= 1 else { throw .unsupportedVersion(structure: structure, version: version) }
        let algorithm = try fields.takeAlgorithm("privateKeyAlgorithm")
        let privateKey = try fields.takeOctets("privateKey")
        if fields.isNext(attributesTag) { _ = try fields.take(attributesTag, "attributes") }
        var publicKey: ArraySlice<UInt8>?
        // RFC 5958 §2: the publicKey field is for version 2, which is written as 1.
        if version == 1, fields.isNext(publicKeyTag) { publicKey = try fields.takeBits(publicKeyTag, "publicKey") }
        try fields.end()

        let key: SigningKey
        switch algorithm.algorithm {
        case .ecPublicKey:
            key = try ellipticCurveKey(privateKey, on: NamedCurve(parameters: algorithm.parameters))
        case .ed25519:
            try algorithm.requireNoParameters()
            key = try edwardsKey(privateKey)
        case .rsaEncryption:
            throw .unsupportedPrivateKey(algorithm: "RSA")
        case let other:
            throw .unsupportedKeyAlgorithm(oid: other.description)
        }
        try check(publicKey, belongsTo: key)
        return key
    }

    /// RFC 5915 §3: ECPrivateKey. Parameters, when repeated inside, must name the same curve.
    private static func ellipticCurveKey(
        _ der: ArraySlice<UInt8>, on curve: NamedCurve
    ) throws(KeyFailure) -> SigningKey {
        var fields = try DERSequence(der, as: "ECPrivateKey")
        let version = try fields.takeCount("version")
        guard version == 1 else { throw .unsupportedVersion(structure: "ECPrivateKey", version: version) }
        let scalar = try fields.takeOctets("privateKey")
        if let parameters = try explicitField(tag: 0, of: &fields, "parameters") {
            guard try NamedCurve(parameters: parameters) == curve else {
                throw .unexpectedParameters(algorithm: curve.name)
            }
        }
        var publicKey: ArraySlice<UInt8>?
        if let node = try explicitField(tag: 1, of: &fields, "publicKey") {
            guard let bits = try? ASN1BitString(derEncoded: node), bits.paddingBits == 0 else {
                throw .malformed(structure: "ECPrivateKey", field: "publicKey")
            }
            publicKey = bits.bytes
        }
        try fields.end()

        guard scalar.count == curve.coordinateOctets else {
            throw .keyLength(algorithm: curve.name, octets: scalar.count, expected: curve.coordinateOctets)
        }
        let secret: SigningKey.Secret?
        switch curve {
        case .p256: secret = try? .p256(P256.Signing.PrivateKey(rawRepresentation: scalar))
        case .p384: secret = try? .p384(P384.Signing.PrivateKey(rawRepresentation: scalar))
        case .p521: throw .unsupportedPrivateKey(algorithm: curve.name)
        }
        guard let secret else { throw .privateKeyOutOfRange(algorithm: curve.name) }
        let key = SigningKey(secret)
        try check(publicKey, belongsTo: key)
        return key
    }

    /// RFC 8410 §7: CurvePrivateKey, an OCTET STRING of 32 octets inside the OCTET STRING.
    private static func edwardsKey(_ der: ArraySlice<UInt8>) throws(KeyFailure) -> SigningKey {
        guard let node = try? DER.parse(der), node.identifier == .octetString, case .primitive(let seed) = node.content
        else { throw .malformed(structure: "CurvePrivateKey", field: "OCTET STRING") }
        guard seed.count == 32, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw .keyLength(algorithm: "Ed25519", octets: seed.count, expected: 32)
        }
        return SigningKey(.ed25519(key))
    }

    /// A stored public key is not believed: it must be the one that follows from the private key.
    private static func check(_ publicKey: ArraySlice<UInt8>?, belongsTo key: SigningKey) throws(KeyFailure) {
        guard let publicKey else { return }
        guard key.publicKey.subjectPublicKey == publicKey else { throw .publicKeyMismatch }
    }

    /// The one element inside an optional `[tag] EXPLICIT` field.
    private static func explicitField(
        tag: UInt, of fields: inout DERSequence, _ field: String
    ) throws(KeyFailure) -> ASN1Node? {
        let identifier = ASN1Identifier(tagWithNumber: tag, tagClass: .contextSpecific)
        guard fields.isNext(identifier) else { return nil }
        guard case .constructed(let children) = try fields.take(identifier, field).content else {
            throw .malformed(structure: "ECPrivateKey", field: field)
        }
        var inner = children.makeIterator()
        guard let node = inner.next(), inner.next() == nil else {
            throw .malformed(structure: "ECPrivateKey", field: field)
        }
        return node
    }

    private static let attributesTag = ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
    private static let publicKeyTag = ASN1Identifier(tagWithNumber: 1, tagClass: .contextSpecific)
}

import SwiftASN1

/// The object identifiers that key encodings use, each under the name its standard gives it.
extension ASN1ObjectIdentifier {
    /// RFC 5480 §2.1.1.
    static let ecPublicKey: Self = [1, 2, 840, 10045, 2, 1]
    static let secp256r1: Self = [1, 2, 840, 10045, 3, 1, 7]
    static let secp384r1: Self = [1, 3, 132, 0, 34]
    static let secp521r1: Self = [1, 3, 132, 0, 35]
    /// RFC 8410 §3.
    static let ed25519: Self = [1, 3, 101, 112]
    /// RFC 8017 appendix C.
    static let rsaEncryption: Self = [1, 2, 840, 113549, 1, 1, 1]
    static let mgf1: Self = [1, 2, 840, 113549, 1, 1, 8]
    static let rsassaPSS: Self = [1, 2, 840, 113549, 1, 1, 10]
    /// RFC 9881 §2.
    static let mlDSA65: Self = [2, 16, 840, 1, 101, 3, 4, 3, 18]
    static let mlDSA87: Self = [2, 16, 840, 1, 101, 3, 4, 3, 19]

    /// RFC 8018 appendix C.
    static let pbes2: Self = [1, 2, 840, 113549, 1, 5, 13]
    static let pbkdf2: Self = [1, 2, 840, 113549, 1, 5, 12]
    static let hmacSHA256: Self = [1, 2, 840, 113549, 2, 9]
    static let hmacSHA384: Self = [1, 2, 840, 113549, 2, 10]
    static let hmacSHA512: Self = [1, 2, 840, 113549, 2, 11]
    static let aes128CBC: Self = [2, 16, 840, 1, 101, 3, 4, 1, 2]
    static let aes256CBC: Self = [2, 16, 840, 1, 101, 3, 4, 1, 42]
    /// RFC 7914 §7.
    static let scrypt: Self = [1, 3, 6, 1, 4, 1, 11591, 4, 11]
}

extension ASN1ObjectIdentifier {
    /// The whole element: tag, length, content.
    var der: [UInt8] {
        var serializer = DER.Serializer()
        do {
            try serializer.serialize(self)
        } catch {
            preconditionFailure("serialising an identifier appends its octets and has nothing to throw: \(error)")
        }
        return serializer.serializedBytes
    }
}

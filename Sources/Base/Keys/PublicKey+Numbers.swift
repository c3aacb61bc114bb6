import SwiftASN1

/// The numbers of a public key, as encodings other than the SubjectPublicKeyInfo carry them (JWK, COSE).
public enum PublicKeyNumbers: Equatable, Sendable {
    /// The coordinates of a point on the curve of this kind, each as long as the field.
    case point(PublicKey.Kind, x: [UInt8], y: [UInt8])
    case ed25519([UInt8])
    /// Big-endian, without leading zeros.
    case rsa(modulus: [UInt8], exponent: [UInt8])
}

extension PublicKey {
    /// The key with these numbers, under every check that the parsing of a SubjectPublicKeyInfo makes.
    public init(_ numbers: PublicKeyNumbers) throws(KeyFailure) {
        try self.init(subjectPublicKeyInfo: Self.subjectPublicKeyInfo(of: numbers))
    }

    /// Nil for kinds that no such encoding carries here: ML-DSA, and RSA that is bound to PSS.
    public var numbers: PublicKeyNumbers? {
        let bits = [UInt8](subjectPublicKey)
        switch kind {
        case .p256, .p384, .p521:
            let length = bits.count / 2
            return .point(kind, x: Array(bits[1...length]), y: Array(bits[(length + 1)...]))
        case .ed25519: return .ed25519(bits)
        case .rsa:
            guard let numbers = try? RSAPublicNumbers(bits[...]) else { return nil }
            return .rsa(modulus: [UInt8](numbers.modulus), exponent: [UInt8](numbers.exponent))
        case .rsaPSS, .mlDSA65, .mlDSA87: return nil
        }
    }

    private static func subjectPublicKeyInfo(of numbers: PublicKeyNumbers) throws(KeyFailure) -> [UInt8] {
        switch numbers {
        case .ed25519(let key): return KeyEncoding.ed25519.publicPrefix + key
        case .rsa(let modulus, let exponent):
            let key = derElement(.sequence, derMagnitude(modulus), derMagnitude(exponent))
            return derElement(
                .sequence, derElement(.sequence, ASN1ObjectIdentifier.rsaEncryption.der, derElement(.null)),
                derElement(.bitString, [0], key))
        case .point(let kind, let x, let y):
            guard let curve = NamedCurve.allCases.first(where: { $0.kind == kind }) else {
                throw .unsupportedCurve(oid: kind.description)
            }
            for coordinate in [x, y] where coordinate.count != curve.coordinateOctets {
                throw .keyLength(algorithm: curve.name, octets: coordinate.count, expected: curve.coordinateOctets)
            }
            return derElement(
                .sequence, derElement(.sequence, ASN1ObjectIdentifier.ecPublicKey.der, curve.oid.der),
                derElement(.bitString, [0, 4], x, y))
        }
    }
}

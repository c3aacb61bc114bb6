public import SymbolonWire

/// How a passkey signs, by its number in the registry "COSE Algorithms" (RFC 9053, RFC 8812, RFC 9864).
public enum COSEAlgorithm: Int64, CaseIterable, Hashable, Sendable, Codable {
    /// ECDSA on P-256 with SHA-256, where the key says so (WebAuthn Level 3 §5.8.5).
    case es256 = -7
    case es384 = -35
    case es512 = -36
    /// Ed25519, as WebAuthn Level 3 §5.8.5 has it.
    case edDSA = -8
    case rs256 = -257
    case rs384 = -258
    case rs512 = -259
    case ps256 = -37
    case ps384 = -38
    case ps512 = -39

    public var signature: SignatureAlgorithm {
        switch self {
        case .es256: .ecdsaSHA256
        case .es384: .ecdsaSHA384
        case .es512: .ecdsaSHA512
        case .edDSA: .ed25519
        case .rs256: .rsaSHA256
        case .rs384: .rsaSHA384
        case .rs512: .rsaSHA512
        case .ps256: .rsaPSSSHA256
        case .ps384: .rsaPSSSHA384
        case .ps512: .rsaPSSSHA512
        }
    }

    fileprivate var curve: (number: Int64, kind: PublicKey.Kind)? {
        switch self {
        case .es256: (1, .p256)
        case .es384: (2, .p384)
        case .es512: (3, .p521)
        case .edDSA: (6, .ed25519)
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: nil
        }
    }
}

/// Why a COSE_Key is not taken.
@nonexhaustive
public enum COSEKeyFailure: Error, Equatable, Sendable {
    /// It is no map, lacks the parameter of this label, or that is of another type.
    case parameter(Int64)
    /// WebAuthn Level 3 §6.5.1: "MUST NOT contain any other OPTIONAL parameters".
    case surplus
    case algorithm(Int64)
    /// Key type or curve are not those of the algorithm.
    case unfit(algorithm: COSEAlgorithm)
    case key(KeyFailure)
}

/// A public key in the form of RFC 9052 §7, with the one algorithm for which it is.
public struct COSEKey: Hashable, Sendable {
    public let algorithm: COSEAlgorithm
    public let key: PublicKey

    private enum Label {
        static let keyType: Int64 = 1
        static let algorithm: Int64 = 3
        /// Of RSA the modulus.
        static let curve: Int64 = -1
        /// Of RSA the public exponent.
        static let x: Int64 = -2
        static let y: Int64 = -3
    }

    private enum KeyType {
        static let octetKeyPair: Int64 = 1
        static let ellipticCurve: Int64 = 2
        static let rsa: Int64 = 3
    }

    /// - Parameter value: a COSE_Key with the parameters that its algorithm needs, and no other.
    public init(_ value: CBORValue) throws(COSEKeyFailure) {
        guard let number = value[Label.algorithm]?.integer else { throw .parameter(Label.algorithm) }
        guard let algorithm = COSEAlgorithm(rawValue: number) else { throw .algorithm(number) }
        guard let keyType = value[Label.keyType]?.integer else { throw .parameter(Label.keyType) }
        self.algorithm = algorithm
        let numbers: PublicKeyNumbers
        switch algorithm.curve {
        case (let curve, .ed25519)?:
            guard keyType == KeyType.octetKeyPair, value[Label.curve]?.integer == curve else {
                throw .unfit(algorithm: algorithm)
            }
            numbers = .ed25519(try Self.octets(value, Label.x))
        case (let curve, let kind)?:
            guard keyType == KeyType.ellipticCurve, value[Label.curve]?.integer == curve else {
                throw .unfit(algorithm: algorithm)
            }
            // A `y` that is true or false is a compressed point (RFC 9053 §7.1.1), which WebAuthn Level 3 §5.8.5 excludes.
            numbers = .point(kind, x: try Self.octets(value, Label.x), y: try Self.octets(value, Label.y))
        case nil:
            guard keyType == KeyType.rsa else { throw .unfit(algorithm: algorithm) }
            numbers = .rsa(modulus: try Self.octets(value, Label.curve), exponent: try Self.octets(value, Label.x))
        }
        let expected = keyType == KeyType.ellipticCurve ? 5 : 4
        guard value.members?.count == expected else { throw .surplus }
        do throws(KeyFailure) {
            key = try PublicKey(numbers)
        } catch {
            throw .key(error)
        }
    }

    private static func octets(_ value: CBORValue, _ label: Int64) throws(COSEKeyFailure) -> [UInt8] {
        guard let octets = value[label]?.bytes else { throw .parameter(label) }
        return Array(octets)
    }

    /// Whether this key made the signature over these octets; ECDSA's in DER (WebAuthn Level 3 §6.5.5).
    public func isValid(_ signature: some Collection<UInt8>, over message: some Collection<UInt8>) -> Bool {
        key.isValid(signature, over: message, by: algorithm.signature)
    }
}

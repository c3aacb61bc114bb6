import SymbolonKeys

/// The algorithms by which tokens of others are believed (RFC 8725 §3.1, §3.2): those of today in which only one side can sign.
/// There is no `none`, and no MAC.
public enum TokenAlgorithm: String, CaseIterable, Hashable, Sendable {
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case edDSA = "EdDSA"
    /// RFC 9864 §2.2: the same, named in full.
    case ed25519 = "Ed25519"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"

    /// RFC 7518 §3.4: each curve has its hash; a key of one kind is used for nothing else.
    func fits(_ key: PublicKey) -> Bool {
        switch (self, key.kind) {
        case (.es256, .p256), (.es384, .p384), (.es512, .p521), (.edDSA, .ed25519), (.ed25519, .ed25519): true
        case (.ps256, .rsa), (.ps384, .rsa), (.ps512, .rsa), (.rs256, .rsa), (.rs384, .rsa), (.rs512, .rsa): true
        default: false
        }
    }

    /// False for a key of another kind, whatever the signature.
    func isValid(_ signature: [UInt8], over message: [UInt8], by key: PublicKey) -> Bool {
        // RFC 7518 §3.4: both numbers of an ECDSA signature one behind the other.
        fits(key) && key.isValid(signature, in: .numbers, over: message, by: algorithm)
    }

    private var algorithm: SignatureAlgorithm {
        switch self {
        case .es256: .ecdsaSHA256
        case .es384: .ecdsaSHA384
        case .es512: .ecdsaSHA512
        case .edDSA, .ed25519: .ed25519
        case .ps256: .rsaPSSSHA256
        case .ps384: .rsaPSSSHA384
        case .ps512: .rsaPSSSHA512
        case .rs256: .rsaSHA256
        case .rs384: .rsaSHA384
        case .rs512: .rsaSHA512
        }
    }
}

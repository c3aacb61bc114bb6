import SymbolonWire

/// DER written by hand, so that one octet of it can be wrong.
enum DER {
    static func element(_ tag: UInt8, _ parts: [UInt8]...) -> [UInt8] {
        let content = parts.flatMap(\.self)
        switch content.count {
        case ..<0x80: return [tag, UInt8(content.count)] + content
        case ..<0x100: return [tag, 0x81, UInt8(content.count)] + content
        default: return [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
        }
    }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] { element(0x30, parts.flatMap(\.self)) }
    static func octets(_ content: [UInt8]) -> [UInt8] { element(0x04, content) }
    static func bits(_ content: [UInt8]) -> [UInt8] { element(0x03, [0] + content) }
    static func integer(_ content: [UInt8]) -> [UInt8] { element(0x02, content) }

    /// A positive INTEGER of this magnitude.
    static func positive(_ magnitude: [UInt8]) -> [UInt8] {
        integer((magnitude.first ?? 0) < 0x80 ? magnitude : [0] + magnitude)
    }

    static let null: [UInt8] = [0x05, 0x00]
    static let version0 = integer([0])

    static let ecPublicKey = hex("06072a8648ce3d0201")
    static let p256 = hex("06082a8648ce3d030107")
    static let p384 = hex("06052b81040022")
    static let p521 = hex("06052b81040023")
    static let secp256k1 = hex("06052b8104000a")
    static let ed25519 = hex("06032b6570")
    static let rsaEncryption = hex("06092a864886f70d010101")

    static func ellipticCurve(_ curve: [UInt8], _ point: [UInt8]) -> [UInt8] {
        sequence(sequence(ecPublicKey, curve), bits(point))
    }

    static func rsa(modulus: [UInt8], exponent: [UInt8] = [1, 0, 1]) -> [UInt8] {
        sequence(sequence(rsaEncryption, null), bits(sequence(positive(modulus), positive(exponent))))
    }
}

func hex(_ text: String) -> [UInt8] {
    do { return try Hex.decode(text) } catch { preconditionFailure("a test's own hexadecimal text is wrong: \(error)") }
}

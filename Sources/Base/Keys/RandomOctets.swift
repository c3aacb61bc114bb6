internal import Crypto

extension [UInt8] {
    /// From the cryptographic library's generator, which the system's randomness seeds. What the library had of them is wiped.
    package static func random(_ count: Int) -> [UInt8] {
        let key = SymmetricKey(size: SymmetricKeySize(bitCount: count * 8))
        return unsafe key.withUnsafeBytes { unsafe Array($0) }
    }
}

extension SecretBytes {
    /// The same, and nowhere else.
    package static func random(_ count: Int) -> SecretBytes {
        let key = SymmetricKey(size: SymmetricKeySize(bitCount: count * 8))
        return unsafe key.withUnsafeBytes { unsafe SecretBytes(copying: $0) }
    }
}

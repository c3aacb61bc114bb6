import Crypto
import CryptoExtras
import Foundation

/// An RSA public key's two numbers, checked for size and shape before any arithmetic is done with them.
struct RSAPublicNumbers {
    /// Big-endian, without leading zeros.
    let modulus: ArraySlice<UInt8>
    let exponent: ArraySlice<UInt8>
    let modulusBits: Int

    /// NIST SP 800-131A: 2048 bits at least. 8192 at most: verification grows with the square of the size, and nobody
    /// certifies longer keys; a long one only burns our time (CVE-2023-29409).
    static let allowedModulusBits = 2048...8192
    /// 3 to 2^32 - 1: an exponent of one verifies nothing, a long one burns time; all that are in use are 3 or 65537.
    static let allowedExponentBits = 2...32

    /// The DER of RSAPublicKey (RFC 8017 appendix A.1.1).
    init(_ der: ArraySlice<UInt8>) throws(KeyFailure) {
        var fields = try DERSequence(der, as: "RSAPublicKey")
        modulus = try Self.magnitude(fields.takeInteger("modulus"))
        exponent = try Self.magnitude(fields.takeInteger("publicExponent"))
        try fields.end()

        modulusBits = Self.bits(modulus)
        guard Self.allowedModulusBits.contains(modulusBits) else {
            throw .modulusSize(bits: modulusBits, allowed: Self.allowedModulusBits)
        }
        guard Self.isOdd(modulus) else { throw .modulusEven }
        let exponentBits = Self.bits(exponent)
        guard Self.allowedExponentBits.contains(exponentBits) else {
            throw .exponentSize(bits: exponentBits, allowed: Self.allowedExponentBits)
        }
        guard Self.isOdd(exponent) else { throw .exponentEven }
    }

    func verifyingKey() throws(KeyFailure) -> VerifyingKey {
        do { return .rsa(try _RSA.Signing.PublicKey(n: modulus, e: exponent)) } catch {
            throw .malformed(structure: "RSAPublicKey", field: "numbers")
        }
    }

    private static func magnitude(_ integer: ArraySlice<UInt8>) throws(KeyFailure) -> ArraySlice<UInt8> {
        guard let first = integer.first, first < 0x80 else { throw .modulusNotPositive }
        let magnitude = integer.drop { $0 == 0 }
        guard !magnitude.isEmpty else { throw .modulusNotPositive }
        return magnitude
    }

    private static func bits(_ magnitude: ArraySlice<UInt8>) -> Int {
        magnitude.count * 8 - (magnitude.first ?? 0).leadingZeroBitCount
    }

    private static func isOdd(_ magnitude: ArraySlice<UInt8>) -> Bool { (magnitude.last ?? 0) & 1 == 1 }
}

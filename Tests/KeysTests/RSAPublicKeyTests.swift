import SymbolonKeys
import Testing

@Suite("RSA keys are measured before any arithmetic")
struct RSAPublicKeyTests {
    static let modulus = hex(Moduli.sound)

    /// An odd modulus of exactly this many bits.
    static func odd(bits: Int) -> [UInt8] {
        var octets = [UInt8](repeating: 0xA5, count: (bits + 7) / 8)
        let top = (bits - 1) % 8
        octets[0] = octets[0] & (1 << top &- 1) | 1 << top
        octets[octets.count - 1] |= 1
        return octets
    }

    @Test("a sound key is read", arguments: [2048, 2049, 3072, 4096, 8192])
    func sizes(_ bits: Int) throws {
        let key = try PublicKey(subjectPublicKeyInfo: DER.rsa(modulus: Self.odd(bits: bits)))
        #expect(key.kind == .rsa(bits: bits))
        #expect("\(key.kind)" == "RSA \(bits)")
    }

    @Test(
        "X16: a modulus outside 2048 to 8192 bits is refused", arguments: [1, 8, 512, 1024, 2047, 8193, 16_384, 32_768])
    func badSizes(_ bits: Int) {
        refuses(DER.rsa(modulus: Self.odd(bits: bits)), .modulusSize(bits: bits, allowed: 2048...8192))
    }

    @Test("X16: an even modulus is refused")
    func even() {
        refuses(DER.rsa(modulus: Self.modulus.dropLast() + [0xFE]), .modulusEven)
    }

    @Test(
        "X16: an exponent of one, an even one and one above 2^32 are refused",
        arguments: [
            ([1], KeyFailure.exponentSize(bits: 1, allowed: 2...32)), ([2], .exponentEven),
            ([1, 0, 0, 0, 1], .exponentSize(bits: 33, allowed: 2...32)),
            ([1, 0, 0, 0, 0, 0, 0, 0, 0], .exponentSize(bits: 65, allowed: 2...32)),
            ([UInt8](repeating: 0x7F, count: 256), .exponentSize(bits: 2047, allowed: 2...32)),
        ] as [([UInt8], KeyFailure)])
    func exponents(_ exponent: [UInt8], _ failure: KeyFailure) {
        refuses(DER.rsa(modulus: Self.modulus, exponent: exponent), failure)
    }

    @Test("exponents in use are read", arguments: [[3], [17], [1, 0, 1], [0xFF, 0xFF, 0xFF, 0xFF]] as [[UInt8]])
    func goodExponents(_ exponent: [UInt8]) {
        #expect(throws: Never.self) {
            try PublicKey(subjectPublicKeyInfo: DER.rsa(modulus: Self.modulus, exponent: exponent))
        }
    }

    @Test("zero, negative and padded numbers are refused")
    func signs() {
        refuses(key(DER.integer([0]), DER.integer([3])), .modulusNotPositive)
        refuses(key(DER.integer([0xFF] + Self.modulus.dropFirst()), DER.integer([3])), .modulusNotPositive)
        refuses(key(DER.positive(Self.modulus), DER.integer([0xFD])), .modulusNotPositive)
        refuses(key(DER.positive(Self.modulus), DER.integer([0])), .modulusNotPositive)
        refuses(
            key(DER.integer([0, 0] + Self.modulus), DER.integer([3])),
            .malformed(structure: "RSAPublicKey", field: "modulus"))
        refuses(
            key(DER.positive(Self.modulus), DER.integer([])),
            .malformed(structure: "RSAPublicKey", field: "publicExponent"))
        refuses(
            key(DER.positive(Self.modulus), DER.integer([0, 3])),
            .malformed(structure: "RSAPublicKey", field: "publicExponent"))
    }

    @Test("RFC 3279 §2.3.1: the parameters are NULL")
    func parameters() {
        let bits = DER.bits(DER.sequence(DER.positive(Self.modulus), DER.positive([1, 0, 1])))
        let failure = KeyFailure.unexpectedParameters(algorithm: "1.2.840.113549.1.1.1")
        refuses(DER.sequence(DER.sequence(DER.rsaEncryption), bits), failure)
        refuses(DER.sequence(DER.sequence(DER.rsaEncryption, DER.octets([])), bits), failure)
    }

    @Test("more than two numbers are refused")
    func trailing() {
        let numbers = DER.sequence(DER.positive(Self.modulus), DER.positive([1, 0, 1]), DER.positive([1]))
        refuses(
            DER.sequence(DER.sequence(DER.rsaEncryption, DER.null), DER.bits(numbers)),
            .malformed(structure: "RSAPublicKey", field: "end"))
    }

    private func key(_ modulus: [UInt8], _ exponent: [UInt8]) -> [UInt8] {
        DER.sequence(DER.sequence(DER.rsaEncryption, DER.null), DER.bits(DER.sequence(modulus, exponent)))
    }

    private func refuses(
        _ encoding: [UInt8], _ failure: KeyFailure, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: failure, sourceLocation: sourceLocation) { try PublicKey(subjectPublicKeyInfo: encoding) }
    }
}

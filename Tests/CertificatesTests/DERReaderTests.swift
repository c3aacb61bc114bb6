import SymbolonCertificates
import Testing

@Suite("X.690: strict DER, each laxity its own refusal")
struct DERReaderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let failure: DERFailure.Reason
        let read: @Sendable (inout DERReader) throws -> Void

        init(
            _ name: String, _ bytes: [UInt8], _ failure: DERFailure.Reason,
            _ read: @escaping @Sendable (inout DERReader) throws -> Void = { _ = try $0.next() }
        ) {
            testDescription = name
            self.bytes = bytes
            self.failure = failure
            self.read = read
        }
    }

    @Test(
        "X17: refuses",
        arguments: [
            Case("nothing at all", [], .truncated),
            Case("an identifier without a length", [0x30], .truncated),
            Case("a length past the end", [0x04, 0x02, 0x00], .truncated),
            Case("a length of lengths past the end", [0x04, 0x82, 0x01], .truncated),
            Case("an indefinite length", [0x30, 0x80, 0x00, 0x00], .indefiniteLength),
            Case("a long form for a short length", [0x04, 0x81, 0x01, 0x00], .nonMinimalLength),
            Case(
                "a length with a leading zero", [0x04, 0x82, 0x00, 0x80] + [UInt8](repeating: 0, count: 0x80),
                .nonMinimalLength),
            Case("a giant length", [0x04, 0x85, 0x01, 0, 0, 0, 0], .lengthTooLong),
            Case("a length of all ones", [0x04, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], .truncated),
            Case("the reserved length octet", [0x04, 0xFF, 0x00], .lengthTooLong),
            Case("a high tag number", [0x1F, 0x01, 0x00], .highTagNumber),
            Case("another element than expected", [0x04, 0x00], .unexpectedTag(expected: 0x30, found: 0x04)) {
                _ = try $0.next(.sequence)
            },
            Case("an element that is not there", [], .missing(expected: 0x30)) { _ = try $0.next(.sequence) },
            Case("trailing bytes", [0x05, 0x00, 0x00], .trailingBytes(count: 1)) {
                _ = try $0.next()
                try $0.finish()
            },
            Case("a BOOLEAN of 01", [0x01, 0x01, 0x01], .invalidBoolean) { _ = try $0.boolean() },
            Case("an empty BOOLEAN", [0x01, 0x00], .invalidBoolean) { _ = try $0.boolean() },
            Case("a BOOLEAN of two octets", [0x01, 0x02, 0xFF, 0xFF], .invalidBoolean) { _ = try $0.boolean() },
            Case("FALSE written where it is the default", [0x01, 0x01, 0x00], .defaultWasEncoded) {
                _ = try $0.booleanDefaultFalse()
            },
            Case("an empty INTEGER", [0x02, 0x00], .invalidInteger) { _ = try $0.integer() },
            Case("an INTEGER padded with zero", [0x02, 0x02, 0x00, 0x7F], .invalidInteger) { _ = try $0.integer() },
            Case("an INTEGER padded with ones", [0x02, 0x02, 0xFF, 0x80], .invalidInteger) { _ = try $0.integer() },
            Case("a negative number where none may be", [0x02, 0x01, 0xFF], .integerOutOfRange) {
                _ = try $0.smallInteger()
            },
            Case("a number of five octets", [0x02, 0x05, 1, 0, 0, 0, 0], .integerOutOfRange) {
                _ = try $0.smallInteger()
            },
            Case("a BIT STRING without its count of unused bits", [0x03, 0x00], .invalidUnusedBits) {
                _ = try $0.octetsInBitString()
            },
            Case("a BIT STRING that is not whole octets", [0x03, 0x02, 0x01, 0x80], .invalidUnusedBits) {
                _ = try $0.octetsInBitString()
            },
            Case("eight unused bits", [0x03, 0x02, 0x08, 0x80], .invalidUnusedBits) { _ = try $0.namedBits() },
            Case("unused bits in nothing", [0x03, 0x01, 0x01], .invalidUnusedBits) { _ = try $0.namedBits() },
            Case("an unused bit that is set", [0x03, 0x02, 0x07, 0xC0], .invalidUnusedBits) { _ = try $0.namedBits() },
            Case("named bits with trailing zeros", [0x03, 0x02, 0x06, 0x80], .trailingZeroBits) {
                _ = try $0.namedBits()
            },
            Case("named bits with a trailing octet", [0x03, 0x03, 0x00, 0x81, 0x00], .trailingZeroBits) {
                _ = try $0.namedBits()
            },
            Case("more than sixteen named bits", [0x03, 0x04, 0x00, 0, 0, 0x01], .integerOutOfRange) {
                _ = try $0.namedBits()
            },
            Case("an empty OBJECT IDENTIFIER", [0x06, 0x00], .invalidObjectIdentifier) {
                _ = try $0.objectIdentifier()
            },
            Case("an OBJECT IDENTIFIER cut in an arc", [0x06, 0x02, 0x55, 0x9D], .invalidObjectIdentifier) {
                _ = try $0.objectIdentifier()
            },
            Case("an OBJECT IDENTIFIER with a padded arc", [0x06, 0x03, 0x55, 0x80, 0x01], .invalidObjectIdentifier) {
                _ = try $0.objectIdentifier()
            },
            Case(
                "an OBJECT IDENTIFIER of 65 octets", der(0x06, [UInt8](repeating: 1, count: 65)),
                .invalidObjectIdentifier
            ) {
                _ = try $0.objectIdentifier()
            },
            Case("an IA5String with an octet above 7F", [0x16, 0x01, 0xE9], .notIA5) { _ = try $0.ia5Text(.ia5String) },
        ])
    func laxity(_ one: Case) {
        let failure = #expect(throws: DERFailure.self) {
            var reader = DERReader(one.bytes)
            try one.read(&reader)
        }
        #expect(failure?.reason == one.failure)
    }

    @Test("reads what is in the fewest octets")
    func honest() throws {
        var reader = DERReader(
            [0x01, 0x01, 0xFF] + [0x02, 0x02, 0x00, 0x80] + [0x02, 0x01, 0x80] + [0x03, 0x02, 0x05, 0xA0]
                + [0x03, 0x03, 0x07, 0x00, 0x80] + [0x03, 0x01, 0x00] + [0x06, 0x03, 0x55, 0x1D, 0x13]
                + [0x16, 0x02, 0x00, 0x7F])
        #expect(try reader.booleanDefaultFalse())
        #expect(try reader.smallInteger() == 128)
        #expect(try reader.integer() == [0x80])
        #expect(try reader.namedBits() == 0b101)
        #expect(try reader.namedBits() == 1 << 8)
        #expect(try reader.namedBits() == 0)
        #expect(try reader.objectIdentifier() == .basicConstraints)
        #expect(try reader.ia5Text(.ia5String) == "\0\u{7F}")
        try reader.finish()
    }

    @Test("X17: a million nested elements cost one frame and no memory of their own")
    func nesting() throws {
        let bytes = [UInt8](repeating: 0x30, count: 1_000_000)
        #expect(throws: DERFailure(.truncated, at: 0)) {
            var reader = DERReader([0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF] + bytes)
            _ = try reader.next()
        }
        var reader = DERReader([0x30, 0x83, 0x0F, 0x42, 0x40] + bytes)
        let element = try reader.next(.sequence)
        #expect(element.contents.count == 1_000_000)
        try reader.finish()
    }

    @Test("an optional element that is not next is left alone")
    func optional() throws {
        var reader = DERReader([0x05, 0x00])
        #expect(try reader.optional(.boolean) == nil)
        #expect(try reader.optional(.null) != nil)
        #expect(try reader.optional(.null) == nil)
    }

    @Test("offsets are into the bytes first given, also within elements")
    func offsets() throws {
        var reader = DERReader([0x30, 0x03, 0x02, 0x01])
        #expect(throws: DERFailure(.truncated, at: 0)) { _ = try reader.enter(.sequence) }
        reader = DERReader([0x05, 0x00, 0x30, 0x02, 0x04, 0x01])
        _ = try reader.next()
        var inside = try reader.enter(.sequence)
        #expect(throws: DERFailure(.truncated, at: 4)) { _ = try inside.next() }
    }
}

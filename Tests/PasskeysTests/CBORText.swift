import SymbolonWire

/// CBOR as authenticators write it, and as a test spoils it.
extension CBORValue {
    static func map(_ members: KeyValuePairs<CBORValue, CBORValue>) -> CBORValue {
        .map(members.map { CBORMember($0.key, $0.value) })
    }

    static func int(_ number: Int) -> CBORValue {
        number < 0 ? .negative(UInt64(-1 - number)) : .unsigned(UInt64(number))
    }

    static func octets(_ octets: some Collection<UInt8>) -> CBORValue { .bytes(Array(octets)[...]) }

    var encoded: [UInt8] {
        switch self {
        case .unsigned(let number): Self.head(0, number)
        case .negative(let number): Self.head(1, number)
        case .bytes(let octets): Self.head(2, UInt64(octets.count)) + octets
        case .text(let text): Self.head(3, UInt64(text.utf8.count)) + Array(text.utf8)
        case .array(let all): Self.head(4, UInt64(all.count)) + all.flatMap(\.encoded)
        case .map(let members):
            Self.head(5, UInt64(members.count)) + members.flatMap { $0.key.encoded + $0.value.encoded }
        case .bool(let truth): [truth ? 0xF5 : 0xF4]
        case .null: [0xF6]
        case .undefined: [0xF7]
        case .float(let number):
            [0xFB] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: number.bitPattern >> UInt64(8 * $0)) }
        case .simple(let value): value < 24 ? [0xE0 | value] : [0xF8, value]
        }
    }

    private static func head(_ major: UInt8, _ number: UInt64) -> [UInt8] {
        func octets(_ count: Int) -> [UInt8] {
            (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
        }
        return switch number {
        case 0..<24: [major << 5 | UInt8(number)]
        case 24..<0x100: [major << 5 | 24] + octets(1)
        case 0x100..<0x1_0000: [major << 5 | 25] + octets(2)
        case 0x1_0000..<0x1_0000_0000: [major << 5 | 26] + octets(4)
        default: [major << 5 | 27] + octets(8)
        }
    }
}

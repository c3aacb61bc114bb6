/// An IPv4 or IPv6 address. The kinds never equal each other: `::ffff:192.0.2.1` is an IPv6 address.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    public enum Version: Hashable, Sendable {
        case v4
        case v6

        /// 32 or 128.
        public var bits: Int { self == .v4 ? 32 : 128 }
    }

    public let version: Version
    /// The address as a number: all 128 bits of IPv6, the low 32 of IPv4.
    let high: UInt64
    let low: UInt64

    init(version: Version, high: UInt64, low: UInt64) {
        self.version = version
        self.high = high
        self.low = low
    }

    /// RFC 4291 §2.2 for IPv6, without zone; for IPv4 four decimal numbers without leading zeros.
    public init(_ text: some StringProtocol) throws(NameFailure) {
        do throws(Flaw) {
            self = try IPAddressText.parse(Array(text.utf8)[...])
        } catch {
            throw .ip(error, in: NameText.shown(text))
        }
    }

    /// Four or sixteen octets in network order, as an iPAddress subject alternative name has them (RFC 5280 §4.2.1.6).
    ///
    /// Of an array: what asks every collection for its elements one by one takes several times as long.
    public init(bytes octets: [UInt8]) throws(NameFailure) {
        switch octets.count {
        case 4:
            self.init(version: .v4, high: 0, low: Self.number(octets[...]))
        case 16:
            self.init(version: .v6, high: Self.number(octets[..<8]), low: Self.number(octets[8...]))
        default:
            throw .ip(.octets(octets.count), in: NameText.shown(octets))
        }
    }

    /// Four or sixteen octets in network order.
    public var bytes: [UInt8] {
        switch version {
        case .v4: Self.octets(low, count: 4)
        case .v6: Self.octets(high, count: 8) + Self.octets(low, count: 8)
        }
    }

    /// The IPv4 address in a mapped one, `::ffff:0:0/96` (RFC 4291 §2.5.5.2): so the peer of a socket that takes both kinds is
    /// written who came by IPv4. Any other address is itself.
    public var unmapped: IPAddress {
        version == .v6 && high == 0 && low >> 32 == 0xFFFF
            ? IPAddress(version: .v4, high: 0, low: low & 0xFFFF_FFFF) : self
    }

    /// RFC 5952 §4 for IPv6; dotted decimal for IPv4.
    public var description: String { IPAddressText.render(self) }

    static func number(_ octets: ArraySlice<UInt8>) -> UInt64 {
        octets.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func octets(_ number: UInt64, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * (count - 1 - $0))) }
    }
}

extension IPAddress {
    /// What keeps a text or octets from being an address. Positions count octets from 0.
    public enum Flaw: Error, Equatable, Sendable {
        case empty
        case character(UInt8, at: Int)
        case notFourNumbers
        case leadingZero(at: Int)
        case numberTooLarge(at: Int)
        case zone
        case brackets
        case emptyGroup(at: Int)
        case groupTooLong(at: Int)
        case secondCompression(at: Int)
        /// Groups of 16 bits where eight belong, or more than seven beside `::`.
        case groups(Int)
        case octets(Int)

        public var explanation: String {
            switch self {
            case .empty: "it is empty"
            case .character(let octet, let position):
                "character \(position + 1) is \"\(NameText.shown(String(UnicodeScalar(octet))))\""
            case .notFourNumbers: "IPv4 has four decimal numbers with dots between them"
            case .leadingZero(let position):
                "the number at character \(position + 1) has a leading zero, which some programs read as octal"
            case .numberTooLarge(let position): "the number at character \(position + 1) is over 255"
            case .zone: "a zone (%) has no meaning outside one machine; write the address without it"
            case .brackets: "write it without brackets"
            case .emptyGroup(let position): "the group at character \(position + 1) is empty"
            case .groupTooLong(let position): "the group at character \(position + 1) has more than four digits"
            case .secondCompression(let position): "there is a second \"::\" at character \(position + 1)"
            case .groups(let count): "IPv6 has eight groups, or \"::\" for one or more of them; there are \(count)"
            case .octets(let count): "an address has 4 or 16 octets, not \(count)"
            }
        }
    }
}

/// Reads CBOR in the canonical form of CTAP2 (Client to Authenticator Protocol 2.2 §8), strictly and within bounds: one encoding for
/// each value, so that what was signed and what was understood cannot differ.
///
/// Refused: indefinite lengths, numbers and lengths in more octets than needed, keys that are not in order or there twice, tags, and
/// text that is not UTF-8.
public struct CBORReader {
    /// What is read at most.
    public struct Limits: Sendable {
        public let octets: Int
        public let depth: Int
        public let items: Int

        /// - Parameters:
        ///   - octets: 65,536 unless told: an attestation has some certificates.
        ///   - depth: arrays and maps inside each other; 4 unless told (CTAP 2.2 §8).
        ///   - items: 1024 unless told; an attestation has some twenty.
        public init(octets: Int = 1 << 16, depth: Int = 4, items: Int = 1024) {
            self.octets = octets
            self.depth = depth
            self.items = items
        }
    }

    /// The value that all these octets are.
    public static func parse(
        _ octets: some Collection<UInt8>, limits: Limits = Limits()
    ) throws(CBORFailure) -> CBORValue {
        var rest = Array(octets)[...]
        let value = try parseFirst(of: &rest, limits: limits)
        guard rest.isEmpty else { throw .afterEnd(at: rest.startIndex) }
        return value
    }

    /// Takes the value with which these octets begin, and leaves the others.
    public static func parseFirst(
        of octets: inout ArraySlice<UInt8>, limits: Limits = Limits()
    ) throws(CBORFailure) -> CBORValue {
        guard octets.count <= limits.octets else { throw .tooLong(octets: octets.count, limit: limits.octets) }
        var reader = CBORReader(rest: octets, limits: limits)
        let value = try reader.item(depth: 0)
        octets = reader.rest
        return value
    }

    private var rest: ArraySlice<UInt8>
    private let limits: Limits
    private var items = 0

    private init(rest: ArraySlice<UInt8>, limits: Limits) {
        self.rest = rest
        self.limits = limits
    }

    /// RFC 8949 §3: the major type in three bits, and in five what comes with it.
    private mutating func item(depth: Int) throws(CBORFailure) -> CBORValue {
        items += 1
        guard items <= limits.items else { throw .tooManyItems(limit: limits.items) }
        guard depth <= limits.depth else { throw .tooDeep(limit: limits.depth) }
        let start = rest.startIndex
        guard let initial = rest.popFirst() else { throw .truncated }
        let (major, information) = (initial >> 5, initial & 31)
        if major == 7 { return try simple(information, from: start) }
        let argument = try argument(information, from: start)
        switch major {
        case 0: return .unsigned(argument)
        case 1: return .negative(argument)
        case 2: return .bytes(try take(argument))
        case 3:
            guard let text = String(validating: try take(argument), as: UTF8.self) else { throw .notUTF8(at: start) }
            return .text(text)
        case 4: return .array(try elements(argument, depth: depth + 1))
        case 5: return .map(try members(argument, depth: depth + 1))
        default: throw .tag(at: start)
        }
    }

    /// RFC 8949 §3, and §4.2.1: as short as possible.
    private mutating func argument(_ information: UInt8, from start: Int) throws(CBORFailure) -> UInt64 {
        switch information {
        case 0..<24: return UInt64(information)
        case 24...27:
            let count = 1 << (Int(information) - 24)
            let number = try take(UInt64(count)).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            // What half as many octets hold; of one octet, what needs none.
            let shorter = count == 1 ? 24 : UInt64(1) << UInt64(count * 4)
            guard number >= shorter else { throw .notShortest(at: start) }
            return number
        case 31: throw .indefiniteLength(at: start)
        default: throw .reserved(at: start)
        }
    }

    /// RFC 8949 §3.3.
    private mutating func simple(_ information: UInt8, from start: Int) throws(CBORFailure) -> CBORValue {
        switch information {
        case 20: return .bool(false)
        case 21: return .bool(true)
        case 22: return .null
        case 23: return .undefined
        case 0..<20: return .simple(information)
        case 24:
            let value = try number(octets: 1)
            // Lower ones have the short form, or no meaning.
            guard value >= 32 else { throw .notShortest(at: start) }
            return .simple(UInt8(value))
        case 25: return .float(Double(Float16(bitPattern: UInt16(try number(octets: 2)))))
        case 26: return .float(Double(Float(bitPattern: UInt32(try number(octets: 4)))))
        case 27: return .float(Double(bitPattern: try number(octets: 8)))
        case 31: throw .indefiniteLength(at: start)
        default: throw .reserved(at: start)
        }
    }

    private mutating func number(octets count: UInt64) throws(CBORFailure) -> UInt64 {
        try take(count).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }

    private mutating func take(_ count: UInt64) throws(CBORFailure) -> ArraySlice<UInt8> {
        guard count <= UInt64(rest.count) else { throw .truncated }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    private mutating func elements(_ count: UInt64, depth: Int) throws(CBORFailure) -> [CBORValue] {
        // Each takes an octet at least: nothing is made ready for those that cannot be there.
        guard count <= UInt64(rest.count) else { throw .truncated }
        var all: [CBORValue] = []
        for _ in 0..<count { all.append(try item(depth: depth)) }
        return all
    }

    /// CTAP 2.2 §8: keys in order; by major type, then the shorter first, then by octets.
    private mutating func members(_ count: UInt64, depth: Int) throws(CBORFailure) -> [CBORMember] {
        guard count <= UInt64(rest.count / 2) else { throw .truncated }
        var all: [CBORMember] = []
        var last: ArraySlice<UInt8>?
        for _ in 0..<count {
            let before = rest
            let key = try item(depth: depth)
            let written = before[before.startIndex..<rest.startIndex]
            if let last, !Self.sorts(last, before: written) { throw .keyOrder(at: written.startIndex) }
            last = written
            all.append(CBORMember(key, try item(depth: depth)))
        }
        return all
    }

    private static func sorts(_ one: ArraySlice<UInt8>, before other: ArraySlice<UInt8>) -> Bool {
        guard let major = one.first.map({ $0 >> 5 }), let otherMajor = other.first.map({ $0 >> 5 }) else {
            return false
        }
        guard major == otherMajor else { return major < otherMajor }
        guard one.count == other.count else { return one.count < other.count }
        return one.lexicographicallyPrecedes(other)
    }
}

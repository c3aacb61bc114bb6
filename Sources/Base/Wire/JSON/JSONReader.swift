/// Reads one JSON text (RFC 8259), strictly and within bounds: the work and the memory that a stranger can ask for do
/// not grow faster than the octets that it sends.
///
/// Refused beyond what the grammar refuses: an object with one name twice, half a surrogate pair, octets that are not
/// UTF-8, and a byte order mark.
public struct JSONReader {
    /// What is read at most.
    public struct Limits: Sendable {
        public let octets: Int
        public let depth: Int
        public let values: Int

        /// - Parameters:
        ///   - octets: 65,536 unless told.
        ///   - depth: arrays and objects inside each other; 16 unless told: twice what any protocol here nests.
        ///   - values: 4096 unless told: an order of 100 names has some 300.
        public init(octets: Int = 1 << 16, depth: Int = 16, values: Int = 4096) {
            self.octets = octets
            self.depth = depth
            self.values = values
        }
    }

    private let text: ArraySlice<UInt8>
    private let limits: Limits
    private var position: Int
    private var valuesLeft: Int

    /// The value of the whole text; white space may stand around it.
    public static func parse(
        _ text: some Collection<UInt8>, limits: Limits = Limits()
    ) throws(JSONFailure) -> JSONValue {
        guard text.count <= limits.octets else { throw .tooLong(octets: text.count, limit: limits.octets) }
        var reader = JSONReader(Array(text)[...], limits)
        let value = try reader.value(depth: 0)
        reader.skipWhiteSpace()
        guard reader.position == reader.text.endIndex else { throw .afterEnd(at: reader.position) }
        return value
    }

    private init(_ text: ArraySlice<UInt8>, _ limits: Limits) {
        self.text = text
        self.limits = limits
        position = text.startIndex
        valuesLeft = limits.values
    }

    private mutating func value(depth: Int) throws(JSONFailure) -> JSONValue {
        guard valuesLeft > 0 else { throw .tooManyValues(limit: limits.values) }
        valuesLeft -= 1
        skipWhiteSpace()
        switch try peek() {
        case UInt8(ascii: "{"): return .object(try members(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try elements(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case let octet: throw .unexpected(octet, at: position)
        }
    }

    private mutating func members(depth: Int) throws(JSONFailure) -> [JSONMember] {
        guard depth <= limits.depth else { throw .tooDeep(limit: limits.depth) }
        position += 1
        var members: [JSONMember] = []
        var names = Names()
        if try next(is: UInt8(ascii: "}")) { return members }
        repeat {
            skipWhiteSpace()
            guard try peek() == UInt8(ascii: "\"") else { throw .unexpected(text[position], at: position) }
            let name = try string()
            guard names.insert(name, beside: members) else { throw .duplicateMember(name) }
            try expect(UInt8(ascii: ":"))
            members.append(JSONMember(name, try value(depth: depth)))
        } while try next(is: UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
        return members
    }

    /// The names of one object. Few are compared one by one, which costs less than a set; the work for many does not grow
    /// with their square all the same.
    private struct Names {
        private static let few = 16
        private var many: Set<String> = []

        /// False for one that is among `members`, which are all that were taken before.
        mutating func insert(_ name: String, beside members: [JSONMember]) -> Bool {
            guard members.count >= Self.few else { return !members.contains { $0.name == name } }
            if many.isEmpty { many = Set(members.map(\.name)) }
            return many.insert(name).inserted
        }
    }

    private mutating func elements(depth: Int) throws(JSONFailure) -> [JSONValue] {
        guard depth <= limits.depth else { throw .tooDeep(limit: limits.depth) }
        position += 1
        var elements: [JSONValue] = []
        if try next(is: UInt8(ascii: "]")) { return elements }
        repeat { elements.append(try value(depth: depth)) } while try next(is: UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        return elements
    }

    // MARK: Octets

    private func peek() throws(JSONFailure) -> UInt8 {
        guard position < text.endIndex else { throw .truncated }
        return text[position]
    }

    private mutating func skipWhiteSpace() {
        while position < text.endIndex {
            switch text[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// Takes the octet when it comes next behind white space.
    private mutating func next(is octet: UInt8) throws(JSONFailure) -> Bool {
        skipWhiteSpace()
        guard try peek() == octet else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ octet: UInt8) throws(JSONFailure) {
        guard try next(is: octet) else { throw .unexpected(text[position], at: position) }
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONFailure) -> JSONValue {
        let start = position
        for octet in "\(word)".utf8 {
            guard try peek() == octet else { throw .unexpected(text[start], at: start) }
            position += 1
        }
        return value
    }

    // MARK: Numbers

    /// RFC 8259 §6: no leading zero, no plus sign, digits on both sides of the point.
    private mutating func number() throws(JSONFailure) -> JSONValue {
        let start = position
        if text[position] == UInt8(ascii: "-") { position += 1 }
        let first = position
        guard digits() > 0, position == first + 1 || text[first] != UInt8(ascii: "0") else {
            throw .numberForm(at: start)
        }
        var isWhole = true
        if position < text.endIndex, text[position] == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            guard digits() > 0 else { throw .numberForm(at: start) }
        }
        if position < text.endIndex, text[position] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            if position < text.endIndex, text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard digits() > 0 else { throw .numberForm(at: start) }
        }
        let spelled = String(decoding: text[start..<position], as: UTF8.self)
        if isWhole, let number = Int64(spelled) { return .integer(number) }
        return .number(spelled)
    }

    private mutating func digits() -> Int {
        let start = position
        while position < text.endIndex, 0x30...0x39 ~= text[position] { position += 1 }
        return position - start
    }

    // MARK: Strings

    /// RFC 8259 §7.
    private mutating func string() throws(JSONFailure) -> String {
        position += 1
        let start = position
        var all: UInt8 = 0
        while position < text.endIndex, text[position] >= 0x20, text[position] != UInt8(ascii: "\\") {
            if text[position] == UInt8(ascii: "\"") {
                defer { position += 1 }
                // ASCII has nothing to be found wrong.
                return all < 0x80
                    ? String(decoding: text[start..<position], as: UTF8.self)
                    : try utf8(text[start..<position], from: start)
            }
            all |= text[position]
            position += 1
        }
        return try stringWithEscapes(Array(text[start..<position]), from: start)
    }

    private mutating func stringWithEscapes(_ plain: [UInt8], from start: Int) throws(JSONFailure) -> String {
        var octets = plain
        while true {
            let octet = try peek()
            switch octet {
            case UInt8(ascii: "\""):
                position += 1
                return try utf8(octets[...], from: start)
            case UInt8(ascii: "\\"): octets.append(contentsOf: Array(String(try escaped()).utf8))
            case 0..<0x20: throw .controlCharacter(at: position)
            default:
                octets.append(octet)
                position += 1
            }
        }
    }

    private func utf8(_ octets: ArraySlice<UInt8>, from start: Int) throws(JSONFailure) -> String {
        guard let text = String(validating: octets, as: UTF8.self) else { throw .notUTF8(at: start) }
        return text
    }

    private mutating func escaped() throws(JSONFailure) -> Unicode.Scalar {
        let start = position
        position += 1
        let letter = try peek()
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape(from: start)
        default: throw .escape(at: start)
        }
    }

    private mutating func unicodeEscape(from start: Int) throws(JSONFailure) -> Unicode.Scalar {
        let unit = try fourHexDigits(from: start)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), try peek() == UInt8(ascii: "\\") else { throw .loneSurrogate(at: start) }
        position += 1
        guard try peek() == UInt8(ascii: "u") else { throw .loneSurrogate(at: start) }
        position += 1
        let trail = try fourHexDigits(from: start)
        guard UTF16.isTrailSurrogate(trail) else { throw .loneSurrogate(at: start) }
        let value = 0x1_0000 + (UInt32(unit & 0x3FF) << 10 | UInt32(trail & 0x3FF))
        guard let scalar = Unicode.Scalar(value) else { throw .loneSurrogate(at: start) }
        return scalar
    }

    private mutating func fourHexDigits(from start: Int) throws(JSONFailure) -> UInt16 {
        guard position + 4 <= text.endIndex else { throw .truncated }
        let digits = String(decoding: text[position..<position + 4], as: UTF8.self)
        guard let octets = try? Hex.decode(digits) else { throw .escape(at: start) }
        position += 4
        return UInt16(octets[0]) << 8 | UInt16(octets[1])
    }
}

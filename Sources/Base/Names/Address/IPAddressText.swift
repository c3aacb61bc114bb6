/// The textual forms of addresses: RFC 4291 §2.2 in, RFC 5952 §4 and §5 out.
enum IPAddressText {
    private static let dot = UInt8(ascii: ".")
    private static let colon = UInt8(ascii: ":")

    /// - Parameter text: Starts at index 0.
    static func parse(_ text: ArraySlice<UInt8>) throws(IPAddress.Flaw) -> IPAddress {
        guard let first = text.first else { throw .empty }
        guard first != UInt8(ascii: "[") else { throw .brackets }
        guard !text.contains(UInt8(ascii: "%")) else { throw .zone }
        guard text.contains(colon) else {
            return IPAddress(version: .v4, high: 0, low: UInt64(try parseV4(text)))
        }
        return try parseV6(text)
    }

    /// Four decimal numbers; one spelling for each address.
    private static func parseV4(_ text: ArraySlice<UInt8>) throws(IPAddress.Flaw) -> UInt32 {
        var address: UInt32 = 0
        var numbers = 0
        var position = text.startIndex
        while true {
            let start = position
            var number: UInt32 = 0
            while position < text.endIndex, text[position] != dot {
                guard text[position].isASCIIDigit else { throw .character(text[position], at: position) }
                guard position == start || text[start] != UInt8(ascii: "0") else { throw .leadingZero(at: start) }
                number = number * 10 + UInt32(text[position] - UInt8(ascii: "0"))
                guard number <= 255 else { throw .numberTooLarge(at: start) }
                position += 1
            }
            guard position > start, numbers < 4 else { throw .notFourNumbers }
            address = address << 8 | number
            numbers += 1
            guard position < text.endIndex else { break }
            position += 1
        }
        guard numbers == 4 else { throw .notFourNumbers }
        return address
    }

    private static func parseV6(_ text: ArraySlice<UInt8>) throws(IPAddress.Flaw) -> IPAddress {
        var groups: [UInt16] = []
        var compression: Int?
        var position = text.startIndex
        if text.starts(with: [colon, colon]) {
            compression = 0
            position += 2
        }
        while position < text.endIndex {
            guard groups.count < 8 else { throw .groups(groups.count + 1) }
            let start = position
            let group = try parseGroup(text, at: &position)
            if position < text.endIndex, text[position] == dot {
                let address = try parseV4(text[start...])
                groups += [UInt16(address >> 16), UInt16(truncatingIfNeeded: address)]
                break
            }
            guard position == text.endIndex || text[position] == colon else {
                throw .character(text[position], at: position)
            }
            guard position > start else { throw .emptyGroup(at: start) }
            groups.append(group)
            guard position < text.endIndex else { break }
            position += 1
            guard position < text.endIndex else { throw .emptyGroup(at: position) }
            if text[position] == colon {
                guard compression == nil else { throw .secondCompression(at: position - 1) }
                compression = groups.count
                position += 1
            }
        }
        return try assemble(groups, compression: compression)
    }

    /// One to four hexadecimal digits, or none.
    private static func parseGroup(_ text: ArraySlice<UInt8>, at position: inout Int) throws(IPAddress.Flaw) -> UInt16 {
        let start = position
        var group: UInt16 = 0
        while position < text.endIndex, let value = text[position].hexValue {
            guard position - start < 4 else { throw .groupTooLong(at: start) }
            group = group << 4 | UInt16(value)
            position += 1
        }
        return group
    }

    /// RFC 4291 §2.2: "::" stands for one or more groups of zeros.
    private static func assemble(_ groups: [UInt16], compression: Int?) throws(IPAddress.Flaw) -> IPAddress {
        var all = groups
        if let compression {
            guard groups.count <= 7 else { throw .groups(groups.count) }
            all.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: compression)
        }
        guard all.count == 8 else { throw .groups(all.count) }
        let number = { (part: ArraySlice<UInt16>) in part.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
        return IPAddress(version: .v6, high: number(all[..<4]), low: number(all[4...]))
    }

    static func render(_ address: IPAddress) -> String {
        guard address.version == .v6 else { return renderV4(address.low) }
        // RFC 5952 §5: the one well-known prefix whose mixed notation is unambiguous, ::ffff:0:0/96.
        if address.high == 0, address.low >> 32 == 0xFFFF { return "::ffff:" + renderV4(address.low) }
        let groups = [address.high, address.low].flatMap { half in
            [48, 32, 16, 0].map { (shift: UInt64) in UInt16(truncatingIfNeeded: half >> shift) }
        }
        let text = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
        let run = longestZeroRun(groups)
        guard run.count > 1 else { return text(groups[...]) }
        return text(groups[..<run.lowerBound]) + "::" + text(groups[run.upperBound...])
    }

    private static func renderV4(_ number: UInt64) -> String {
        "\(number >> 24 & 0xFF).\(number >> 16 & 0xFF).\(number >> 8 & 0xFF).\(number & 0xFF)"
    }

    /// RFC 5952 §4.2: the longest run of zero groups, the first of equals.
    private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for position in 0...groups.count where position == groups.count || groups[position] != 0 {
            if position - start > longest.count { longest = start..<position }
            start = position + 1
        }
        return longest
    }
}

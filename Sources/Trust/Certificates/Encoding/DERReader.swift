/// One element found in DER: where it lies. Nothing is copied.
package struct DERElement: Hashable, Sendable {
    package let tag: DERTag
    /// Offset of the identifier octet.
    package let start: Int
    /// Offsets of the contents octets.
    package let contents: Range<Int>

    /// Offsets of the whole element, identifier and length included.
    package var encoding: Range<Int> { start..<contents.upperBound }
}

/// Reads DER in place, element by element, as the caller's schema asks (ITU-T X.690 §8 to §11).
///
/// It holds the bytes and two offsets and builds no tree, so a hostile input costs no memory of its own, and nesting goes
/// only as deep as the schema does. Offsets in failures are into the bytes first given.
package struct DERReader: Sendable {
    package let bytes: [UInt8]
    package private(set) var position: Int
    package let end: Int

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        self.position = 0
        self.end = bytes.count
    }

    /// Reads the part of `bytes` at `range`, which lies within it.
    package init(_ bytes: [UInt8], at range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        self.bytes = bytes
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    package var isAtEnd: Bool { position == end }

    /// The identifier of the next element, without reading it.
    package var nextTag: DERTag? { position < end ? DERTag(rawValue: bytes[position]) : nil }

    /// A reader of what an element holds.
    package func inside(_ element: DERElement) -> DERReader {
        DERReader(bytes, at: element.contents)
    }

    package func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
        bytes[range]
    }

    /// Reads the next element, whatever it is.
    package mutating func next() throws(DERFailure) -> DERElement {
        let start = position
        guard start < end else { throw DERFailure(.truncated, at: start) }
        let tag = DERTag(rawValue: bytes[start])
        guard tag.number != 0x1F else { throw DERFailure(.highTagNumber, at: start) }
        var contents = start + 1
        let length = try readLength(&contents)
        guard length <= end - contents else { throw DERFailure(.truncated, at: start) }
        position = contents + length
        return DERElement(tag: tag, start: start, contents: contents..<position)
    }

    /// Reads the next element, which must have `tag`.
    package mutating func next(_ tag: DERTag) throws(DERFailure) -> DERElement {
        guard let found = nextTag else { throw DERFailure(.missing(expected: tag.rawValue), at: position) }
        guard found == tag else {
            throw DERFailure(.unexpectedTag(expected: tag.rawValue, found: found.rawValue), at: position)
        }
        return try next()
    }

    /// Reads the next element if it has `tag`, else nothing.
    package mutating func optional(_ tag: DERTag) throws(DERFailure) -> DERElement? {
        guard nextTag == tag else { return nil }
        return try next()
    }

    /// Reads an element with `tag` and goes inside it.
    package mutating func enter(_ tag: DERTag) throws(DERFailure) -> DERReader {
        inside(try next(tag))
    }

    /// Refuses anything that has not been read.
    package func finish() throws(DERFailure) {
        guard isAtEnd else { throw DERFailure(.trailingBytes(count: end - position), at: position) }
    }

    /// X.690 §8.1.3 and §10.1: definite, and in the fewest octets.
    private func readLength(_ offset: inout Int) throws(DERFailure) -> Int {
        guard offset < end else { throw DERFailure(.truncated, at: offset) }
        let first = bytes[offset]
        let lengthStart = offset
        offset += 1
        if first < 0x80 { return Int(first) }
        let count = Int(first & 0x7F)
        guard count > 0 else { throw DERFailure(.indefiniteLength, at: lengthStart) }
        guard count <= 4 else { throw DERFailure(.lengthTooLong, at: lengthStart) }
        guard count <= end - offset else { throw DERFailure(.truncated, at: lengthStart) }
        guard bytes[offset] != 0 else { throw DERFailure(.nonMinimalLength, at: lengthStart) }
        var length = 0
        for index in offset..<offset + count { length = length << 8 | Int(bytes[index]) }
        guard length >= 0x80 else { throw DERFailure(.nonMinimalLength, at: lengthStart) }
        offset += count
        return length
    }
}

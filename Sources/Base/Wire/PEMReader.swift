/// Walks PEM text line by line.
struct PEMReader {
    private let text: [UInt8]
    private var position = 0
    private var line = 0

    init(_ text: [UInt8]) { self.text = text }

    /// The next block, or nil when only explanatory text is left.
    mutating func nextBlock() throws(PEMFailure) -> PEM.Block? {
        while let current = nextLine() {
            guard current.starts(with: Self.dashes) else { continue }
            guard let label = Self.label(of: current, after: Self.begin) else { throw .malformedBoundary(line: line) }
            return try finishBlock(labelled: label)
        }
        return nil
    }

    /// RFC 7468 §3: lines of base64, then the boundary with the same label.
    private mutating func finishBlock(labelled label: ArraySlice<UInt8>) throws(PEMFailure) -> PEM.Block {
        let name = String(decoding: label, as: UTF8.self)
        let firstLine = line
        var body = PEMBody(digits: octetsToDash())
        while let current = nextLine() {
            if current.starts(with: Self.dashes) {
                guard let end = Self.label(of: current, after: Self.end) else { throw .malformedBoundary(line: line) }
                guard end.elementsEqual(label) else {
                    throw .labelsDiffer(line: line, begin: name, end: String(decoding: end, as: UTF8.self))
                }
                guard line > firstLine + 1 else { throw .emptyBlock(line: firstLine, label: name) }
                return PEM.Block(label: name, bytes: try body.finish(lastLine: line - 1))
            }
            guard !current.contains(UInt8(ascii: ":")) else { throw .header(line: line) }
            try body.append(current, line: line)
        }
        throw .unterminated(line: firstLine, label: name)
    }

    /// The next line without its end.
    private mutating func nextLine() -> ArraySlice<UInt8>? {
        guard position < text.count else { return nil }
        let end = text[position...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
        var current = text[position..<end]
        if current.last == UInt8(ascii: "\r") { current.removeLast() }
        position = end + 1
        line += 1
        return current
    }

    /// No base64 has a dash, so that no more than this belongs to the block, however much follows it.
    private func octetsToDash() -> Int {
        guard position < text.count else { return 0 }
        return (text[position...].firstIndex(of: UInt8(ascii: "-")) ?? text.count) - position
    }

    private static let dashes = Array("-----".utf8)
    private static let begin = Array("-----BEGIN ".utf8)
    private static let end = Array("-----END ".utf8)

    private static func label(of line: ArraySlice<UInt8>, after opening: [UInt8]) -> ArraySlice<UInt8>? {
        guard line.starts(with: opening), line.count >= opening.count + dashes.count,
            line.suffix(dashes.count).elementsEqual(dashes)
        else { return nil }
        let label = line.dropFirst(opening.count).dropLast(dashes.count)
        return isLabel(label) ? label : nil
    }

    /// RFC 7468 §3: printable characters; hyphens and spaces only singly between them. Stricter than the grammar
    /// in one thing: a label is never empty, because then nobody could say what the block is.
    static func isLabel(_ text: ArraySlice<UInt8>) -> Bool {
        var isAfterCharacter = false
        for octet in text {
            switch octet {
            case UInt8(ascii: " "), UInt8(ascii: "-"):
                guard isAfterCharacter else { return false }
                isAfterCharacter = false
            case 0x21...0x7E:
                isAfterCharacter = true
            default:
                return false
            }
        }
        return isAfterCharacter
    }
}

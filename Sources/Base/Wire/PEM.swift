/// Textual encoding of certificates and keys: the strict form of RFC 7468 §3, with lines of any length.
public enum PEM {
    /// One encapsulated value.
    public struct Block: Equatable, Sendable {
        /// The words between `BEGIN ` and the dashes, for example `CERTIFICATE`.
        public let label: String
        public let bytes: [UInt8]

        public init(label: String, bytes: [UInt8]) {
            self.label = label
            self.bytes = bytes
        }
    }

    /// RFC 7468 §2: "Generators MUST wrap the base64-encoded lines so that each line consists of exactly 64
    /// characters". Parsers "MAY handle other line sizes", and other programs write 65, 76 or one long line.
    static let lineLength = 64

    /// The largest text read unless the caller says otherwise, in octets: some five hundred certificates.
    public static let standardLimit = 1 << 20

    /// Every block of `text`, in order; none when it holds no boundary.
    ///
    /// Text outside the blocks is explanatory (RFC 7468 §5.2) and ignored, except that no line of it may start with
    /// five dashes: a misspelt boundary must not hide what follows it. Lines end with LF or CRLF.
    public static func parse(_ text: some StringProtocol, limit: Int = standardLimit) throws(PEMFailure) -> [Block] {
        let count = text.utf8.count
        guard count <= limit else { throw .tooLong(octets: count, limit: limit) }
        return try parse(Array(text.utf8), limit: limit)
    }

    /// Every block of `text`, as for a string; what stands outside the blocks need not be UTF-8.
    public static func parse(_ text: [UInt8], limit: Int = standardLimit) throws(PEMFailure) -> [Block] {
        guard text.count <= limit else { throw .tooLong(octets: text.count, limit: limit) }
        var reader = PEMReader(text)
        var blocks: [Block] = []
        while let block = try reader.nextBlock() { blocks.append(block) }
        return blocks
    }

    /// The text of one block, its lines and itself ended by LF.
    ///
    /// - Precondition: `label` is upper-case words as RFC 7468 §3 allows them; it is the program's own, never a peer's.
    public static func render(label: String, _ bytes: some Collection<UInt8>) -> String {
        precondition(PEMReader.isLabel(Array(label.utf8)[...]), "not a PEM label")
        var digits = Base64Alphabet.standard.encode(bytes)
        while !digits.count.isMultiple(of: 4) { digits.append(UInt8(ascii: "=")) }
        var text = Array("-----BEGIN \(label)-----\n".utf8)
        text.reserveCapacity(digits.count + digits.count / lineLength + 2 * text.count)
        for start in stride(from: 0, to: digits.count, by: lineLength) {
            text += digits[start..<min(start + lineLength, digits.count)]
            text.append(UInt8(ascii: "\n"))
        }
        text += "-----END \(label)-----\n".utf8
        return String(decoding: text, as: UTF8.self)
    }
}

/// Names the block and its size and never its content, which may be a private key.
extension PEM.Block: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(label), \(bytes.count) octets" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["label": label, "octets": bytes.count]) }
}

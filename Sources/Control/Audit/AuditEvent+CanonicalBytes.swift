import Foundation

/// The one spelling of an event in bytes: what is hashed is what is stored, and it reads back to the same event.
///
/// | field | form |
/// |---|---|
/// | version | one octet, 1 |
/// | at | signed 64 bits, milliseconds since 1970-01-01T00:00:00Z |
/// | kind | text: the kind's raw value |
/// | actor | text |
/// | subject | text |
/// | number of details | unsigned 32 bits |
/// | each detail | text, text: name and value, in ascending order of the name's octets, no name twice |
///
/// Numbers are big-endian. A text is its length in octets (unsigned 32 bits), then that many octets of UTF-8.
/// Nothing follows the last field.
extension AuditEvent {
    static let canonicalVersion: UInt8 = 1

    public var canonicalBytes: [UInt8] {
        var bytes: [UInt8] = [Self.canonicalVersion]
        bytes.appendBigEndian(UInt64(bitPattern: at.auditMilliseconds))
        bytes.appendText(kind.rawValue)
        bytes.appendText(actor)
        bytes.appendText(subject)
        bytes.appendBigEndian(UInt32(clamping: details.count))
        for (name, value) in details.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            bytes.appendText(name)
            bytes.appendText(value)
        }
        return bytes
    }

    /// Reads stored bytes. Any spelling but the canonical one is refused, so no two byte strings are the same event.
    public init(canonicalBytes bytes: [UInt8]) throws(AuditFailure) {
        var reader = Reader(rest: bytes[...])
        let at = try reader.time()
        let kindText = try reader.text()
        guard let kind = AuditEventKind(rawValue: kindText) else { throw .unreadable(.kind(kindText)) }
        let actor = try reader.text()
        let subject = try reader.text()
        let count: UInt32 = try reader.bigEndian()
        var details: [String: String] = [:]
        for _ in 0..<count {
            let name = try reader.text()
            details[name] = try reader.text()
        }
        self.init(kind, at: at, actor: actor, subject: subject, details: details)
        guard canonicalBytes == bytes else { throw .unreadable(.notCanonical) }
    }

    /// The time alone, of bytes that are known to be an event's.
    static func time(inCanonicalBytes bytes: [UInt8]) throws(AuditFailure) -> Date {
        var reader = Reader(rest: bytes[...])
        return try reader.time()
    }
}

/// Takes fields from the front; a field that is not all there is refused before anything is allocated for it.
private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func take(_ count: Int) throws(AuditFailure) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw .unreadable(.truncated) }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func octet() throws(AuditFailure) -> UInt8 {
        try bigEndian()
    }

    /// What an event begins with: the version, and when it was.
    mutating func time() throws(AuditFailure) -> Date {
        guard try octet() == AuditEvent.canonicalVersion else { throw .unreadable(.version) }
        return Date(auditMilliseconds: Int64(bitPattern: try bigEndian()))
    }

    mutating func bigEndian<Number: FixedWidthInteger & UnsignedInteger>() throws(AuditFailure) -> Number {
        var number: UInt64 = 0
        for octet in try take(Number.bitWidth / 8) { number = number << 8 | UInt64(octet) }
        return Number(truncatingIfNeeded: number)
    }

    mutating func text() throws(AuditFailure) -> String {
        let length: UInt32 = try bigEndian()
        guard let text = String(validating: try take(Int(length)), as: UTF8.self) else { throw .unreadable(.notUTF8) }
        return text
    }
}

extension [UInt8] {
    mutating func appendBigEndian(_ number: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: number.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    mutating func appendText(_ text: String) {
        appendBigEndian(UInt32(clamping: text.utf8.count))
        append(contentsOf: text.utf8)
    }
}

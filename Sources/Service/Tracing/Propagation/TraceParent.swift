/// Which trace a message is part of, which of its spans sent it, and whether that one is recorded: the field `traceparent`.
///
/// W3C Trace Context §3.2: `version "-" trace-id "-" parent-id "-" trace-flags`, in lower-case hexadecimal.
public struct TraceParent: Hashable, Sendable, CustomStringConvertible {
    public static let field = "traceparent"

    public let traceID: TraceID
    public let spanID: SpanID
    public let isSampled: Bool

    public init(traceID: TraceID, spanID: SpanID, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// Nil: it names no trace, and the receiver begins one of its own (§4.3).
    public init?(_ text: String) {
        let octets = Array(text.utf8)
        guard octets.count >= Self.length, [2, 35, 52].allSatisfy({ octets[$0] == UInt8(ascii: "-") }),
            let version = Hexadecimal.number(octets[0..<2]), version != 0xFF,
            let high = Hexadecimal.number(octets[3..<19]), let low = Hexadecimal.number(octets[19..<35]),
            let span = Hexadecimal.number(octets[36..<52]), let flags = Hexadecimal.number(octets[53..<55])
        else { return nil }
        // §4.1: of a later version, what stands behind the flags is not read, and begins with a hyphen.
        guard octets.count == Self.length || (version > 0 && octets[Self.length] == UInt8(ascii: "-")) else {
            return nil
        }
        guard let traceID = TraceID(high: high, low: low), let spanID = SpanID(span) else { return nil }
        self.init(traceID: traceID, spanID: spanID, isSampled: flags & 1 == 1)
    }

    /// Of version 00, the only one that is written.
    private static let length = 55

    /// §3.2.2.5: flags that are not known are written as 0.
    public var description: String { "00-\(traceID)-\(spanID)-0\(isSampled ? 1 : 0)" }
}

/// §3.2.2.3: sixteen octets, not all 0.
public struct TraceID: Hashable, Sendable, CustomStringConvertible {
    let high: UInt64
    /// By which it is decided whether a trace is recorded.
    let low: UInt64

    public init?(high: UInt64, low: UInt64) {
        guard high != 0 || low != 0 else { return nil }
        self.high = high
        self.low = low
    }

    static func random() -> TraceID {
        while true {
            if let made = TraceID(high: .random(in: .min ... .max), low: .random(in: .min ... .max)) { return made }
        }
    }

    public var description: String { Hexadecimal.text(high) + Hexadecimal.text(low) }
}

/// §3.2.2.4: eight octets, not all 0.
public struct SpanID: Hashable, Sendable, CustomStringConvertible {
    let number: UInt64

    public init?(_ number: UInt64) {
        guard number != 0 else { return nil }
        self.number = number
    }

    static func random() -> SpanID {
        while true { if let made = SpanID(.random(in: .min ... .max)) { return made } }
    }

    public var description: String { Hexadecimal.text(number) }
}

/// §3.2.1: digits, and letters in lower case only.
private enum Hexadecimal {
    static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: number = number << 4 | UInt64(digit - 0x30)
            case 0x61...0x66: number = number << 4 | UInt64(digit - 0x57)
            default: return nil
            }
        }
        return number
    }

    static func text(_ number: UInt64) -> String {
        String(
            decoding: stride(from: 60, through: 0, by: -4).map { shift in
                let digit = UInt8(truncatingIfNeeded: number >> shift) & 0xF
                return digit < 10 ? 0x30 + digit : 0x57 + digit
            } as [UInt8], as: UTF8.self)
    }
}

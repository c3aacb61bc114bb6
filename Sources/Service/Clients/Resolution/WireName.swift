import SymbolonNames

/// A domain name as DNS carries it: labels of any octets, ASCII letters in lower case (RFC 4343 §3).
struct WireName: Hashable, Sendable {
    let labels: [[UInt8]]

    init(_ name: DNSName) {
        labels = name.description.utf8.split(separator: UInt8(ascii: ".")).map(Array.init)
    }

    init(labels: [[UInt8]]) {
        self.labels = labels.map { $0.map(Self.folded) }
    }

    /// This name below one label more, e.g. `_acme-challenge`.
    func prefixed(_ label: String) -> WireName { WireName(labels: [Array(label.utf8)] + labels) }

    /// RFC 1035 §2.3.4: at most 255 octets, the lengths and the root counted.
    var isShortEnough: Bool { labels.reduce(1) { $0 + $1.count + 1 } <= 255 }

    /// RFC 1035 §5.1: as master files write it, what is neither a letter, a digit, a hyphen nor an underscore by its number.
    var text: String {
        labels.map { label in
            label.map { octet in
                switch octet {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    String(UnicodeScalar(octet))
                default:
                    "\\" + String(repeating: "0", count: 3 - String(octet).count) + String(octet)
                }
            }.joined()
        }.joined(separator: ".")
    }

    private static func folded(_ octet: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet) ? octet + 0x20 : octet
    }
}

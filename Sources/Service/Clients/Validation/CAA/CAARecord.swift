/// A property of the CAA set of a domain: RFC 8659 §4.1.
struct CAARecord: Equatable, Sendable {
    let isCritical: Bool
    /// In lower case.
    let tag: String
    let value: [UInt8]

    /// - Parameter data: flags, the tag with its length before it, and the value; nil when it is not that.
    init?(_ data: [UInt8]) {
        guard data.count >= 2 else { return nil }
        let end = 2 + Int(data[1])
        // RFC 8659 §4.1: the tag is letters and digits, at least one.
        guard end > 2, end <= data.count,
            data[2..<end].allSatisfy({ UnicodeScalar($0).properties.isAlphabetic || (0x30...0x39).contains($0) }),
            data[2..<end].allSatisfy({ $0 < 0x80 })
        else { return nil }
        isCritical = data[0] & 0x80 != 0
        tag = String(decoding: data[2..<end], as: UTF8.self).lowercased()
        value = Array(data[end...])
    }
}

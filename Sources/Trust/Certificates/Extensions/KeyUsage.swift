internal import SwiftASN1

/// What the key may be used for. RFC 5280 §4.2.1.3.
public struct KeyUsage: OptionSet, Hashable, Sendable, CustomStringConvertible {
    /// Bit n of the standard is bit n here.
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    public static let digitalSignature = KeyUsage(rawValue: 1 << 0)
    public static let contentCommitment = KeyUsage(rawValue: 1 << 1)
    public static let keyEncipherment = KeyUsage(rawValue: 1 << 2)
    public static let dataEncipherment = KeyUsage(rawValue: 1 << 3)
    public static let keyAgreement = KeyUsage(rawValue: 1 << 4)
    public static let keyCertSign = KeyUsage(rawValue: 1 << 5)
    public static let crlSign = KeyUsage(rawValue: 1 << 6)
    public static let encipherOnly = KeyUsage(rawValue: 1 << 7)
    public static let decipherOnly = KeyUsage(rawValue: 1 << 8)

    private static let names = [
        "digitalSignature", "contentCommitment", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign",
        "cRLSign", "encipherOnly", "decipherOnly",
    ]

    /// The standard's names of the bits that are set, in its order.
    public var description: String {
        (0..<UInt16.bitWidth).filter { rawValue & (1 << $0) != 0 }
            .map { $0 < Self.names.count ? Self.names[$0] : "bit \($0)" }
            .joined(separator: ", ")
    }

    /// "At least one of the bits MUST be set to 1" when the extension is there.
    init(_ reader: inout DERReader) throws(DERFailure) {
        let start = reader.position
        rawValue = try reader.namedBits()
        guard rawValue != 0 else { throw DERFailure(.empty, at: start) }
    }

    var derBytes: [UInt8] {
        DER.Serializer.bytes { $0.namedBits(rawValue) }
    }
}

public import SymbolonCertificates

/// Which of an issuer's certificates a list speaks for: all of them, or a shard.
///
/// The shard is in the serial number, and so it is chosen at issuance for good: its first octet, of which six bits are
/// random (`SerialNumberSource`). A range of serial numbers is a shard, so that a store finds one without looking at the
/// others.
public enum ListScope: Hashable, Sendable {
    case whole
    case shard(Int)

    /// 64: of a million revoked a shard lists 16,000, in under 1 MB.
    public static let shardCount = 64

    public static let all: [ListScope] = [.whole] + (0..<shardCount).map(ListScope.shard)

    /// The shard of a certificate.
    public static func shard(of serialNumber: SerialNumber) -> ListScope {
        .shard(min(max(Int(serialNumber.magnitude.first ?? 0) - firstOctet, 0), shardCount - 1))
    }

    private static let firstOctet = 0x40

    /// The first octets of the magnitudes of its serial numbers; nil: no bound. The first shard also has every smaller
    /// number, and the last every larger one, should there be any.
    public var firstOctets: (from: UInt8?, below: UInt8?) {
        switch self {
        case .whole: (nil, nil)
        case .shard(let index):
            (
                index == 0 ? nil : UInt8(Self.firstOctet + index),
                index == Self.shardCount - 1 ? nil : UInt8(Self.firstOctet + index + 1)
            )
        }
    }

    /// As the store and the addresses have it: -1 for the whole, or the shard's number.
    public var index: Int {
        switch self {
        case .whole: -1
        case .shard(let index): index
        }
    }

    public init?(index: Int) {
        switch index {
        case -1: self = .whole
        case 0..<Self.shardCount: self = .shard(index)
        default: return nil
        }
    }
}

/// The addresses of one kind that begin with the same bits: `10.0.0.0/8`.
public struct IPNetwork: Hashable, Sendable, CustomStringConvertible {
    /// The first address: every bit behind the prefix is zero.
    public let address: IPAddress
    /// In bits: 0…32 or 0…128.
    public let prefixLength: Int

    /// `ADDRESS/LENGTH`. A bit set behind the prefix is refused, because it is nearly always a slip.
    public init(_ text: some StringProtocol) throws(NameFailure) {
        do throws(Flaw) {
            self = try Self.parse(Array(text.utf8))
        } catch {
            throw .network(error, in: NameText.shown(text))
        }
    }

    /// The network of `prefixLength` bits that `address` lies in.
    public init(containing address: IPAddress, prefixLength: Int) throws(NameFailure) {
        guard (0...address.version.bits).contains(prefixLength) else {
            throw .network(.prefixLength(maximum: address.version.bits), in: "\(address)/\(prefixLength)")
        }
        self.init(masking: address, prefixLength: prefixLength)
    }

    /// RFC 5280 §4.2.1.10: address and mask, 8 octets for IPv4 or 32 for IPv6. The mask is contiguous; address bits
    /// outside it mean nothing there and are cleared.
    public init(bytes: some Collection<UInt8>) throws(NameFailure) {
        guard bytes.count == 8 || bytes.count == 32 else {
            throw .network(.octets(bytes.count), in: NameText.shown(bytes))
        }
        let address = try IPAddress(bytes: Array(bytes.prefix(bytes.count / 2)))
        let mask = bytes.dropFirst(bytes.count / 2)
        let length = mask.reduce(0) { $0 + $1.nonzeroBitCount }
        guard Self.mask(of: length, octets: mask.count).elementsEqual(mask) else {
            throw .network(.brokenMask, in: NameText.shown(bytes))
        }
        self.init(masking: address, prefixLength: length)
    }

    /// - Parameter prefixLength: Within the bits of `address`.
    private init(masking address: IPAddress, prefixLength: Int) {
        let lead = address.version == .v4 ? 96 + prefixLength : prefixLength
        self.address = IPAddress(
            version: address.version,
            high: address.high & Self.ones(min(lead, 64)),
            low: address.low & Self.ones(max(lead - 64, 0)))
        self.prefixLength = prefixLength
    }

    /// Address and mask as RFC 5280 §4.2.1.10 writes them: 8 or 32 octets.
    public var bytes: [UInt8] {
        let octets = address.bytes
        return octets + Self.mask(of: prefixLength, octets: octets.count)
    }

    public var description: String { "\(address)/\(prefixLength)" }

    /// Whether `other` is of the same kind and begins with the same bits.
    public func contains(_ other: IPAddress) -> Bool {
        other.version == address.version && IPNetwork(masking: other, prefixLength: prefixLength).address == address
    }

    /// Whether every address of `other` lies in this network.
    public func contains(_ other: IPNetwork) -> Bool {
        other.prefixLength >= prefixLength && contains(other.address)
    }

    private static func parse(_ octets: [UInt8]) throws(Flaw) -> IPNetwork {
        guard let slash = octets.firstIndex(of: UInt8(ascii: "/")) else { throw .noPrefixLength }
        let address: IPAddress
        do throws(IPAddress.Flaw) {
            address = try IPAddressText.parse(octets[..<slash])
        } catch {
            throw .address(error)
        }
        let digits = octets[(slash + 1)...]
        let length = digits.count <= 3 ? digits.reduce(0) { $0 * 10 + Int($1) - Int(UInt8(ascii: "0")) } : Int.max
        guard digits.allSatisfy(\.isASCIIDigit), !digits.isEmpty,
            digits.count == 1 || digits.first != UInt8(ascii: "0"),
            (0...address.version.bits).contains(length)
        else { throw .prefixLength(maximum: address.version.bits) }
        let network = IPNetwork(masking: address, prefixLength: length)
        guard network.address == address else { throw .bitsBehindPrefix(network: network.description) }
        return network
    }

    /// A word whose first `count` bits are set, 0…64.
    private static func ones(_ count: Int) -> UInt64 {
        count == 0 ? 0 : UInt64.max << UInt64(64 - count)
    }

    private static func mask(of length: Int, octets: Int) -> [UInt8] {
        (0..<octets).map { octet in
            let bits = min(max(length - 8 * octet, 0), 8)
            return UInt8(truncatingIfNeeded: 0xFF00 >> bits)
        }
    }
}

extension IPNetwork {
    /// What keeps a text or octets from being a network.
    public enum Flaw: Error, Equatable, Sendable {
        case noPrefixLength
        case address(IPAddress.Flaw)
        case prefixLength(maximum: Int)
        /// Carries the network that was perhaps meant.
        case bitsBehindPrefix(network: String)
        case octets(Int)
        case brokenMask

        public var explanation: String {
            switch self {
            case .noPrefixLength: "it has no prefix length; write ADDRESS/LENGTH, for one address /32 or /128"
            case .address(let flaw): flaw.explanation
            case .prefixLength(let maximum): "the prefix length is a number from 0 to \(maximum) without leading zero"
            case .bitsBehindPrefix(let network): "it has bits set behind the prefix; the network is \(network)"
            case .octets(let count): "address and mask have 8 or 32 octets, not \(count)"
            case .brokenMask: "the mask is not ones followed by zeros"
            }
        }
    }
}

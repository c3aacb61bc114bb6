/// A CBOR data item (RFC 8949) in the form that authenticators write: `CBORReader` says what that is.
public indirect enum CBORValue: Equatable, Sendable {
    case unsigned(UInt64)
    /// −1 − n, by its n.
    case negative(UInt64)
    case bytes(ArraySlice<UInt8>)
    case text(String)
    case array([CBORValue])
    /// In the order of the encoding; no key is there twice.
    case map([CBORMember])
    case bool(Bool)
    case null
    case undefined
    case float(Double)
    /// A simple value that RFC 8949 §3.3 gives no meaning.
    case simple(UInt8)

    /// The whole number; nil for one that `Int64` does not hold, and for what is none.
    public var integer: Int64? {
        switch self {
        case .unsigned(let number): Int64(exactly: number)
        case .negative(let number): Int64(exactly: number).map { -1 - $0 }
        default: nil
        }
    }

    public var bytes: ArraySlice<UInt8>? { if case .bytes(let octets) = self { octets } else { nil } }
    public var text: String? { if case .text(let text) = self { text } else { nil } }
    public var array: [CBORValue]? { if case .array(let elements) = self { elements } else { nil } }
    public var members: [CBORMember]? { if case .map(let members) = self { members } else { nil } }

    /// The member of a map with this key; nil when there is none, and for what is no map.
    public subscript(_ key: String) -> CBORValue? { self[.text(key)] }

    /// The member of a map with this key; nil when there is none, and for what is no map.
    public subscript(_ key: Int64) -> CBORValue? {
        self[key < 0 ? .negative(UInt64(-1 - key)) : .unsigned(UInt64(key))]
    }

    private subscript(_ key: CBORValue) -> CBORValue? { members?.first { $0.key == key }?.value }
}

/// A key of a map, and what it stands for.
public struct CBORMember: Equatable, Sendable {
    public let key: CBORValue
    public let value: CBORValue

    public init(_ key: CBORValue, _ value: CBORValue) {
        self.key = key
        self.value = value
    }
}

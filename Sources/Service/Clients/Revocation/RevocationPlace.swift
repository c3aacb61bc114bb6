/// Where an operator says that a list or an answer is: a file, or an address to fetch it from.
public enum RevocationPlace: Hashable, Sendable, CustomStringConvertible {
    case file(String)
    case address(FetchAddress)

    /// What has `://` in it is an address.
    public init(_ text: String) throws(FetchAddressFault) {
        self = text.contains("://") ? .address(try FetchAddress(text)) : .file(text)
    }

    public var description: String {
        switch self {
        case .file(let path): path
        case .address(let address): address.description
        }
    }
}

public import SymbolonNames

/// A name server that an operator has configured: `192.0.2.53`, `192.0.2.53:5353` or `[2001:db8::53]:5353`.
public struct NameServer: Hashable, Sendable, CustomStringConvertible {
    public let address: IPAddress
    public let port: Int

    public init(_ address: IPAddress, port: Int = 53) {
        self.address = address
        self.port = port
    }

    /// - Throws: why it is no address; a name would have to be resolved first.
    public init(_ text: String) throws(NameFailure) {
        if text.hasPrefix("["), let end = text.lastIndex(of: "]") {
            let address = try IPAddress(text[text.index(after: text.startIndex)..<end])
            self.init(address, port: try Self.port(text[text.index(after: end)...], in: text))
        } else if let colon = text.firstIndex(of: ":"), colon == text.lastIndex(of: ":") {
            self.init(try IPAddress(text[..<colon]), port: try Self.port(text[colon...], in: text))
        } else {
            self.init(try IPAddress(text))
        }
    }

    private static func port(_ text: Substring, in whole: String) throws(NameFailure) -> Int {
        if text.isEmpty { return 53 }
        guard text.first == ":", let port = Int(text.dropFirst()), (1...65_535).contains(port),
            text.dropFirst().utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        else { throw .ip(.empty, in: whole) }
        return port
    }

    public var description: String { address.version == .v6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
}

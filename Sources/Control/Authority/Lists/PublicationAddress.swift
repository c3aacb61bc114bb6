import Foundation
import SymbolonNames

/// Where the whole world can ask what an authority has revoked: `http://HOST` or `http://HOST:PORT`.
///
/// RFC 5280 §8: not `https`, for to know whether that server's certificate is revoked one would have to ask it first. Lists
/// and answers are signed, and secret to nobody.
public struct PublicationAddress: Hashable, Sendable, CustomStringConvertible {
    /// Without a slash at its end.
    public let description: String
    public let port: Int

    public init(_ text: String) throws(PublicationAddressFailure) {
        let name: URIName
        do throws(NameFailure) {
            name = try URIName(text.hasSuffix("/") ? String(text.dropLast()) : text)
        } catch {
            throw .notAnAddress(text, because: error.explanation)
        }
        guard name.scheme == "http" else { throw .notHTTP(text) }
        let afterScheme = name.description.dropFirst("http://".count)
        guard name.host != .none, !afterScheme.contains(where: { "/?#".contains($0) }) else {
            throw .notAnAddress(text, because: "it is an address of a server alone: http://HOST:PORT")
        }
        // A port stands after the last colon that is not within an IPv6 address.
        if let colon = afterScheme.lastIndex(of: ":"), !afterScheme[colon...].contains("]") {
            guard let number = Int(afterScheme[colon...].dropFirst()), (1...65_535).contains(number) else {
                throw .notAnAddress(text, because: "its port is not from 1 to 65535")
            }
            port = number
        } else {
            port = 80
        }
        description = name.description
    }
}

extension AuthorityConfiguration {
    /// The same, with its lists here: the newest address first, each once.
    public func publishing(at addresses: [PublicationAddress]) -> AuthorityConfiguration {
        var next = self
        next.publishedAt = []
        for address in addresses where !next.publishedAt.contains(address) { next.publishedAt.append(address) }
        return next
    }
}

/// Why a text is no address to publish at.
public enum PublicationAddressFailure: Error, Equatable, Sendable, CustomStringConvertible {
    case notAnAddress(String, because: String)
    case notHTTP(String)

    public var description: String {
        switch self {
        case .notAnAddress(let text, let cause): "\(text.debugDescription) is no address to publish at: \(cause)"
        case .notHTTP(let text):
            "\(text.debugDescription) does not begin with http://; lists are signed, and https would need them first"
        }
    }
}

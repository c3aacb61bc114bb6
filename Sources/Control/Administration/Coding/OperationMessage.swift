internal import Foundation
internal import SymbolonWire

/// An operation as it goes over the wire: the parts of an HTTP request.
public struct OperationMessage: Equatable, Sendable {
    public let method: OperationEndpoint.Method
    /// With the query, from `/api/v1/` on, percent-encoded.
    public let target: String
    /// JSON; nil where the endpoint takes none.
    public let body: [UInt8]?

    /// Where every operation's path begins.
    public static let root = "/api/v1/"

    public init<Operation: AdministrativeOperation>(_ operation: Operation) throws(AdministrationFailure) {
        let endpoint = Operation.endpoint
        do {
            var members = try JSONReader.parse(AdministrationJSON.encode(operation)).members ?? []
            func take(_ name: String) -> JSONValue? {
                guard let index = members.firstIndex(where: { $0.name == name }) else { return nil }
                return members.remove(at: index).value
            }
            var path: [String] = []
            for segment in endpoint.path.split(separator: "/") {
                guard segment.hasPrefix("{") else {
                    path.append(String(segment))
                    continue
                }
                let text = take(String(segment.dropFirst().dropLast()))?.string ?? ""
                path.append(Self.escaped(text))
            }
            var query: [String] = []
            for name in endpoint.query.keys.sorted() {
                switch take(name) {
                case .string(let text): query.append("\(name)=\(Self.escaped(text))")
                case .integer(let number): query.append("\(name)=\(number)")
                case .bool(let truth): query.append("\(name)=\(truth)")
                default: break
                }
            }
            method = endpoint.method
            target = Self.root + path.joined(separator: "/") + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
            body = endpoint.hasBody ? JSONValue.object(members).bytes : nil
        } catch {
            throw AdministrationFailure(.malformed, what: "\(Operation.name) cannot be written down", why: "\(error)")
        }
    }

    /// RFC 3986 §2.3: everything but unreserved characters.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(octet))
            default: "%" + Hex.encode([octet]).uppercased()
            }
        }.joined()
    }
}

extension OperationEndpoint {
    /// Whether what is asked with it stands in a JSON body.
    public var hasBody: Bool { method == .post || method == .put }
}

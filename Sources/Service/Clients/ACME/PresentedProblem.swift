public import SymbolonEnrollment
import SymbolonWire

/// Why an ACME server refused, as it says it (RFC 7807, RFC 8555 §6.7). Its words are shown to people, never acted on.
public struct PresentedProblem: Error, Equatable, Sendable {
    /// Nil for a type that no standard has.
    public let kind: ACMEProblem.Kind?
    /// The HTTP status; 0 for a problem that stood in an order or a challenge.
    public let status: Int
    public let detail: String
    /// RFC 8555 §6.7.1: what was wrong with single identifiers.
    public let parts: [String]

    /// RFC 8555 §6.7.
    private static let namespace = "urn:ietf:params:acme:error:"
    /// Of a text, in characters, and of parts: more helps nobody.
    private static let longest = 600
    private static let mostParts = 10

    init(kind: ACMEProblem.Kind?, status: Int, detail: String, parts: [String] = []) {
        self.kind = kind
        self.status = status
        self.detail = detail
        self.parts = parts
    }

    init(_ json: JSONValue, status: Int = 0) {
        let type = json["type"]?.string ?? ""
        kind =
            type.hasPrefix(Self.namespace)
            ? ACMEProblem.Kind(rawValue: String(type.dropFirst(Self.namespace.count))) : nil
        self.status = status
        let said = json["detail"]?.string ?? json["title"]?.string ?? type
        detail = String((said.isEmpty ? "it does not say why" : said).prefix(Self.longest))
        parts = (json["subproblems"]?.array ?? []).prefix(Self.mostParts).map { part in
            let name = part["identifier"]?["value"]?.string ?? "?"
            return String("\(name): \(part["detail"]?.string ?? "?")".prefix(Self.longest))
        }
    }

    /// What was refused with, whether or not it is a problem document.
    init(_ response: HTTPSResponse) {
        let isDocument = response.mediaType == "application/problem+json"
        if isDocument, let json = try? JSONReader.parse(response.body), json.members != nil {
            self.init(json, status: response.status)
        } else {
            self.init(kind: nil, status: response.status, detail: "it answers with status \(response.status)")
        }
    }

    /// One line, without a full stop.
    public var explanation: String {
        let name = kind.map { "\($0.rawValue): " } ?? ""
        return name + ([detail] + parts).joined(separator: "; ")
    }
}

extension HTTPSResponse {
    /// RFC 9110 §8.3.1: without parameters, in lower case.
    var mediaType: String {
        (field("content-type") ?? "").prefix { $0 != ";" }.trimmingPrefix(" ").lowercased()
            .replacing(" ", with: "")
    }
}

internal import SymbolonWire

extension AdministrativeOperation {
    /// Reads an operation from the parts of a request, strictly: nothing that is not asked for, nothing twice.
    ///
    /// - Parameters:
    ///   - path: the members that stand in the path, by name.
    ///   - query: as it came, without the question mark.
    ///   - body: as it came; empty when there is none.
    public init(path: [String: String], query: String, body: [UInt8]) throws(AdministrationFailure) {
        var members: [JSONMember] = []
        if Self.endpoint.hasBody {
            if !body.isEmpty { members = try Self.members(of: body) }
        } else if !body.isEmpty {
            throw AdministrationFailure(.malformed, what: "\(Self.name) takes no body")
        }
        let outside = Set(Self.endpoint.pathMembers + Self.endpoint.query.keys)
        if let stray = members.first(where: { outside.contains($0.name) }) {
            throw AdministrationFailure(
                .malformed, what: "\(stray.name.debugDescription) does not belong in the body",
                why: "it stands in the path or the query")
        }
        for (name, text) in path { members.append(JSONMember(name, .string(text))) }
        members += try Self.endpoint.members(ofQuery: query)
        do {
            self = try StrictDecoder.decode(Self.self, from: .object(members))
        } catch {
            throw AdministrationFailure(
                .malformed, what: "\(Self.name) was not asked as it must be", why: error.explanation,
                mend: "see /api/v1/openapi.yaml")
        }
    }

    private static func members(of body: [UInt8]) throws(AdministrationFailure) -> [JSONMember] {
        let value: JSONValue
        do {
            value = try JSONReader.parse(body)
        } catch {
            throw AdministrationFailure(.malformed, what: "the body is not JSON that is taken", why: error.explanation)
        }
        guard let members = value.members else {
            throw AdministrationFailure(.malformed, what: "the body is not a JSON object")
        }
        return members
    }
}

extension OperationEndpoint {
    /// `name=value&…`; each name is one that is known, and stands there once.
    fileprivate func members(ofQuery text: String) throws(AdministrationFailure) -> [JSONMember] {
        var members: [JSONMember] = []
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = Self.decoded(parts[0]), let value = Self.decoded(parts[1]),
                let kind = query[name], !members.contains(where: { $0.name == name })
            else {
                throw AdministrationFailure(
                    .malformed,
                    what: "the query has a part that is not taken: \(String(pair.prefix(100)).debugDescription)",
                    why: "known, each once: \(query.keys.sorted().joined(separator: ", "))")
            }
            guard let typed = kind.value(value) else {
                throw AdministrationFailure(
                    .malformed, what: "\(name) is not a \(kind.rawValue): \(String(value.prefix(100)).debugDescription)"
                )
            }
            members.append(JSONMember(name, typed))
        }
        return members
    }

    /// RFC 3986 §2.1; nil for half an escape, and for octets that are no UTF-8.
    private static func decoded(_ text: Substring) -> String? {
        var octets: [UInt8] = []
        var rest = text.utf8[...]
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "%") else {
                octets.append(octet)
                continue
            }
            guard rest.count >= 2,
                let escaped = try? Hex.decode(String(decoding: rest.prefix(2), as: UTF8.self).lowercased())
            else { return nil }
            octets += escaped
            rest = rest.dropFirst(2)
        }
        return String(validating: octets, as: UTF8.self)
    }
}

extension OperationEndpoint.Parameter {
    fileprivate func value(_ text: String) -> JSONValue? {
        switch self {
        case .text: return .string(text)
        case .number:
            // Digits as JSON has them: no sign but a minus, no leading zero.
            guard let number = Int64(text), String(number) == text else { return nil }
            return .integer(number)
        case .time: return AdministrationJSON.date(text) == nil ? nil : .string(text)
        case .flag: return text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
        }
    }
}

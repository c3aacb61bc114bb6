import Foundation
import SymbolonAdministration
import SymbolonWire
import Testing
import Yams

/// docs/OpenAPI.yaml, as far as the tests compare it.
///
/// Unchecked for the `Any` that YAML is read into: strings, numbers, arrays and dictionaries of them, all values, held by
/// constants that nothing changes after `init`.
struct OpenAPIDocument: @unchecked Sendable {
    struct Operation {
        let name: String
        let line: String
        let access: String
        let statuses: [String]
        let pathParameters: Set<String>
        let queryParameters: [String: OperationEndpoint.Parameter]
        let requiredQuery: Set<String>
        let body: [String: Any]?
        let bodyMayBeEmpty: Bool
        let answer: [String: Any]

        /// Sorted by name, as the code writes it.
        func query(_ maker: inout InstanceMaker) -> String {
            queryParameters.keys.sorted().filter { maker.isWhole || requiredQuery.contains($0) }.map { name in
                switch queryParameters[name] {
                case .number: "\(name)=1"
                case .flag: "\(name)=true"
                case .time: "\(name)=2026-01-02T03%3A04%3A05Z"
                default: "\(name)=a"
                }
            }.joined(separator: "&")
        }
    }

    let operations: [Operation]
    private let schemas: [String: [String: Any]]

    static var file: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../docs/OpenAPI.yaml")
            .standardizedFileURL.path
    }

    init() throws {
        let text = try String(contentsOfFile: Self.file, encoding: .utf8)
        let root = try #require(try Yams.load(yaml: text) as? [String: Any])
        let components = try #require(root["components"] as? [String: Any])
        schemas = try #require(components["schemas"] as? [String: [String: Any]])
        let paths = try #require(root["paths"] as? [String: [String: [String: Any]]])
        operations = try paths.flatMap { path, methods in
            try methods.map { method, written in try Self.operation(path, method, written) }
        }
    }

    func maker(isWhole: Bool) -> InstanceMaker { InstanceMaker(schemas: schemas, isWhole: isWhole) }

    private static func operation(
        _ path: String, _ method: String, _ written: [String: Any]
    ) throws -> Operation {
        let parameters = written["parameters"] as? [[String: Any]] ?? []
        func named(_ place: String) -> [[String: Any]] { parameters.filter { $0["in"] as? String == place } }
        var query: [String: OperationEndpoint.Parameter] = [:]
        for parameter in named("query") {
            let schema = parameter["schema"] as? [String: Any]
            let type = schema?["type"] as? String
            let isTime = schema?["format"] as? String == "date-time"
            query[try #require(parameter["name"] as? String)] =
                type == "integer" ? .number : type == "boolean" ? .flag : isTime ? .time : .text
        }
        let responses = try #require(written["responses"] as? [String: Any])
        let success = try #require(responses.first { $0.key != "default" }?.value as? [String: Any])
        let body = (written["requestBody"] as? [String: Any]).flatMap { schema(in: $0, "application/json") }
        let name = try #require(written["operationId"] as? String)
        return Operation(
            name: name, line: "\(method) \(path) \(name)", access: try #require(written["x-access"] as? String),
            statuses: responses.keys.sorted(), pathParameters: Set(named("path").compactMap { $0["name"] as? String }),
            queryParameters: query,
            requiredQuery: Set(
                named("query").filter { $0["required"] as? Bool == true }.compactMap { $0["name"] as? String }),
            body: body, bodyMayBeEmpty: body == nil, answer: try #require(schema(in: success, "application/json")))
    }

    private static func schema(in holder: [String: Any], _ media: String) -> [String: Any]? {
        ((holder["content"] as? [String: Any])?[media] as? [String: Any])?["schema"] as? [String: Any]
    }
}

/// Makes values that fit a schema: with every property, or with those only that are required.
struct InstanceMaker {
    let schemas: [String: [String: Any]]
    let isWhole: Bool
    private var seconds = 0

    init(schemas: [String: [String: Any]], isWhole: Bool) {
        self.schemas = schemas
        self.isWhole = isWhole
    }

    mutating func value(_ schema: [String: Any]) -> JSONValue {
        if let reference = schema["$ref"] as? String {
            let name = reference.split(separator: "/").last.map(String.init) ?? ""
            guard let named = schemas[name] else {
                Issue.record("there is no schema \(name)")
                return .null
            }
            return value(named)
        }
        switch schema["type"] as? String {
        case "object": return object(schema)
        case "array": return .array([value(schema["items"] as? [String: Any] ?? [:])])
        case "integer": return .integer(Int64(max(1, schema["minimum"] as? Int ?? 1)))
        case "boolean": return .bool(true)
        default:
            if let choices = schema["enum"] as? [String], let first = choices.first { return .string(first) }
            if schema["format"] as? String == "date-time" {
                // Each later than the one before, so that a window has an end.
                seconds += 1
                return .string(String(format: "2026-01-02T03:04:%02dZ", seconds % 60))
            }
            return .string("a")
        }
    }

    private mutating func object(_ schema: [String: Any]) -> JSONValue {
        guard let properties = schema["properties"] as? [String: [String: Any]] else {
            guard let inner = schema["additionalProperties"] as? [String: Any] else { return .object([JSONMember]()) }
            return .object([JSONMember("a", value(inner))])
        }
        let required = Set(schema["required"] as? [String] ?? [])
        // In reverse alphabetical order "start" comes before "end".
        return .object(
            properties.keys.sorted(by: >).filter { isWhole || required.contains($0) }
                .map { JSONMember($0, value(properties[$0] ?? [:])) })
    }
}

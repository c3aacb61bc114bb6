import Foundation
import SymbolonAdministration
import SymbolonEnrollment
import SymbolonHTTPServices
import SymbolonTestSupport
import SymbolonWire
import Testing
import Yams

@Suite("docs/OpenAPI.yaml and the code say the same")
struct OpenAPITests {
    static let operations: [any AdministrativeOperation.Type] = APIOperations.all

    let document: OpenAPIDocument

    init() throws { document = try OpenAPIDocument() }

    @Test("each operation of the code is in the file, and each of the file in the code")
    func sameOperations() throws {
        let written = document.operations
        let coded = Self.operations.map { type in
            "\(type.endpoint.method.rawValue) \(OperationMessage.root)\(type.endpoint.path) \(type.name)"
        }
        #expect(Set(coded).count == coded.count)
        #expect(written.map(\.line).sorted() == coded.sorted())
    }

    @Test("who may ask, the parameters and the status are the same", arguments: operations.indices)
    func sameEndpoint(_ index: Int) throws {
        let type = Self.operations[index]
        let written = try #require(document.operations.first { $0.name == type.name })
        let access =
            switch type.access {
            case .role(let role): role.rawValue
            case .holder: "holder"
            }
        #expect(written.access == access)
        #expect(written.statuses == ["\(type.endpoint.status)", "default"])
        #expect(written.pathParameters == Set(type.endpoint.pathMembers))
        #expect(written.queryParameters == type.endpoint.query)
        #expect(written.body != nil || !type.endpoint.hasBody || written.bodyMayBeEmpty)
    }

    @Test("what the file describes is taken, whole and with what is required only", arguments: operations.indices)
    func sameRequest(_ index: Int) throws { try check(request: Self.operations[index]) }

    private func check<Operation: AdministrativeOperation>(request type: Operation.Type) throws {
        let written = try #require(document.operations.first { $0.name == type.name })
        for isWhole in [true, false] {
            var maker = document.maker(isWhole: isWhole)
            var path: [String: String] = [:]
            for name in written.pathParameters { path[name] = "7f" }
            let query = written.query(&maker)
            let body = written.body.map { maker.value($0) }
            let operation = try Operation(path: path, query: query, body: body?.bytes ?? [])
            let message = try OperationMessage(operation)
            #expect(message.target.split(separator: "?").dropFirst().first.map(String.init) ?? "" == query)
            #expect(try message.body.map { try JSONReader.parse($0) }.map(sorted) == body.map(sorted))
            if isWhole {
                let described = Set(body?.members?.map(\.name) ?? []).union(path.keys).union(
                    written.queryParameters.keys)
                #expect(described == labels(operation), "\(type.name)")
            }
        }
        // A member that the file does not describe is refused.
        if type.endpoint.hasBody {
            var maker = document.maker(isWhole: false)
            let members = (written.body.map { maker.value($0) }?.members ?? []) + [JSONMember("surprise", 1)]
            var path: [String: String] = [:]
            for name in written.pathParameters { path[name] = "7f" }
            #expect(throws: AdministrationFailure.self) {
                try Operation(path: path, query: "", body: JSONValue.object(members).bytes)
            }
        }
        #expect(throws: AdministrationFailure.self) {
            try Operation(path: [:], query: "surprise=1", body: [])
        }
    }

    @Test("what is answered is what the file describes", arguments: operations.indices)
    func sameAnswer(_ index: Int) throws { try check(answer: Self.operations[index]) }

    private func check<Operation: AdministrativeOperation>(answer type: Operation.Type) throws {
        let written = try #require(document.operations.first { $0.name == type.name })
        for isWhole in [true, false] {
            var maker = document.maker(isWhole: isWhole)
            let described = maker.value(written.answer)
            let answer = try type.answer(described.bytes)
            #expect(sorted(try JSONReader.parse(try type.encode(answer))) == sorted(described), "\(type.name)")
            if isWhole { try compareLabels(answer, described, "\(type.name)") }
        }
    }

    // MARK: Helpers

    private func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(members.map { JSONMember($0.name, sorted($0.value)) }.sorted { $0.name < $1.name })
        case .array(let elements): .array(elements.map(sorted))
        default: value
        }
    }

    private func labels(_ value: Any) -> Set<String> { Set(Mirror(reflecting: value).children.compactMap(\.label)) }

    /// Every stored property is described, at every depth.
    private func compareLabels(_ value: Any, _ described: JSONValue, _ place: String) throws {
        // A value that hides a secret from reflection says nothing here.
        guard !(value is any CustomReflectable) || value is [Any] else { return }
        if let members = described.members {
            let mirror = Mirror(reflecting: value)
            if mirror.displayStyle == .optional {
                return try compareLabels(#require(mirror.children.first).value, described, place)
            }
            guard mirror.displayStyle == .struct else { return }
            #expect(Set(members.map(\.name)) == labels(value), "\(place)")
            for child in mirror.children {
                guard let label = child.label, let inner = described[label] else { continue }
                try compareLabels(child.value, inner, "\(place).\(label)")
            }
        } else if let first = described.array?.first, let element = (value as? [Any])?.first {
            try compareLabels(element, first, place + "[]")
        }
    }
}

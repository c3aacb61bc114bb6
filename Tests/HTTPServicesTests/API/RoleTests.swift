import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonHTTPServices
import SymbolonWire
import Testing

@Suite("Each role, each operation")
struct RoleTests {
    private enum Who: String, CaseIterable {
        case nobody, stranger, holder, viewer, `operator`, administrator

        func may(_ access: Access) -> Bool {
            switch (self, access) {
            case (.nobody, _), (.stranger, _): false
            case (_, .holder): true
            case (.holder, .role): false
            case (_, .role(let least)): Role(rawValue: rawValue).map { $0 >= least } ?? false
            }
        }
    }

    @Test("who may is let as far as the operation, who may not is not, whatever else is wrong with the request")
    func matrix() async throws {
        let served = try await ServedAuthority.start()
        let other = try await ServedAuthority.start()
        _ = other
        var clients: [Who: ServedAuthority.Person] = [:]
        clients[.holder] = try await served.person("holder", profile: .client)
        for role in Role.allCases {
            clients[try #require(Who(rawValue: role.rawValue))] = try await served.person("the-\(role.rawValue)", role)
        }
        // An operator's name proved by a certificate of another profile is no operator.
        let service = try await served.person("job", profile: .workload)
        _ = try await served.keyholder.perform(PutOperator(identity: service.identity, role: .administrator))
        clients[.stranger] = service
        for who in Who.allCases {
            let client = try served.client(clients[who])
            for type in APIOperations.all {
                let path =
                    OperationMessage.root
                    + type.endpoint.path.replacing("{serial}", with: "7f").replacing("{id}", with: "a")
                // Nothing that any operation takes: who may is told so, and nobody is told before it is known who asks.
                let answer = try await client.send(
                    .init(
                        type.endpoint.method.client, path + "?surprise=1",
                        fields: [.init("content-type", "application/json")],
                        body: type.endpoint.hasBody ? Array("[]".utf8) : []))
                let kind = try JSONReader.parse(answer.body)["type"]?.string
                let expected: [String] =
                    who == .nobody
                    ? ["unauthenticated"]
                    : who.may(type.access) || (who == .stranger && type.access == .holder)
                        ? ["malformed", "notOffered"] : ["forbidden"]
                #expect(
                    expected.contains { kind == "urn:symbolon:problem:\($0)" },
                    "\(who) \(type.name): \(answer.status) \(kind ?? "")")
            }
        }
    }

    @Test("every call is in the record, with who proved what; a refused one with why")
    func recorded() async throws {
        let served = try await ServedAuthority.start()
        let viewer = try await served.person("viewer", .viewer)
        let asked = try served.remote(viewer)
        _ = try await asked.perform(ListOperators())
        _ = try? await asked.perform(PutOperator(identity: viewer.identity, role: .administrator))
        let entries = try await served.keyholder.perform(ListAuditEntries(last: 3)).entries

        let done = try #require(
            entries.first { $0.kind == "operation.performed" && $0.details["operation"] == "listOperators" })
        #expect(done.actor.contains(viewer.identity))
        #expect(done.actor.contains(viewer.chain[0].serialNumber.description))
        #expect(done.details["proof"] == "certificate \(viewer.chain[0].fingerprint)")
        #expect(done.details["from"]?.hasPrefix("127.0.0.1:") == true)
        let refused = try #require(entries.first { $0.kind == "operation.refused" })
        #expect(refused.details["operation"] == "putOperator")
        #expect(refused.details["kind"] == "forbidden")
    }
}

extension OperationEndpoint.Method {
    fileprivate var client: HTTPSRequest.Method {
        switch self {
        case .get: .get
        case .post: .post
        case .put: .put
        case .delete: .delete
        }
    }
}

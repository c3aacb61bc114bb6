import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonHTTPServices
import SymbolonWire
import Testing

@Suite("Each role, each operation")
struct RoleTests {
    private enum Who: String, CaseIterable {
        case nobody, stranger, holder, viewer, `operator`, administrator

        /// - Parameter least: nil: whoever holds an identity.
        func may(_ least: Role?) -> Bool {
            switch (self, least) {
            case (.nobody, _), (.stranger, _): false
            case (_, nil): true
            case (.holder, _): false
            case (_, let least?): Role(rawValue: rawValue).map { $0 >= least } ?? false
            }
        }
    }

    /// Who may what, as the guide Work-from-elsewhere.md promises it. A row for each operation; none is taken from the code.
    private static let table: [Role?: Set<String>] = [
        nil: [
            "findEndpoint", "followTrust", "leaveTrust", "publishEndpoint", "renewCertificate", "reportPosture",
            "showRenewal", "showPolicyInForce", "showSelf", "showTrust", "withdrawEndpoint", "withdrawPosture",
        ],
        .viewer: [
            "listACMEAccounts", "listAuditEntries", "listCertificates", "listEmergencies", "listEnds",
            "listExternalAccountKeys",
            "listFederations", "listGroups", "listInvitations", "listIssuers", "listPolicyVersions",
            "listPosture", "listReporters", "listScheduledRevocations", "listOperators", "showACMEAccount",
            "showIssuer", "showAuditHead",
            "showAuthority", "showCertificate", "showGroup", "showPolicyVersion", "verifyAudit",
        ],
        .operator: [
            "askEmergency", "cancelInvitation", "cancelScheduledRevocation", "changeGroup",
            "createExternalAccountKey", "deactivateACMEAccount", "endEmergency", "issueCertificate", "makeInvitation",
            "noteExport", "releaseCertificate",
            "revokeCertificates",
            "revokeExternalAccountKey", "scheduleRevocation",
        ],
        .administrator: [
            "activateIssuer", "approveEmergency", "beginFederation", "endFederation", "finishReplacement",
            "permitNames", "prepareIssuer",
            "permitReporter", "publishPolicy",
            "publishRootLists", "putOperator", "removeOperator", "removeReporter", "replaceIssuer", "retireIssuer",
        ],
    ]

    /// Nil twice over: no row.
    private static func least(_ operation: String) -> Role?? {
        table.first { $0.value.contains(operation) }?.key
    }

    @Test("each operation has one row in the table, and each row an operation")
    func rows() {
        let written = Self.table.values.flatMap(\.self)
        #expect(Set(written).count == written.count)
        #expect(Set(written) == Set(APIOperations.all.map { $0.name }))
    }

    @Test("R11: who may is let as far as the operation, who may not is not, whatever else is wrong with the request")
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
                    .replacing("{issuer}", with: "7f9c").replacing("{version}", with: "1")
                    .replacing("{group}", with: "night")
                // Nothing that any operation takes: who may is told so, and nobody is told before it is known who asks.
                let answer = try await client.send(
                    .init(
                        type.endpoint.method.client, path + "?surprise=1",
                        fields: [.init("content-type", "application/json")],
                        body: type.endpoint.hasBody ? Array("[]".utf8) : []))
                let kind = try JSONReader.parse(answer.body)["type"]?.string
                let least = try #require(Self.least(type.name), "\(type.name) has no row")
                let expected: [String] =
                    who == .nobody
                    ? ["unauthenticated"]
                    : who.may(least) || (who == .stranger && least == nil)
                        ? ["malformed", "notOffered"] : ["forbidden"]
                #expect(
                    expected.contains { kind == "urn:symbolon:problem:\($0)" },
                    "\(who) \(type.name): \(answer.status) \(kind ?? "")")
            }
        }
    }

    @Test("who has a role certifies and invites names of that role and below, and none above")
    func rank() async throws {
        let served = try await ServedAuthority.start()
        var people: [Role: ServedAuthority.Person] = [:]
        for role in Role.allCases { people[role] = try await served.person("the-\(role.rawValue)", role) }
        for (asking, person) in people {
            let asked = try served.remote(person)
            for (role, other) in people {
                let name = "the-\(role.rawValue)"
                let mayAtAll = asking >= .operator
                await expect(
                    mayAtAll && asking >= role, "\(asking) certifies \(other.identity)",
                    asked, IssueCertificate(name: name, profile: "person", request: try ServedAuthority.request()))
                await expect(
                    mayAtAll && asking >= role, "\(asking) invites \(other.identity)",
                    asked, MakeInvitation(name: name, profile: "person"))
            }
            // Nobody's name is everybody's who may issue at all.
            await expect(
                asking >= .operator, "\(asking) certifies a stranger", asked,
                IssueCertificate(name: "carol", profile: "person", request: try ServedAuthority.request()))
            // Another authority is believed on an administrator's word.
            await expect(
                asking == .administrator, "\(asking) invites an authority", asked,
                MakeInvitation(name: "federation", federationSeconds: 3600))
        }
    }

    private func expect(
        _ isLet: Bool, _ what: Comment, _ asked: RemoteAdministration, _ operation: some AdministrativeOperation
    ) async {
        do throws(AdministrationFailure) {
            _ = try await asked.perform(operation)
            #expect(isLet, what)
        } catch {
            #expect(!isLet && error.kind == .forbidden, "\(what): \(error)")
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

import Foundation
import SymbolonAccessPolicy
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonTokens
import SymbolonWire
import Testing

@Suite("Z09: leave beyond the rules is bounded, ends by itself, and denies outrank it")
struct EmergencyPermissionTests {
    private let key = SigningKey.make(.p256)

    private func id(_ name: String) throws -> SPIFFEID { try SPIFFEID("\(domain.id)/\(name)") }

    private func permission(
        _ number: Int64 = 7, _ names: [String] = ["person/alice"], to services: [String] = ["ledger"],
        for seconds: Double = 3600, reason: String = "its disk is full", approvedBy: String = "bob"
    ) throws -> EmergencyPermission {
        EmergencyPermission(
            number: number, subjects: try names.map(id), services: services, reason: reason, from: noon,
            until: noon + seconds, askedBy: "ann", approvedBy: approvedBy)
    }

    private func decide(
        _ policy: Policy, _ name: String, to service: String = "ledger", at moment: Date = noon
    ) throws -> Decision {
        CompiledPolicy(policy).decide(
            Question(from: Party([.spiffe(try id(name))]), to: service, at: .sure(moment)))
    }

    @Test("whom it names, to what it names, until it is over: the decision says when it has to be asked again")
    func bounded() throws {
        let base = try policy(["allow": "the till", "from": "till", "to": "ledger"])
        #expect(try !decide(base, "person/alice").isAllowed)
        let open = try base.permitting([permission()])
        let decision = try decide(open, "person/alice", at: noon + 600)
        #expect(decision.outcome == .allowed(by: "emergency 7: its disk is full", person: nil))
        #expect(decision.standsFor == 3000)
        #expect(try decide(open, "person/alice", at: noon + 3599).isAllowed)
        #expect(try !decide(open, "person/alice", at: noon + 3600).isAllowed)
        #expect(try !decide(open, "person/alice", at: noon - 1).isAllowed)
        #expect(try !decide(open, "person/bob").isAllowed)
        #expect(try !decide(open, "person/alice", to: "books").isAllowed)
        // A clock that was set does not lengthen it.
        let doubtful = CompiledPolicy(open).decide(
            Question(from: Party([.spiffe(try id("person/alice"))]), to: "ledger", at: .doubtful(noon)))
        #expect(!doubtful.isAllowed)
        // Whom rules allow needs none, and loses nothing by its end.
        #expect(try decide(open, "till", at: noon + 3600).standsFor == nil)
    }

    @Test("a rule that denies still denies")
    func denied() throws {
        let base = try policy(["deny": "alice is away", "from": "person/alice"])
        let decision = try decide(base.permitting([permission()]), "person/alice")
        #expect(decision.outcome == .denied(by: "alice is away", .peer, inDoubt: false))
    }

    @Test("a long reason is cut off within a rule's name; a rule that has that name already keeps it")
    func names() throws {
        let long = try permission(reason: String(repeating: "ü", count: 100))
        #expect((110...120).contains(long.ruleName.utf8.count))
        let base = try policy(["allow": "emergency 7: its disk is full", "from": "till"])
        let open = try base.permitting([permission()])
        #expect(Set(open.rules.map(\.name)).count == 2)
    }

    // MARK: Signed

    private func statement(_ permissions: [EmergencyPermission], groups: Int64 = 0) -> PolicyStatement {
        PolicyStatement(
            of: domain, PolicyNumbers(policy: 1, groups: groups), at: noon, text: "rules: []\n", groups: [:],
            emergencies: permissions)
    }

    private func verified(_ statement: PolicyStatement) throws -> VerifiedPolicy {
        let octets = try statement.signed(for: key.publicKey) { message throws(KeyFailure) in try key.sign(message) }
        return try PresentedPolicy(octets).verify(by: [key.publicKey], of: domain)
    }

    @Test("it is part of what is signed, reads back whole, and the same numbers with another one are a lie")
    func signed() throws {
        let made = try statement([permission(), permission(8, ["till", "web"], to: ["books", "ledger"])])
        let read = try verified(made)
        #expect(read.statement == made)
        #expect(try !verified(made).replaces(read))
        #expect(throws: PolicyStatementFailure.another(read.numbers)) {
            try verified(statement([permission(for: 3601), permission(8)])).replaces(read)
        }
        #expect(try verified(statement([], groups: 1)).replaces(read))
    }

    @Test("with none, a statement is of the form that earlier releases take; with one it is not")
    func form() throws {
        func type(_ statement: PolicyStatement) throws -> JSONValue? {
            let octets = try statement.signed(for: key.publicKey) { message throws(KeyFailure) in
                try key.sign(message)
            }
            return try FlattenedJWS(octets).header["typ"]
        }
        #expect(try type(statement([])) == "symbolon-policy+jws")
        #expect(try type(statement([permission()])) == "symbolon-policy-emergency+jws")
    }

    @Test("one beyond its bounds is not taken, whoever has signed it")
    func beyond() throws {
        let honest = try permission(for: 14_400)
        #expect(try verified(statement([honest])).statement.emergencies == [honest])
        for spoiled in [
            try permission(for: 14_401), try permission(for: 0), try permission(7, []),
            try permission(to: []), try permission(to: (0...16).map { "s\($0)" }),
            try permission(7, (0...16).map { "a\($0)" }), try permission(approvedBy: "ann"),
        ] {
            #expect(throws: PolicyStatementFailure.self, "\(spoiled)") { try verified(statement([spoiled])) }
        }
        let domains = EmergencyPermission(
            number: 7, subjects: [try SPIFFEID(domain.id.description)], services: ["ledger"], reason: "why", from: noon,
            until: noon + 60, askedBy: "ann", approvedBy: "bob")
        #expect(throws: PolicyStatementFailure.self) { try verified(statement([domains])) }
        #expect(throws: PolicyStatementFailure.self) {
            try verified(statement((1...17).map { try permission($0) }))
        }
        _ = try verified(statement((1...16).map { try permission($0) }))
    }

    @Test("a permission lacks nothing, and has nothing that nobody knows, whoever has signed it")
    func members() throws {
        func read(_ spoil: (inout [JSONMember]) -> Void) throws -> VerifiedPolicy {
            let honest = try statement([permission()]).signed(for: key.publicKey) { message throws(KeyFailure) in
                try key.sign(message)
            }
            let envelope = try FlattenedJWS(honest)
            let header = ["kid", "typ"].compactMap { name in envelope.header[name].map { JSONMember(name, $0) } }
            let members = try #require(JSONReader.parse(envelope.payload).members)
            let changed = members.map { member in
                guard member.name == "emergencies", var one = member.value.array?.first?.members else { return member }
                spoil(&one)
                return JSONMember(member.name, .array([.object(one)]))
            }
            let signed = try FlattenedJWS.sign(payload: JSONValue.object(changed).bytes, header: header, by: key)
            return try PresentedPolicy(signed.json.bytes).verify(by: [key.publicKey], of: domain)
        }
        func with(_ name: String, _ value: JSONValue) -> (inout [JSONMember]) -> Void {
            { $0 = $0.map { $0.name == name ? JSONMember(name, value) : $0 } }
        }
        #expect(try read { _ in }.statement.emergencies == [permission()])
        let alice = JSONValue.string(try id("person/alice").description)
        let spoils: [(String, (inout [JSONMember]) -> Void)] = [
            ("one more", { $0.append(JSONMember("level", .integer(9))) }),
            ("one less", { $0.removeLast() }), ("number 0", with("number", .integer(0))),
            ("a subject that is none", with("subjects", .array([alice, .integer(1)]))),
            ("a service that is none", with("services", .array(["ledger", .integer(1)]))),
            ("a reason that is none", with("reason", .integer(1))),
        ]
        for (what, spoil) in spoils {
            #expect(throws: PolicyStatementFailure.self, "\(what)") { try read(spoil) }
        }
    }
}

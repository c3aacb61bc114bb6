import Foundation
import SymbolonAccessPolicy
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonTokens
import SymbolonWire
import Testing

@Suite("A version of the policy is signed, and never goes back")
struct PolicyStatementTests {
    private let key = SigningKey.make(.p256)

    private func statement(
        _ policy: Int64, groups: Int64 = 0, text: String = "rules: []\n", members: [String] = [],
        of domain: TrustDomain = domain
    ) throws -> PolicyStatement {
        let night = try Set(members.map { try SPIFFEID("\(domain.id)/\($0)") })
        return PolicyStatement(
            of: domain, PolicyNumbers(policy: policy, groups: groups), at: noon, text: text,
            groups: members.isEmpty ? [:] : [try #require(GroupName("night")): night])
    }

    private func signed(_ statement: PolicyStatement, by key: SigningKey? = nil) throws -> [UInt8] {
        let key = key ?? self.key
        return try statement.signed(for: key.publicKey) { message throws(KeyFailure) in try key.sign(message) }
    }

    private func verified(_ statement: PolicyStatement) throws -> VerifiedPolicy {
        try PresentedPolicy(signed(statement)).verify(by: [key.publicKey], of: domain)
    }

    private func failure(_ octets: [UInt8], signers: [PublicKey]? = nil) throws -> PolicyStatementFailure? {
        do throws(PolicyStatementFailure) {
            _ = try PresentedPolicy(octets).verify(by: signers ?? [key.publicKey], of: domain)
            return nil
        } catch {
            return error
        }
    }

    @Test("what the authority's key has signed reads back whole", arguments: [KeyAlgorithm.p256, .p384, .ed25519])
    func roundTrip(_ algorithm: KeyAlgorithm) throws {
        let key = SigningKey.make(algorithm)
        let made = try statement(3, groups: 7, text: "rules: []\n# \"ü\"\n", members: ["person/alice", "till"])
        let read = try PresentedPolicy(signed(made, by: key)).verify(
            by: [self.key.publicKey, key.publicKey], of: domain)
        #expect(read.statement == made)
        #expect(read.signer == key.publicKey)
    }

    @Test("Z11: nothing in it can be exchanged for what another version says: text, groups or numbers")
    func altered() throws {
        let old = try JSONReader.parse(signed(statement(1, members: ["till"])))
        let new = try JSONReader.parse(signed(statement(2, groups: 1)))
        for (protected, payload, signature) in [(new, old, new), (old, new, old), (new, new, old)] {
            let mixed: JSONValue = [
                "protected": protected["protected"] ?? .null, "payload": payload["payload"] ?? .null,
                "signature": signature["signature"] ?? .null,
            ]
            #expect(try failure(mixed.bytes) == .signature(.signature))
        }
        var octets = Array(try #require(new["payload"]?.string).utf8)
        octets[octets.count / 2] ^= 1
        let changed: JSONValue = [
            "protected": new["protected"] ?? .null, "payload": .string(String(decoding: octets, as: UTF8.self)),
            "signature": new["signature"] ?? .null,
        ]
        #expect(try failure(changed.bytes) != nil)
        // The honest twin.
        #expect(try failure(new.bytes) == nil)
    }

    @Test("what another authority has signed is not taken, nor what is of another domain or for something else")
    func strangers() throws {
        let stranger = SigningKey.make(.p256)
        let made = try statement(1)
        let name = stranger.publicKey.fingerprint.description
        #expect(try failure(signed(made, by: stranger)) == .strangeSigner(name))
        // It says that it is by the authority's key.
        let header = [
            JSONMember("kid", .string(key.publicKey.fingerprint.description)),
            JSONMember("typ", "symbolon-policy+jws"),
        ]
        let honest = try FlattenedJWS(signed(made))
        let lie = try FlattenedJWS.sign(payload: honest.payload, header: header, by: stranger).json.bytes
        #expect(try failure(lie) == .signature(.signature))
        let other = try TrustDomain("other.example")
        #expect(try failure(signed(statement(1, of: other))) == .otherDomain(other))
        let untyped = try FlattenedJWS.sign(payload: honest.payload, header: [header[0]], by: key).json.bytes
        #expect(try failure(untyped) == .type)
        let elsewhere = try FlattenedJWS.sign(
            payload: honest.payload, header: [header[0], JSONMember("typ", "JWT")], by: key
        ).json.bytes
        #expect(try failure(elsewhere) == .type)
        // The honest twin.
        #expect(try failure(FlattenedJWS.sign(payload: honest.payload, header: header, by: key).json.bytes) == nil)
    }

    @Test("Z12: an older version is refused, and so is an older group; a later one is taken, also after a gap")
    func order() throws {
        let known = try verified(statement(5, groups: 3))
        for (policy, groups) in [(4, 3), (5, 2), (6, 2), (4, 9), (1, 0)] as [(Int64, Int64)] {
            let old = try verified(statement(policy, groups: groups))
            #expect(throws: PolicyStatementFailure.older(old.numbers, known: known.numbers)) {
                try old.replaces(known)
            }
        }
        for (policy, groups) in [(6, 3), (5, 4), (6, 4), (9, 40)] as [(Int64, Int64)] {
            #expect(try verified(statement(policy, groups: groups)).replaces(known))
        }
        #expect(try verified(statement(1)).replaces(nil))
    }

    @Test("the same numbers are no news, and with another text or other groups a lie")
    func same() throws {
        let known = try verified(statement(5, groups: 3, members: ["till"]))
        #expect(try !verified(statement(5, groups: 3, members: ["till"])).replaces(known))
        for other in [
            try statement(5, groups: 3, text: "rules: [ ]\n", members: ["till"]),
            try statement(5, groups: 3, members: ["till", "app"]),
        ] {
            let other = try verified(other)
            #expect(throws: PolicyStatementFailure.another(known.numbers)) { try other.replaces(known) }
        }
    }

    @Test("a statement with a member too many, too few, or of another kind is none")
    func form() throws {
        let payload = try JSONReader.parse(try FlattenedJWS(signed(statement(1, members: ["till"]))).payload)
        let members = try #require(payload.members)
        func failure(_ members: [JSONMember]) throws -> PolicyStatementFailure? {
            let header = [
                JSONMember("kid", .string(key.publicKey.fingerprint.description)),
                JSONMember("typ", "symbolon-policy+jws"),
            ]
            return try self.failure(
                FlattenedJWS.sign(payload: JSONValue.object(members).bytes, header: header, by: key).json.bytes)
        }
        #expect(try failure(members) == nil)
        #expect(try failure(members + [JSONMember("more", 1)]) != nil)
        for index in members.indices {
            var spoiled = members
            spoiled.remove(at: index)
            #expect(try failure(spoiled) != nil)
            spoiled = members
            spoiled[index] = JSONMember(members[index].name, .bool(true))
            #expect(try failure(spoiled) != nil)
        }
        for text in ["till", "spiffe://Example/x", ""] {
            let spoiled = members.map { member in
                member.name == "groups" ? JSONMember("groups", ["night": [.string(text)]]) : member
            }
            #expect(try failure(spoiled) != nil, "\(text)")
        }
    }
}

@Suite("What one version says otherwise than another")
struct PolicyComparisonTests {
    @Test("rules that came, went and changed, each by its name; the order of words is no change")
    func compared() throws {
        let before = try policy(
            .fields([("allow", "a"), ("from", "web")]), .fields([("allow", "b"), ("from", "app")]),
            .fields([("deny", "c"), ("from", "till"), ("to", "ledger")]))
        let after = try policy(
            .fields([("deny", "c"), ("to", "ledger"), ("from", "till")]),
            .fields([("allow", "a"), ("from", ["web", "app"])]), .fields([("allow", "d"), ("from", "till")]))
        let found = PolicyComparison(from: before, to: after)
        #expect(found.added == ["d"] && found.removed == ["b"] && found.changed == ["a"])
        let same = PolicyComparison(from: before, to: before)
        #expect(same.added.isEmpty && same.removed.isEmpty && same.changed.isEmpty)
    }
}

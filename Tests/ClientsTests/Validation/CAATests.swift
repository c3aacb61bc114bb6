import SymbolonClients
import SymbolonEnrollment
import SymbolonNames
import SymbolonTestSupport
import Testing

@Suite("RFC 8659, RFC 8657: a domain's CAA records say who certifies it")
struct CAA {
    private static let account = "https://ca.internal/acme/account/1"

    private func outcome(
        _ zone: NameServerStub, _ name: String = "web.test.internal", by method: ChallengeKind = .http01,
        for account: String = account
    ) async throws -> Applicant.Outcome {
        let resolver = Resolver(servers: [NameServer(try IPAddress("127.0.0.1"), port: zone.port)])
        let check = DNSCAACheck(issuers: [try DNSName("ca.internal")], resolver: resolver)
        let identifier: ACMEIdentifier =
            if let address = try? IPAddress(name) { .ip(address) } else { .dns(try DNSPattern(name)) }
        do throws(ValidationFailure) {
            try await check.check(CAAQuestion(identifier: identifier, method: method, accountURL: account))
            return .valid("")
        } catch {
            return .invalid(error.problem.kind, error.problem.detail)
        }
    }

    private func zone(_ sets: [String: [NameServerStub.Record]]) throws -> NameServerStub {
        try NameServerStub { name, type, _ in type == 257 ? .records(sets[name] ?? []) : .code(3) }
    }

    private func domain(_ records: NameServerStub.Record...) throws -> NameServerStub {
        try zone(["web.test.internal": records])
    }

    @Test("no records, up to the top, let everybody")
    func none() async throws {
        let zone = try zone([:])
        #expect(try await outcome(zone).isValid)
        #expect(zone.asked(257) == ["web.test.internal", "test.internal", "internal"])
        let gone = try NameServerStub { _, _, _ in .code(3) }
        #expect(try await outcome(gone).isValid)
    }

    @Test("issue with our name lets us; with another, or with none, it does not")
    func issue() async throws {
        for value in ["ca.internal", " CA.Internal\t", "ca.internal;", "ca.internal ; policy=ev"] {
            #expect(try await outcome(try domain(.caa("issue", value))).isValid, "\(value)")
        }
        #expect(try await outcome(try domain(.caa("ISSUE", "ca.internal"))).isValid)
        for value in [
            "other.internal", ";", "", "xca.internal", "ca.internal.", "ca.internal x", "ca.internal; x",
            "ca\u{1}.internal",
        ] {
            let outcome = try await outcome(try domain(.caa("issue", value)))
            #expect(
                outcome.isInvalid(.caa, "CAA of web.test.internal does not let ca.internal"), "\(value): \(outcome)")
        }
        #expect(try await outcome(try domain(.caa("issue", "other.internal"), .caa("issue", "ca.internal"))).isValid)
        #expect(try await outcome(try domain(.caa("iodef", "mailto:x@test.internal"))).isValid)
    }

    @Test("the nearest set counts, and those above it do not")
    func tree() async throws {
        let above = try zone(["test.internal": [.caa("issue", "other.internal")]])
        #expect(try await outcome(above).isInvalid(.caa, "CAA of test.internal"))
        let nearer = try zone([
            "test.internal": [.caa("issue", "other.internal")], "web.test.internal": [.caa("issue", "ca.internal")],
        ])
        #expect(try await outcome(nearer).isValid)
        let farther = try zone([
            "test.internal": [.caa("issue", "ca.internal")], "web.test.internal": [.caa("issue", "other.internal")],
        ])
        #expect(try await outcome(farther).isInvalid(.caa, "CAA of web.test.internal"))
        #expect(farther.asked(257) == ["web.test.internal"])
    }

    @Test("issuewild speaks of wildcards, and of nothing else")
    func wild() async throws {
        let open = NameServerStub.Record.caa("issuewild", "ca.internal")
        let closed = NameServerStub.Record.caa("issuewild", ";")
        let ours = NameServerStub.Record.caa("issue", "ca.internal")
        let others = NameServerStub.Record.caa("issue", "other.internal")
        for (records, host, wildcard) in [
            ([ours, closed], true, false), ([others, open], false, true), ([ours], true, true),
            ([others], false, false),
            ([closed], true, false), ([open], true, true),
        ] {
            let zone = try zone(["test.internal": records])
            #expect(try await outcome(zone, "test.internal").isValid == host, "\(records)")
            #expect(try await outcome(zone, "*.test.internal", by: .dns01).isValid == wildcard, "\(records)")
        }
    }

    @Test("a critical property that we do not know stops us; the same uncritical does not")
    func critical() async throws {
        let ours = NameServerStub.Record.caa("issue", "ca.internal")
        let stopped = try await outcome(try domain(ours, .caa("future", "x", critical: true)))
        #expect(stopped.isInvalid(.caa, "the critical property \"future\""))
        #expect(try await outcome(try domain(ours, .caa("future", "x"))).isValid)
        #expect(try await outcome(try domain(.caa("issue", "ca.internal", critical: true))).isValid)
    }

    @Test("RFC 8657: the account and the method are bound where the domain says so")
    func bound() async throws {
        for (value, isValid) in [
            ("accounturi=\(Self.account)", true), ("AccountURI = \(Self.account)", true),
            ("accounturi=\(Self.account)0", false), ("accounturi=", false),
            ("accounturi=\(Self.account);accounturi=\(Self.account)", false),
            ("validationmethods=http-01", true), ("validationmethods=dns-01,http-01", true),
            ("validationmethods=dns-01", false), ("validationmethods=http-0", false), ("validationmethods=", false),
            ("validationmethods=dns-01; accounturi=\(Self.account)", false), ("cansignhttpexchanges=yes", true),
        ] {
            let outcome = try await outcome(try domain(.caa("issue", "ca.internal; \(value)")))
            #expect(outcome.isValid == isValid, "\(value): \(outcome)")
        }
    }

    @Test("a record that cannot be read stops us", arguments: [[], [0], [0, 0, 0x78], [0, 9, 0x69]] as [[UInt8]])
    func malformed(data: [UInt8]) async throws {
        let zone = try zone(["web.test.internal": [.caa("issue", "ca.internal"), .init(type: 257, data: data)]])
        #expect(try await outcome(zone).isInvalid(.caa, "cannot be read"))
    }

    @Test("without an answer there is no leave, at any step of the climb")
    func silence() async throws {
        let failing = try NameServerStub { name, _, _ in name == "test.internal" ? .code(2) : .records([]) }
        #expect(try await outcome(failing).isInvalid(.dns, "CAA of test.internal"))
        #expect(failing.asked(257) == ["web.test.internal", "test.internal"])
    }

    @Test("an alias is followed at each step (RFC 8659 §3)")
    func alias() async throws {
        let zone = try NameServerStub(
            [.init(name: "real.other.internal", type: 257): [NameServerStub.caa("issue", "other.internal")]],
            aliases: ["web.test.internal": "real.other.internal"])
        #expect(try await outcome(zone).isInvalid(.caa, "CAA of web.test.internal"))
    }

    @Test("addresses have no CAA records")
    func address() async throws {
        let zone = try zone([:])
        #expect(try await outcome(zone, "127.0.0.1").isValid)
        #expect(zone.asked(257).isEmpty)
    }

    @Test("E08: records that have changed since are seen at the next question")
    func changed() async throws {
        let zone = try NameServerStub { name, type, before in
            type == 257 && name == "web.test.internal"
                ? .records([.caa("issue", before == 0 ? "ca.internal" : "other.internal")]) : .records([])
        }
        #expect(try await outcome(zone).isValid)
        #expect(try await outcome(zone).isInvalid(.caa, "does not let"))
    }
}

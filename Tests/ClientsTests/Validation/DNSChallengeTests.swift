import SymbolonClients
import SymbolonEnrollment
import SymbolonNames
import SymbolonTestSupport
import Testing

@Suite("RFC 8555 §8.4: dns-01 finds the digest among whatever else stands at its place")
struct DNSChallenge {
    private static let place = "_acme-challenge.web.test.internal"

    private func outcome(_ zone: NameServerStub, _ name: String = "web.test.internal") async throws
        -> Applicant.Outcome
    {
        let resolver = Resolver(servers: [NameServer(try IPAddress("127.0.0.1"), port: zone.port)])
        return try await Applicant.outcome(ChallengeValidator(resolver: resolver), .dns01, name)
    }

    private func zone(_ texts: [String], at place: String = place) throws -> NameServerStub {
        try NameServerStub([.init(name: place, type: 16): texts.map(NameServerStub.text)])
    }

    @Test("E07: one record, or the right one among many")
    func honest() async throws {
        #expect(try await outcome(try zone([Applicant.record])) == .valid("dns"))
        let others = (0..<12).map { "google-site-verification=\($0)" }
        let many = others.prefix(7) + [Applicant.record] + others.suffix(5)
        #expect(try await outcome(try zone(Array(many))).isValid)
    }

    @Test("E07: a record in several strings is their sum")
    func strings() async throws {
        let (head, tail) = (Applicant.record.prefix(20), Applicant.record.dropFirst(20))
        let data = NameServerStub.text(String(head)) + NameServerStub.text(String(tail))
        #expect(try await outcome(try NameServerStub([.init(name: Self.place, type: 16): [data]])).isValid)
    }

    @Test(
        "E07: none of the records is the digest: every other spelling of it is wrong",
        arguments: [
            "", Applicant.keyAuthorization, Applicant.token, Applicant.record + "=", " " + Applicant.record,
            Applicant.record + " ", Applicant.record.lowercased(), String(Applicant.record.dropLast()),
            "\"" + Applicant.record + "\"",
        ])
    func wrong(text: String) async throws {
        let outcome = try await outcome(try zone([text, "v=spf1 -all"]))
        #expect(outcome.isInvalid(.incorrectResponse, "no TXT record at \(Self.place), of 2"), "\(outcome)")
    }

    @Test(
        "E07: the underscore label is never lost: a record at the name itself, or beside it, proves nothing",
        arguments: [
            "web.test.internal", "acme-challenge.web.test.internal", "_acme-challenge.test.internal",
            "_acme-challenge.www.web.test.internal",
        ])
    func place(other: String) async throws {
        let zone = try zone([Applicant.record], at: other)
        let outcome = try await outcome(zone)
        #expect(outcome.isInvalid(.incorrectResponse, "\(Self.place) has no TXT record"), "\(outcome)")
        #expect(zone.asked(16) == [Self.place])
    }

    @Test("E07: a wildcard is asked at its base, beside the base's own record")
    func wildcard() async throws {
        let zone = try zone([Applicant.record, "the other's"], at: "_acme-challenge.test.internal")
        #expect(try await outcome(zone, "*.test.internal").isValid)
        #expect(try await outcome(zone, "test.internal").isValid)
        #expect(zone.asked(16) == ["_acme-challenge.test.internal"])
    }

    @Test("E07: a place delegated by CNAME is followed, in one response or over several")
    func delegated() async throws {
        let target = "web.acme.other.internal"
        let several = try NameServerStub(
            [.init(name: target, type: 16): [NameServerStub.text(Applicant.record)]],
            aliases: [Self.place: "hop.other.internal", "hop.other.internal": target])
        #expect(try await outcome(several).isValid)
        #expect(several.asked(16) == [Self.place, "hop.other.internal", target])

        let one = try NameServerStub { _, _, _ in
            .records([.alias(to: target), .init(owner: target, type: 16, data: NameServerStub.text(Applicant.record))])
        }
        #expect(try await outcome(one).isValid)
        #expect(one.asked(16) == [Self.place])
    }

    @Test("E07: a record under another name in the response is not the place's")
    func other() async throws {
        let stray = try NameServerStub { _, _, _ in
            .records([.init(owner: "other.internal", type: 16, data: NameServerStub.text(Applicant.record))])
        }
        #expect(try await outcome(stray).isInvalid(.incorrectResponse, "has no TXT record"))
    }

    @Test("E07: aliases that go round, or on and on, come to an end")
    func round() async throws {
        let circle = try NameServerStub([:], aliases: [Self.place: "b.internal", "b.internal": Self.place])
        #expect(try await outcome(circle).isInvalid(.dns, "go round"))
        let within = try NameServerStub { name, _, _ in .records([.alias(to: name)]) }
        #expect(try await outcome(within).isInvalid(.dns, "go round"))
        let endless = try NameServerStub { _, _, _ in
            .records([.alias(to: "x\(UInt32.random(in: 0...UInt32.max)).internal")])
        }
        #expect(try await outcome(endless).isInvalid(.dns, "go round"))
    }

    @Test("name servers that fail, refuse, or answer with what is no answer")
    func failing() async throws {
        #expect(
            try await outcome(try NameServerStub { _, _, _ in .code(3) }).isInvalid(.incorrectResponse, "has no TXT"))
        for code: UInt8 in [2, 4, 5] {
            #expect(try await outcome(try NameServerStub { _, _, _ in .code(code) }).isInvalid(.dns, "gives no answer"))
        }
        let cut = try NameServerStub { _, _, _ in .raw(questions: 1, answers: 3, [0xC0, 0x0C, 0, 16]) }
        #expect(try await outcome(cut).isInvalid(.dns, "cannot be read"))
    }

    @Test("RFC 8738 §7: an address is not validated by DNS")
    func address() async throws {
        let zone = try zone([Applicant.record])
        #expect(try await outcome(zone, "127.0.0.1").isInvalid(.malformed, "dns-01"))
    }

    @Test("a question that nobody answers is given up when the one who asked gives up")
    func cancelled() async throws {
        let silent = try NameServerStub { _, _, _ in .silence }
        let task = Task { try await outcome(silent) }
        while silent.count(Self.place, 16) == 0 { await Task.yield() }
        task.cancel()
        #expect(try await task.value.isInvalid(.dns, "withdrawn"))
    }
}

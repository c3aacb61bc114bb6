import SymbolonAudit
import SymbolonWire
import Testing

@testable import SymbolonEnrollment

@Suite("RFC 8555 §7.5.1: the first look begins at once, and the answer may wait for it")
struct FirstLookTests {
    /// An order's first challenge, ready to be asked for.
    private func challenge(_ order: ACMEResponse, _ client: ACMEClient) async throws -> (
        authorization: String, url: String
    ) {
        let authorization = try order.json.texts("authorizations")[0]
        let challenges = try #require(try await client.post(authorization, nil).json["challenges"]?.array)
        return (authorization, try #require(challenges.first?["url"]?.string))
    }

    /// An account of its own.
    private func registered(_ house: ACMEHouse) async throws -> ACMEClient {
        var client = ACMEClient(house)
        try await client.register()
        return client
    }

    @Test("what is seen in time is in the answer")
    func inTime() async throws {
        let house = try await ACMEHouse()
        let client = try await registered(house)
        let asked = try await challenge(client.order(["www.example.internal"]), client)
        let answer = try await client.post(asked.url, [:])
        #expect(answer.json["status"] == "valid")
        #expect(answer["Retry-After"] == nil)
        #expect(try await client.post(asked.authorization, nil).json["status"] == "valid")
        #expect(try house.auditKinds().last == .acmeAuthorizationValidated)
    }

    @Test("an order, its proof and its certificate are four transactions")
    func transactions() async throws {
        let house = try await ACMEHouse()
        let client = try await registered(house)
        let before = house.store.commits
        // Made; shown; claimed with the intent; valid with the certificate.
        let order = try await client.order(["www.example.internal"])
        #expect(house.store.commits == before + 1)
        try await client.authorize(order)
        #expect(house.store.commits == before + 2)
        let finished = try await client.finalize(order, try ACMEClient.request(["www.example.internal"]))
        #expect(house.store.commits == before + 4)
        _ = try await client.download(finished)
        #expect(house.store.commits == before + 4)
    }

    @Test("what takes longer is shown as under way, and stored when it is seen")
    func late() async throws {
        let house = try await ACMEHouse(firstLook: .milliseconds(1))
        let running = Task { await house.server.run() }
        defer { running.cancel() }
        let client = try await registered(house)
        house.world.hold()
        let asked = try await challenge(client.order(["www.example.internal"]), client)
        let answer = try await client.post(asked.url, [:])
        #expect(answer.json["status"] == "processing")
        #expect(answer["Retry-After"] == "1")
        #expect(try await client.post(asked.authorization, nil).json["status"] == "pending")
        house.world.release()
        while try await client.post(asked.authorization, nil).json["status"] != "valid" { await Task.yield() }
        #expect(house.world.questions.count == 1, "the look that had begun is the one that counts")
    }

    @Test("asked for again while it goes on, it is one look")
    func once() async throws {
        let house = try await ACMEHouse()
        let client = try await registered(house)
        house.world.hold()
        let asked = try await challenge(client.order(["www.example.internal"]), client)
        async let first = client.post(asked.url, [:])
        while house.world.questions.isEmpty { await Task.yield() }
        for _ in 0..<3 { #expect(try await client.post(asked.url, [:]).json["status"] == "processing") }
        house.world.release()
        #expect(try await first.json["status"] == "valid")
        #expect(house.world.questions.count == 1)
    }

    @Test("an account that ends during the look is shown nothing by it")
    func deactivated() async throws {
        let house = try await ACMEHouse()
        let client = try await registered(house)
        house.world.hold()
        let asked = try await challenge(client.order(["www.example.internal"]), client)
        async let answer = client.post(asked.url, [:])
        while house.world.questions.isEmpty { await Task.yield() }
        let account = try #require(client.account)
        #expect(try await client.post(account, ["status": "deactivated"]).json["status"] == "deactivated")
        house.world.release()
        #expect(try await answer.json["status"] != "valid")
        #expect(try house.store.allAuthorizations().allSatisfy { $0.status == .pending })
        #expect(try !house.auditKinds().contains(.acmeAuthorizationValidated))
    }
}

import Foundation
import NIOCore
import SymbolonAdministration
import SymbolonClients
import SymbolonProxy
import SymbolonTestSupport
import Testing

@testable import SymbolonHTTPServices

@Suite("What one peer may use of the authority's server")
struct LimitTests {
    @Test("more requests than the rate are told when to come back; another peer is served meanwhile")
    func rate() async throws {
        var limits = ServerLimits()
        limits.requestsPerSecond = 0.01
        limits.burst = 3
        let served = try await ServedAuthority.start(limits: limits)
        let alice = try await served.client(served.person("alice", .viewer))
        for _ in 0..<3 { #expect(try await alice.send(.init(.get, "/api/v1/self")).status == 200) }
        let refused = try await alice.send(.init(.get, "/api/v1/self"))
        #expect(refused.status == 429)
        #expect(Int(refused.field("retry-after") ?? "") ?? 0 > 0)
        #expect(served.observer.limits == ["rate"])
        // The same person over another connection is the same peer.
        let bob = try await served.client(served.person("bob", .viewer))
        #expect(try await bob.send(.init(.get, "/api/v1/self")).status == 200)
        #expect(try await served.client(nil).send(.init(.get, "/health")).status == 200)
    }

    @Test("a body over the limit is refused, said in advance or not", arguments: ["--http1.1", "--http2"])
    func body(_ version: String) async throws {
        var limits = ServerLimits()
        limits.bodyBytes = 1_000
        let served = try await ServedAuthority.start(limits: limits)
        let root = try await served.person("root", .administrator)
        let files = try TemporaryFolder()
        for (size, extra, code) in [
            (990, [], "400"), (5_000, [], "413"), (5_000, ["-H", "Transfer-Encoding: chunked"], "413"),
        ] where version == "--http1.1" || extra.isEmpty {
            let file = try files.write(String(repeating: " ", count: size), to: "body")
            let answer = try await served.curl(
                root,
                [
                    version, "-X", "PUT", "-H", "Content-Type: application/json", "-H", "Expect:", "--data-binary",
                    "@\(file)",
                    "-w", "%{http_code}", "-o", "/dev/null",
                ] + extra, "/api/v1/operators")
            #expect(answer.out == code, "\(size) \(extra) \(answer.err)")
        }
    }

    @Test("a head over the limit is refused", arguments: ["--http1.1", "--http2"])
    func head(_ version: String) async throws {
        let served = try await ServedAuthority.start()
        let small = String(repeating: "x", count: 4_000)
        let large = String(repeating: "x", count: 40_000)
        let taken = try await served.curl(
            nil, [version, "-H", "A: \(small)", "-w", "%{http_code}", "-o", "/dev/null"], "/health")
        #expect(taken.out == "200")
        let refused = try await served.curl(
            nil, [version, "-H", "A: \(large)", "-w", "%{http_code}", "-o", "/dev/null"], "/health")
        #expect(refused.out != "200")
    }

    @Test("who sends a head drop by drop loses the connection; an honest one is served meanwhile")
    func slowHead() async throws {
        var limits = ServerLimits()
        limits.headDeadline = .milliseconds(300)
        let served = try await ServedAuthority.start(limits: limits)
        let slow = try await RawTLS.connect(to: served)
        try await slow.send("GET /health HTTP/1.1\r\nHost: a\r\n")
        #expect(try await served.client(nil).send(.init(.get, "/health")).status == 200)
        // It ends by itself.
        #expect(await slow.ended() == "")
        #expect(served.observer.limits == ["headDeadline"])
    }

    @Test("who sends a body drop by drop loses the connection")
    func slowBody() async throws {
        var limits = ServerLimits()
        limits.bodyDeadline = .milliseconds(300)
        let served = try await ServedAuthority.start(limits: limits)
        let slow = try await RawTLS.connect(to: served)
        try await slow.send("POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx")
        #expect(await slow.ended() == "")
    }

    @Test("connections beyond those of one address are closed at once, and taken again when one ends")
    func connections() async throws {
        var limits = ServerLimits()
        limits.connectionsPerAddress = 2
        let served = try await ServedAuthority.start(limits: limits)
        let first = try served.client(nil)
        let second = try served.client(nil)
        for client in [first, second] { #expect(try await client.send(.init(.get, "/health")).status == 200) }
        await #expect(throws: HTTPSFailure.self) { try await served.client(nil).send(.init(.get, "/health")) }
        #expect(served.observer.limits == ["connections"])
        await first.close()
        // The server learns of the end on its own loop.
        var status = 0
        for _ in 0..<1_000 where status != 200 {
            status = (try? await served.client(nil).send(.init(.get, "/health")).status) ?? 0
        }
        #expect(status == 200)
    }

    // MARK: Counting

    @Test("tokens come back with time, up to the burst")
    func bucket() {
        var limits = ServerLimits()
        limits.requestsPerSecond = 10
        limits.burst = 2
        let ledger = PeerLedger(limits)
        let key = PeerKey.identity("a")
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        func ask(_ milliseconds: Int64) -> PeerLedger.Verdict {
            defer { ledger.end(key) }
            return ledger.begin(key, at: start + .milliseconds(milliseconds))
        }
        #expect([ask(0), ask(0), ask(0)] == [.admitted, .admitted, .tooOften(retryAfter: 1)])
        // `end` was called for the refused one too, which the next begin must not profit from.
        #expect(ask(99) == .tooOften(retryAfter: 1))
        #expect(ask(100) == .admitted)
        #expect([ask(10_000), ask(10_000), ask(10_000)] == [.admitted, .admitted, .tooOften(retryAfter: 1)])
    }

    @Test("so many at once, and one more when one ends")
    func concurrency() {
        var limits = ServerLimits()
        limits.concurrentRequests = 2
        let ledger = PeerLedger(limits)
        let key = PeerKey.identity("a")
        #expect([ledger.begin(key), ledger.begin(key), ledger.begin(key)] == [.admitted, .admitted, .tooManyAtOnce])
        #expect(ledger.begin(.identity("A")) == .admitted)
        ledger.end(key)
        #expect(ledger.begin(key) == .admitted)
    }

    @Test("E18: addresses of one /64 network, and an IPv4 address however it comes, are one peer")
    func addresses() throws {
        func key(_ text: String) throws -> PeerKey {
            .address(PeerAddress(try SocketAddress(ipAddress: text, port: 1)))
        }
        #expect(try key("2001:db8:1:2::1") == key("2001:db8:1:2:ffff::9"))
        #expect(try key("2001:db8:1:2::1") != key("2001:db8:1:3::1"))
        #expect(try key("192.0.2.7") == key("::ffff:192.0.2.7"))
        #expect(try key("192.0.2.7") != key("192.0.2.8"))
    }

    @Test("peers that are gone are forgotten: memory does not grow with their number")
    func forgetting() {
        let ledger = PeerLedger(ServerLimits())
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        for number in 0..<100_000 {
            let key = PeerKey.invitation(number)
            #expect(ledger.begin(key, at: start + .milliseconds(Int64(number) * 10)) == .admitted)
            ledger.end(key)
        }
        #expect(ledger.count <= 4_096)
    }
}

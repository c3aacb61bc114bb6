import Foundation
import NIOCore
import SymbolonClients
import SymbolonTestSupport
import Testing

@Suite("Fetching: bounded in time and octets, and only from where the operator said")
struct Fetching {
    private let octets = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    private var limits = Fetcher.Limits()

    init() {
        // What a busy machine may take.
        limits.connecting = .seconds(20)
        limits.silence = .seconds(20)
        limits.whole = .seconds(30)
    }

    private var fetcher: Fetcher { Fetcher(limits: limits) }

    /// A server that reads the request and answers with these octets, then does what is asked.
    private func server(
        _ answer: [UInt8], then after: @escaping @Sendable (Socket) -> Void = { $0.endOutput() }
    ) throws -> ListeningSocket {
        let listener = try ListeningSocket()
        listener.start { socket in
            var request: [UInt8] = []
            while !request.ends(with: Array("\r\n\r\n".utf8)), let more = try? socket.readNow(), !more.isEmpty {
                request += more
            }
            try? socket.writeNow(answer)
            after(socket)
        }
        return listener
    }

    private func get(
        _ server: ListeningSocket, atMost limit: Int = 1 << 20, by fetcher: Fetcher? = nil
    ) async throws(FetchFailure) -> [UInt8] {
        let address: FetchAddress
        do { address = try FetchAddress("http://127.0.0.1:\(server.port)/list.crl") } catch {
            throw .malformed(error.explanation)
        }
        return try await (fetcher ?? self.fetcher).get(address, atMost: limit)
    }

    private func head(_ lines: String...) -> [UInt8] {
        Array((["HTTP/1.1 " + lines[0]] + lines.dropFirst() + ["", ""]).joined(separator: "\r\n").utf8)
    }

    @Test("what a server gives with a length, in chunks, or until it hangs up, is fetched whole")
    func honest() async throws {
        #expect(try await get(server(head("200 OK", "Content-Length: \(octets.count)") + octets)) == octets)
        #expect(try await get(server(head("200 OK", "Connection: close") + octets)) == octets)
        let chunk = Array("\(String(octets.count, radix: 16))\r\n".utf8) + octets + Array("\r\n0\r\n\r\n".utf8)
        #expect(try await get(server(head("200 OK", "Transfer-Encoding: chunked") + chunk)) == octets)
    }

    @Test("R02: nobody listens, the name is unknown, or the server refuses")
    func unreachable() async throws {
        let port = try ClosedPort.make()
        for text in ["http://127.0.0.1:\(port)/", "http://no-such-host.invalid/"] {
            let address = try FetchAddress(text)
            let failure = await #expect(throws: FetchFailure.self) { try await fetcher.get(address, atMost: 1000) }
            guard case .unreachable = failure else { return #expect(failure == nil) }
        }
        await #expect(throws: FetchFailure.status(404)) { try await get(server(head("404 Not Found"))) }
        await #expect(throws: FetchFailure.status(503)) { try await get(server(head("503 Busy", "Content-Length: 0"))) }
    }

    @Test("R03: a server that says nothing, or drips one octet at a time, is given up")
    func slow() async throws {
        let answer = head("200 OK", "Content-Length: \(octets.count)")
        let never: @Sendable (Socket) -> Void = { _ = try? $0.readNow() }
        var (impatient, hasty) = (limits, limits)
        impatient.silence = .milliseconds(500)
        hasty.whole = .milliseconds(1500)
        for given in [[], answer] {
            await #expect(throws: FetchFailure.silent(.milliseconds(500))) {
                try await get(server(given, then: never), by: Fetcher(limits: impatient))
            }
        }
        let drips: @Sendable (Socket) -> Void = { socket in
            while (try? socket.writeNow([0x30])) != nil { usleep(50_000) }
        }
        await #expect(throws: FetchFailure.slow(.milliseconds(1500))) {
            try await get(server(answer, then: drips), by: Fetcher(limits: hasty))
        }
    }

    @Test("R14: a redirect is not followed")
    func redirected() async throws {
        let elsewhere = try server(head("200 OK", "Content-Length: 1") + [0x30])
        let target = "http://127.0.0.1:\(elsewhere.port)/"
        for status in ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
            await #expect(throws: FetchFailure.redirected(to: target)) {
                try await get(server(head(status, "Location: \(target)", "Content-Length: 0")))
            }
        }
        #expect(elsewhere.accepted == 0)
    }

    @Test("R09: more octets than are taken are refused, announced or not, and the limit itself is not")
    func large() async throws {
        let limit = octets.count
        let announced = head("200 OK", "Content-Length: \(limit + 1)") + octets + [0]
        await #expect(throws: FetchFailure.tooLarge(limit: limit)) { try await get(server(announced), atMost: limit) }
        let silent = head("200 OK", "Connection: close") + octets
        await #expect(throws: FetchFailure.tooLarge(limit: limit)) {
            try await get(server(silent + [0]), atMost: limit)
        }
        #expect(try await get(server(silent), atMost: limit) == octets)
    }

    @Test("what is cut off, or is no HTTP, is no file")
    func broken() async throws {
        let cut = head("200 OK", "Content-Length: \(octets.count)") + octets.dropLast()
        let failure = await #expect(throws: FetchFailure.self) { try await get(server(cut)) }
        #expect(failure?.explanation.isEmpty == false)
        await #expect(throws: FetchFailure.self) { try await get(server(Array("SSH-2.0-x\r\n".utf8))) }
        await #expect(throws: FetchFailure.cutOff) { try await get(server([])) }
    }
}

extension [UInt8] {
    fileprivate func ends(with other: [UInt8]) -> Bool { suffix(other.count).elementsEqual(other) }
}

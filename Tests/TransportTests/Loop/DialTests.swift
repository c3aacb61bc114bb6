import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import SymbolonTransport

@Suite("A dial reaches whoever answers first", .timeLimit(.minutes(2)))
struct DialTests {
    let loops: StreamLoops
    let listener: any Channel
    /// Nobody listens here.
    let deserted: SocketAddress

    init() async throws {
        loops = try StreamLoops(count: 1)
        let group = MultiThreadedEventLoopGroup.singleton
        listener = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let gone = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        deserted = try #require(gone.localAddress)
        try await gone.close()
    }

    /// Where it arrived; the socket is dropped.
    func dial(_ addresses: [SocketAddress]) async -> Result<SocketAddress?, StreamFailure> {
        let loop = loops.all[0]
        return await withCheckedContinuation { continuation in
            loop.execute {
                Dial.start(to: addresses, within: .seconds(60), on: loop) { answer in
                    continuation.resume(
                        returning: answer.map {
                            $0.drop(from: loop)
                            return $0.remoteAddress
                        })
                }
            }
        }
    }

    @Test("an address that refuses is followed by the next at once; the one that answers is where it arrives")
    func next() async throws {
        let address = try #require(listener.localAddress)
        #expect(await dial([address]) == .success(address))
        #expect(await dial([deserted, deserted, address]) == .success(address))
    }

    @Test("where all refuse, the first refusal is told")
    func refused() async {
        #expect(await dial([deserted, deserted]) == .failure(.system(ECONNREFUSED)))
    }

    @Test("one that does not answer holds the next up for a quarter of a second, and no longer")
    func silent() async throws {
        let address = try #require(listener.localAddress)
        // RFC 5737: nobody is there, and nothing says so. Where no route leads there it is refused, which is as good.
        let nowhere = try SocketAddress(ipAddress: "192.0.2.1", port: 9)
        #expect(await dial([nowhere, address]) == .success(address))
    }

    @Test("a name that nobody knows is told as such")
    func unknownName() async throws {
        let loop = loops.all[0]
        let unknown: StreamFailure? = await withCheckedContinuation { continuation in
            loop.execute {
                Dial.start(to: "nobody.invalid", port: 9, within: .seconds(60), on: loop) { answer in
                    if case .failure(let failure) = answer {
                        continuation.resume(returning: failure)
                    } else {
                        continuation.resume(returning: nil)
                    }
                }
            }
        }
        // RFC 6761 §6.4: "invalid" never resolves.
        #expect(unknown == .unknownName("nobody.invalid"))
    }

    @Test("the families of a name's addresses take turns, each in the system's order")
    func inTurn() throws {
        let six = try ["2001:db8::1", "2001:db8::2", "2001:db8::3"].map { try SocketAddress(ipAddress: $0, port: 1) }
        let four = try ["192.0.2.1", "192.0.2.2"].map { try SocketAddress(ipAddress: $0, port: 1) }
        #expect(Resolver.inTurn(six + four) == [six[0], four[0], six[1], four[1], six[2]])
        #expect(Resolver.inTurn(four) == four && Resolver.inTurn([]) == [])
    }
}

import Foundation
import SymbolonTestSupport
import Synchronization
import Testing

extension EndToEnd {
    @Suite("Strangers cannot hold an end")
    struct StrangersCannotHoldAnEnd {
        /// A stranger who holds a socket, and how far it goes before it falls silent.
        private enum Stall: CaseIterable {
            case saysNothing, beginsARecord, beginsItsHello, stopsAfterItsHello

            var bytes: [UInt8] {
                switch self {
                case .saysNothing: []
                case .beginsARecord: Array(Self.hello.prefix(3))
                case .beginsItsHello: Array(Self.hello.prefix(60))
                case .stopsAfterItsHello: Self.hello
                }
            }

            /// A ClientHello that TLS 1.3 answers with its whole flight (RFC 8446 §4.1.2): X25519, ECDSA on P-256.
            private static let hello: [UInt8] = {
                let extensions: [UInt8] =
                    [0, 43, 0, 3, 2, 3, 4] + [0, 10, 0, 4, 0, 2, 0, 29] + [0, 13, 0, 4, 0, 2, 4, 3]
                    + [0, 51, 0, 38, 0, 36, 0, 29, 0, 32] + [UInt8](repeating: 9, count: 32)
                let body: [UInt8] =
                    [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0, 2, 0x13, 0x01, 1, 0, 0, UInt8(extensions.count)]
                    + extensions
                return [22, 3, 1, 0, UInt8(body.count + 4), 1, 0, 0, UInt8(body.count)] + body
            }()
        }

        @Test("T33: 2,000 who stall and 500 who send garbage hold nothing, and every honest client is served meanwhile")
        func strangers() async throws {
            try OpenFiles.allow(8_192)
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop", "--handshake-deadline", "3")
            let reach = try await machine.reach("--as", "laptop")
            let idle = try await Self.visits(through: reach.port, while: { $0 < 100 })
            let before = protect.ends.residentBytes

            // From 20 addresses: the limit for one address shall not be what ends them.
            let makers = (0..<20).map { maker in
                Task {
                    var held: [Socket] = []
                    for index in 0..<125 {
                        let socket = try await Socket.connect(protect.port, from: UInt8(maker + 2))
                        let stall = index < 100 ? Stall.allCases[index % Stall.allCases.count] : nil
                        // Who has given way already cannot send any more.
                        await socket.offer(stall?.bytes ?? Self.garbage(UInt64(index)))
                        held.append(socket)
                    }
                    // The server's flight at most: 4 KiB.
                    for socket in held { #expect(try await socket.readToEnd().bytes.count < 4_096) }
                }
            }
            let watch = Watch()
            async let busy = Self.visits(through: reach.port) { count in
                watch.see(protect.ends.residentBytes)
                return count < 100 || !watch.isOver.load(ordering: .relaxed)
            }
            for maker in makers { try await maker.value }
            watch.isOver.store(true, ordering: .relaxed)
            let times = try await busy
            print(
                "T33: honest p50 and p99: idle \(idle.p50), \(idle.p99); beside 2,500 strangers \(times.p50), \(times.p99)"
            )
            let growth = watch.most.load(ordering: .relaxed) - before
            print("T33: \(times.count) honest clients served; the end grew by \(growth / 1024) KiB")
            // 64 KiB for each of the 1,024 handshakes that may be under way.
            #expect(growth < 1_024 * 64 * 1024)

            let counters = try await protect.ends.stop()
            let (late, gaveWay) = (
                counters.number("refused.handshakeTimedOut") ?? 0, counters.number("refused.gaveWay") ?? 0
            )
            #expect(late > 0 && late + gaveWay + (counters.number("refused.notTLS") ?? 0) == 2_500)
            #expect(counters.number("accepted") == idle.count + times.count)
            #expect(counters.number("handshakesInProgress") == 0)
            #expect(counters.number("backendBytesBeforeProof") == 0)
            #expect(backend.bytes == idle.count + times.count)
        }

        /// 600 bytes that begin no record of TLS.
        private static func garbage(_ seed: UInt64) -> [UInt8] {
            var random = SeededRandom(seed: seed)
            return [0xFF] + random.bytes(599)
        }

        /// What is seen of an end while strangers hold it.
        private final class Watch: Sendable {
            let isOver = Atomic<Bool>(false)
            /// The most memory that it had.
            let most = Atomic<Int>(0)

            func see(_ bytes: Int) { most.store(max(most.load(ordering: .relaxed), bytes), ordering: .relaxed) }
        }

        /// How long honest clients waited, each from its connect to its answer.
        private struct Times {
            var all: [Duration] = []
            var count: Int { all.count }
            var p50: Duration { all.sorted()[all.count / 2] }
            var p99: Duration { all.sorted()[all.count * 99 / 100] }
        }

        private static func visits(
            through port: Int, while goesOn: @escaping @Sendable (Int) -> Bool
        ) async throws -> Times {
            var times = Times()
            let clock = ContinuousClock()
            while goesOn(times.count) {
                let start = clock.now
                _ = try await Socket.echoed(port)
                times.all.append(clock.now - start)
            }
            return times
        }
    }
}

import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("A person, or a device, is taken out of service by name: all that is hers, and nobody else's")
    struct APersonIsTakenOutOfService {
        @Test(
            "the dry run shows every certificate and live connection, and the revocation takes and cuts them",
            arguments: [("person", "alice", "alices"), ("device", "sn-001", "sn-0010")])
        func revoked(_ profile: String, _ name: String, _ namesake: String) async throws {
            let (machine, backend) = (try Machine(), try Backend())
            // Hers are two: one of yesterday, say, that she still has elsewhere.
            for one in [name, namesake, name] { try machine.done("identity", "issue", one, "--profile", profile) }
            // A service of the same name is somebody else.
            try machine.done("identity", "issue", "other", "--profile", "client")
            let protect = try await machine.protect(
                to: backend, "--allow", "\(profile)/*", "--allow", "other")
            var doors: [Ends] = []
            var sockets: [Socket] = []
            for one in [name, namesake, "other"] {
                let door = try await machine.reach("--as", one)
                doors.append(door.ends)
                let socket = try await Socket.echoed(door.port)
                sockets.append(socket)
            }
            var dry: [Event] = []
            let isSeen = try await eventually {
                dry = try machine.done("identity", "revoke", "\(profile)/\(name)", "--dry-run", "--json")
                    .split(separator: "\n").compactMap { Event(String($0)) }
                return dry.reduce(0) { $0 + ($1.number("connections") ?? 0) } == 1
            }
            #expect(isSeen, "\(dry)")
            #expect(
                dry.map { $0["identity"] } == Array(repeating: "spiffe://example.internal/\(profile)/\(name)", count: 2)
            )

            let said = try machine.done("identity", "revoke", "\(profile)/\(name)", "--json")
            #expect(said.split(separator: "\n").compactMap { Event(String($0))?["reason"] }.count == 2)
            _ = try await sockets[0].readToEnd()
            let closed = try await protect.ends.event("closed")
            #expect(closed["reason"] == "revoked")
            #expect(closed["peer"] == "spiffe://example.internal/\(profile)/\(name)")
            for socket in sockets.dropFirst() {
                try await socket.write([2])
                #expect(try await socket.read(1) == [2])
            }
            #expect(doors.allSatisfy { $0.isRunning })
        }
    }
}

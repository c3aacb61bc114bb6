import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("An identity is renewed in time, and one that is not ends its connections")
    struct AnIdentityIsRenewedInTime {
        @Test("an identity of the home is renewed before its end with the same names, and peers see the new one")
        func renewed() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            try machine.done(
                "identity", "issue", "web", "--profile", "service", "--dns", "localhost", "--ip", "127.0.0.1", "--life",
                "6s")
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "laptop")
            let renewed = try await protect.ends.event("identity") { $0["change"] == "renewed" }
            try await protect.ends.event("identity") { $0["change"] == "replaced" }
            _ = try await Socket.echoed(reach.port)
            let seen = try await reach.ends.event("accepted")
            #expect(seen["serial"] == renewed["serial"])
            let names = try machine.done("identity", "show", try #require(renewed["serial"]))
            for name in ["spiffe://example.internal/web", "dns:localhost", "ip:127.0.0.1"] {
                #expect(names.contains(name))
            }
            #expect(protect.ends.events.allSatisfy { $0["event_type"] != "warning" })
        }

        @Test(
            "a client whose certificate ends is cut, one whose goes on is not; started again it is renewed, or refused"
        )
        func expired() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "brief", "--allow", "laptop")
            let laptop = try await machine.reach("--as", "laptop")
            try machine.done("identity", "issue", "brief", "--profile", "client", "--life", "8s")
            let files = try machine.export("brief", to: "brief")
            let brief = try await machine.reach(
                "--certificate", files.chain, "--key", files.key, "--anchors", files.anchors)
            let (cut, other) = (try await Socket.connect(brief.port), try await Socket.connect(laptop.port))
            for socket in [cut, other] {
                try await socket.write([1])
                #expect(try await socket.read(1) == [1])
            }
            let accepted = try await protect.ends.event("accepted") { $0["peer"]?.hasSuffix("/brief") == true }
            let end = try #require(accepted["validUntil"].flatMap { try? Date($0, strategy: .iso8601) })
            _ = try await cut.readToEnd()
            // Believed through its last second.
            #expect((1..<2.5).contains(Date().timeIntervalSince(end)))
            #expect(try await protect.ends.event("closed")["reason"] == "expired")
            try await other.write([2])
            #expect(try await other.read(1) == [2])

            let byName = try await machine.reach("--as", "brief")
            #expect(try await byName.ends.event("identity")["change"] == "renewed")
            let byFiles = try await machine.start(
                "reach", "web", "--listen", "127.0.0.1:0", "--certificate", files.chain, "--key", files.key,
                "--anchors", files.anchors
            ).ended()
            #expect(byFiles.status == 2)
            #expect(byFiles.complaint.contains("its certificate expired on"))
        }
    }
}

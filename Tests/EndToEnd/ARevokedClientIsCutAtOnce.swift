import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("A revoked client is cut at once, and stays out")
    struct ARevokedClientIsCutAtOnce {
        @Test("within a second of the revocation its live connection ends; the next is refused; others go on")
        func revoked() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop", "--allow", "phone")
            let (laptop, phone) = (try await machine.reach("--as", "laptop"), try await machine.reach("--as", "phone"))
            let (cut, other) = (try await Socket.connect(laptop.port), try await Socket.connect(phone.port))
            for socket in [cut, other] {
                try await socket.write([1, 2, 3])
                #expect(try await socket.read(3) == [1, 2, 3])
            }

            try machine.done("identity", "revoke", "laptop", "--reason", "keyCompromise")
            let clock = ContinuousClock()
            let revoked = clock.now
            _ = try await cut.readToEnd()
            let time = clock.now - revoked
            #expect(time < .seconds(1), "it took \(time)")

            #expect(try await protect.ends.event("closed")["reason"] == "revoked")
            let before = protect.ends.count
            #expect(try await Socket.connect(laptop.port).readToEnd().bytes.isEmpty)
            let refused = try await protect.ends.event("refused", after: before)
            #expect(refused["reason"] == "revoked")
            #expect(refused["alert"] == "certificate_revoked")

            try await other.write([4, 5])
            #expect(try await other.read(2) == [4, 5])
        }

        @Test("issued anew, the same name is let in again by the same running ends")
        func issuedAnew() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "laptop")
            try machine.done("identity", "revoke", "laptop")
            try await reach.ends.event("warning") { $0["what"]?.contains("is revoked") == true }
            try machine.done("identity", "issue", "laptop", "--profile", "client")
            try await reach.ends.event("identity") { $0["change"] == "replaced" }
            let client = try await Socket.connect(reach.port)
            try await client.write([9])
            #expect(try await client.read(1) == [9])
            client.endOutput()
            _ = try await client.readToEnd()
            _ = try await protect.ends.stop()
        }

        @Test("an end does not start with a revoked identity, and does not issue itself another")
        func ownIdentity() async throws {
            let machine = try Machine()
            try machine.done("identity", "issue", "web", "--profile", "service")
            try machine.done("identity", "revoke", "web")
            let ends = try machine.start("protect", "web", "--to", "127.0.0.1:1", "--listen", "127.0.0.1:0")
            let ended = try await ends.ended()
            #expect(ended.status == 1)
            #expect(ended.complaint.contains("identity web is revoked"))
            #expect(ended.complaint.contains("symbolon identity issue web --profile service"))
        }
    }
}

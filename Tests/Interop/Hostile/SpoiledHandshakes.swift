import SymbolonTestSupport
import Testing

extension HostilePeers {
    @Suite("tlslite-ng and Python's ssl, with one thing wrong in the handshake")
    struct SpoiledHandshakes {
        struct Case: CustomTestStringConvertible, Sendable {
            let deed: Deed
            let reply: Reply
            /// As the operator reads it.
            let reason: String
            var testDescription: String { deed.testDescription }

            init(_ words: String..., alert: String, _ reason: String) {
                deed = Deed(words: words)
                reply = .alert(alert)
                self.reason = reason
            }
        }

        private func expectRefusals(_ cases: [Case], in house: House) async throws {
            for spoiled in cases {
                let before = house.protect.count
                let reply = try await house.reply(to: spoiled.deed)
                #expect(reply == spoiled.reply, "\(spoiled.deed.testDescription)")
                let refused = try await house.protect.event("refused", after: before)
                #expect(refused["reason"] == spoiled.reason, "\(spoiled.deed.testDescription)")
            }
            #expect(house.backend.bytes == 0)
            // The honest twin, after all of them.
            let honest = try await house.reply(to: Deed("honest"))
            #expect(honest.isServed && honest.version == "TLS 1.3", "\(honest)")
            #expect(house.backend.bytes > 0)
        }

        @Test("T21: who does not prove possession of the key is refused, whatever is sent in its place")
        func possession() async throws {
            try await expectRefusals(
                [
                    Case("without-proof", alert: "unexpected_message", "malformed"),
                    Case("broken-proof", alert: "decrypt_error", "possessionNotProved"),
                    Case("replayed-proof", alert: "decrypt_error", "possessionNotProved"),
                    Case("other-key", alert: "decrypt_error", "possessionNotProved"),
                    Case("empty-certificate", alert: "certificate_required", "noCertificate"),
                ], in: try await House())
        }

        @Test("T28: a key share that is none ends the handshake, and nothing falls back to another group")
        func keyShares() async throws {
            let house = try await House()
            try await expectRefusals(
                [
                    Case("share", "short", alert: "illegal_parameter", "malformed"),
                    Case("share", "long", alert: "illegal_parameter", "malformed"),
                    Case("share", "empty", alert: "decode_error", "malformed"),
                    Case("share", "coefficients", alert: "illegal_parameter", "malformed"),
                    Case("share", "zero", alert: "illegal_parameter", "malformed"),
                    Case("share", "classical-zero", alert: "illegal_parameter", "malformed"),
                    Case("share", "off-curve", alert: "illegal_parameter", "malformed"),
                    Case("share", "infinity", alert: "illegal_parameter", "malformed"),
                ], in: house)
            // Made by the same hand, and good.
            #expect(try await house.reply(to: Deed("share", "good")).outcome == "helloed")
        }

        @Test("T20: a message glued to the hello, across the change of keys, is unexpected")
        func glued() async throws {
            try await expectRefusals([Case("glued", alert: "unexpected_message", "malformed")], in: try await House())
        }

        @Test("T32: a PROXY header before the hello is believed of nobody")
        func proxyHeader() async throws {
            let house = try await House()
            for deed in [Deed("proxy-v1"), Deed("proxy-v2")] {
                #expect(try await house.reply(to: deed).isServed == false)
                #expect(try await house.protect.event("refused")["src_ip"] == "127.0.0.1")
            }
            #expect(house.backend.connections == 0)
            #expect(try await house.reply(to: Deed("honest")).isServed)
        }

        @Test(
            "T08: a hello in pieces meets the same verifier and the same rules as a whole one",
            arguments: ["1", "7", "16000"])
        func split(size: String) async throws {
            let house = try await House()
            #expect(try await house.reply(to: Deed("split", size)).isServed)
            #expect(try await house.protect.event("accepted")["rule"] == "spiffe://example.internal/laptop")
            try house.machine.done("identity", "revoke", "laptop")
            try await house.protect.event("trustReplaced") { $0.number("epoch") ?? 0 > 2 }
            #expect(try await house.reply(to: Deed("split", size)).alert == "certificate_revoked")
        }

        @Test("T18: some key updates are answered; a flood of them ends the connection, and only that one")
        func keyUpdates() async throws {
            let house = try await House()
            #expect(try await house.reply(to: Deed("key-updates", "3")).isServed)
            #expect(try await house.reply(to: Deed("key-updates", "1000")).isServed == false)
            try await house.protect.event("closed") {
                $0["explanation"]?.contains("updated its keys too many times") == true
            }
            #expect(try await house.reply(to: Deed("honest")).isServed)
        }

        @Test(
            "T25: at the authority's port nobody speaks another protocol than HTTP",
            arguments: ["ftp", "imap", "smtp", "acme-tls/1", "http/1.1"])
        func crossProtocol(name: String) async throws {
            let served = try await Served.start()
            let port = try #require(served.address.split(separator: ":").last.flatMap { Int($0) })
            let reply = try await HostilePeers.reply(to: Deed("alpn", name), at: port, named: "localhost")
            switch name {
            // The twin: it is answered, with what HTTP says to a line that is none of its own.
            case "http/1.1": #expect(reply.outcome == "answered" && reply.alpn == name, "\(reply)")
            default: #expect(reply == .alert("no_application_protocol"))
            }
        }

        @Test("T27: TLS 1.2 without the extended master secret is refused; with it, it is as good as asked for")
        func extendedMasterSecret() async throws {
            let house = try await House("--tls-1.2")
            #expect(try await house.reply(to: Deed("tls12-without-ems")) == .alert("handshake_failure"))
            #expect(try await house.protect.event("refused")["reason"] == "noExtendedMasterSecret")
            #expect(house.backend.connections == 0)
            let honest = try await house.reply(to: Deed("tls12"))
            #expect(honest.isServed && honest.version == "TLS 1.2", "\(honest)")
        }
    }
}

extension HostilePeers.Deed {
    init(words: [String]) { self.words = words }
}

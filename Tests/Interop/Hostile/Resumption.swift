import SymbolonTestSupport
import Testing

extension HostilePeers {
    @Suite("openssl, wanting a shorter way in")
    struct Resumption {
        /// `openssl s_client` with the client's identity, until it is told to go.
        private struct Client {
            private let program: RunningProgram

            init(_ house: House, at port: Int? = nil, _ options: String...) throws {
                program = try RunningProgram(
                    [
                        try Tools.openssl, "s_client", "-connect", "127.0.0.1:\(port ?? house.port)", "-servername",
                        House.name, "-cert", house.client.chain, "-cert_chain", house.client.chain, "-key",
                        house.client.key, "-CAfile", house.client.anchors,
                    ] + options, inputStaysOpen: true)
            }

            /// Waits for a line of its output.
            func says(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
                let found = await program.lines.first(after: 0, within: Ends.patience) {
                    $0.contains(text) ? true : nil
                }
                try #require(
                    found == true, "\(program.lines.text)\(program.complaints.text)", sourceLocation: sourceLocation)
            }

            /// Says a line, and waits until the service's echo of it is back.
            func echoes(_ line: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
                try program.say(line)
                try await says(line, sourceLocation: sourceLocation)
            }

            func say(_ line: String) throws { try program.say(line) }

            /// Lets it go.
            func leave() async throws {
                try program.say("Q")
                try await ended()
            }

            /// What it complained of, when the server has ended it.
            @discardableResult
            func ended() async throws -> String {
                try #require(await program.ended(within: Ends.patience) != nil)
                return program.complaints.text
            }
        }

        /// A session of a server that gives them out, with the certificate of the one behind the end.
        private func session(
            _ house: House, at server: TLSServer, _ version: String
        ) async throws -> String {
            let kept = house.machine.folder.file("session")
            let client = try Client(house, at: server.port, version, "-sess_out", kept)
            // By the time that this is there, the server has given it out.
            let word = "hello \(UInt64.random(in: .min ... .max))"
            try client.say(word)
            try #require(await server.receives(word))
            try await client.leave()
            try #require(try !house.machine.folder.read("session").isEmpty)
            return kept
        }

        private func elsewhere(_ house: House, _ options: String...) async throws -> TLSServer {
            let server = try house.machine.export("web", to: "web")
            return try await TLSServer(
                Papers(chain: server.chain, key: server.key),
                ["-cert_chain", server.chain, "-CAfile", server.anchors]
                    + options)
        }

        @Test("T01: no session is given out, and one of elsewhere is not taken", arguments: ["-tls1_2", "-tls1_3"])
        func sessions(version: String) async throws {
            let house = try await House("--tls-1.2")
            let first = try Client(house, version, "-sess_out", house.machine.folder.file("session"))
            try await first.says("New, TLS")
            try await first.echoes("here")
            try await first.leave()
            #expect(throws: (any Error).self) { try house.machine.folder.read("session") }

            let other = try await elsewhere(house)
            let kept = try await session(house, at: other, version)
            // The twin: who gives it out takes it.
            let reused = try Client(house, at: other.port, version, "-sess_in", kept)
            try await reused.says("Reused, TLS")
            try await reused.leave()

            let again = try Client(house, version, "-sess_in", kept)
            try await again.says("New, TLS")
            try await again.echoes("here too")
            try await again.leave()
            // Who is out is out, session or not.
            try house.machine.done("identity", "revoke", "laptop")
            try await house.protect.event("trustReplaced") { $0.number("epoch") ?? 0 > 2 }
            let revoked = try Client(house, version, "-sess_in", kept)
            #expect(try await revoked.ended().contains("alert certificate revoked"))
        }

        @Test("T17: early data under a session of elsewhere is thrown away, and none of it reaches the backend")
        func earlyData() async throws {
            let house = try await House()
            let early = try house.machine.folder.write(Array("POST /transfer HTTP/1.1\r\n\r\n".utf8), to: "early")
            let other = try await elsewhere(house, "-early_data")
            let kept = try await session(house, at: other, "-tls1_3")
            let taken = try Client(house, at: other.port, "-tls1_3", "-sess_in", kept, "-early_data", early)
            try await taken.says("Early data was accepted")
            try await taken.leave()

            let fresh = try await session(house, at: other, "-tls1_3")
            let thrown = try Client(house, "-tls1_3", "-sess_in", fresh, "-early_data", early)
            try await thrown.says("Early data was rejected")
            try await thrown.echoes("here")
            try await thrown.leave()
            #expect(house.backend.bytes == "here\n".utf8.count)
        }

        @Test(
            "T17: an HTTP service throws early data away, too, and sees a request no second time where it is replayed")
        func earlyRequest() async throws {
            let house = try await House("--http")
            let request = "POST /transfer HTTP/1.1\r\nHost: \(House.name)\r\nContent-Length: 0\r\n\r\n"
            let early = try house.machine.folder.write(Array(request.utf8), to: "early")
            let other = try await elsewhere(house, "-early_data")
            for _ in 0..<2 {
                let kept = try await session(house, at: other, "-tls1_3")
                let thrown = try Client(house, "-tls1_3", "-sess_in", kept, "-early_data", early)
                try await thrown.says("Early data was rejected")
                try await thrown.leave()
            }
            #expect(house.backend.bytes == 0)
            // The twin: what comes after the proof is served.
            let client = try Client(house, "-tls1_3", "-crlf")
            try await client.says("New, TLS")
            for line in ["GET /here HTTP/1.1", "Host: \(House.name)", ""] { try client.say(line) }
            #expect(try await eventually { house.backend.bytes > 0 })
        }

        @Test("T19: renegotiation is refused by its alert, and the backend sees no more of that connection")
        func renegotiation() async throws {
            let house = try await House("--tls-1.2")
            let client = try Client(house, "-tls1_2")
            try await client.echoes("here")
            try client.say("R")
            #expect(try await client.ended().contains("alert no renegotiation"))
            #expect(house.backend.bytes == "here\n".utf8.count)
        }
    }
}

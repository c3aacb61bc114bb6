import Foundation
import SymbolonTestSupport
import Testing

extension RealPeers {
    @Suite("WebSocket through both ends, and straight with an identity of its own")
    struct WebSocketThroughBothEnds {
        private static let sockets = """
            rules:
              - allow: sockets
                from: app
                method: GET
                path: /socket
            """

        private struct Scene {
            let service: Service
            let site: Site
            private let isStraight: Bool

            init(isStraight: Bool) async throws {
                service = try await Service("websocket_peer.py", "serve")
                site = try await Site(to: service.port, policy: WebSocketThroughBothEnds.sockets)
                self.isStraight = isStraight
            }

            private func words(_ command: String, _ path: String) throws -> [String] {
                let place = isStraight ? ["\(site.port)", RealPeers.name] : ["\(site.door)", "localhost"]
                return [try Tools.python, "-B", RealPeers.script("websocket_peer.py"), command] + place + [path]
                    + (isStraight ? site.papers : [])
            }

            func client(_ command: String, _ path: String) async throws -> String {
                let words = try words(command, path)
                let run = try await Socket.waiting { try SymbolonTestSupport.run(words[0], Array(words.dropFirst())) }
                try #require(run.status == 0, "\(run.out)\(run.err)")
                return run.out
            }

            /// A client that has said something and got it back.
            func held() async throws -> RunningProgram {
                let program = try RunningProgram(try words("hold", "/socket"), inputStaysOpen: true)
                try program.say("still there")
                let hears = await program.lines.first(after: 0, within: patience) { $0 == "still there" ? true : nil }
                try #require(hears == true, "\(program.lines.text)\(program.complaints.text)")
                return program
            }
        }

        @Test(
            "text, four megabytes, messages in parts, pings and the closing pass both ways", arguments: [true, false])
        func talks(isStraight: Bool) async throws {
            let scene = try await Scene(isStraight: isStraight)
            let text = try await scene.client("talk", "/socket")
            let expected = #"{"text": true, "large": true, "parts": true, "ping": true, "code": 1000}"#
            #expect(text == expected + "\n", "\(text)")
            let line = try #require(scene.service.program.lines.all.dropFirst().first)
            #expect(line.contains("/socket") && line.contains("[\":MII"))
            #expect(try await scene.client("talk", "/other") == "{\"status\": 403}\n")
        }

        @Test("RFC 8441: over HTTP/2, as a client that is none of ours does it")
        func overHTTP2() async throws {
            let scene = try await Scene(isStraight: true)
            for (path, expected) in [
                ("/socket", #"{"announced": 1, "status": "200", "isEnded": true, "echo": true, "code": 1000}"#),
                ("/other", #"{"announced": 1, "status": "403", "isEnded": false}"#),
            ] {
                let words =
                    ["-B", RealPeers.script("websocket_h2.py"), "\(scene.site.port)", RealPeers.name, path]
                    + scene.site.papers
                let run = try await Socket.waiting { try SymbolonTestSupport.run(try Tools.python, words) }
                #expect(run.out == expected + "\n", "\(run.out)\(run.err)")
            }
            let line = try #require(scene.service.program.lines.all.dropFirst().first)
            #expect(line.contains("/socket") && line.contains("[\":MII"))
        }

        @Test("rules that change cut it", arguments: [true, false])
        func judgedAgain(isStraight: Bool) async throws {
            let scene = try await Scene(isStraight: isStraight)
            let held = try await scene.held()
            try await scene.site.replace(
                policy: WebSocketThroughBothEnds.sockets.replacingOccurrences(of: "/socket", with: "/other"))
            #expect(await held.ended(within: patience) == 0, "\(held.complaints.text)")
            #expect(held.lines.all.last == "{\"closed\": null}", "\(held.lines.text)")
        }

        @Test("a revocation cuts it")
        func revoked() async throws {
            let scene = try await Scene(isStraight: false)
            let held = try await scene.held()
            try scene.site.machine.done("identity", "revoke", "app")
            #expect(await held.ended(within: patience) == 0, "\(held.complaints.text)")
            #expect(held.lines.all.last == "{\"closed\": null}", "\(held.lines.text)")
        }
    }
}

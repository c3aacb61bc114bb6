import Foundation
import SymbolonTestSupport
import Testing

extension RealPeers {
    @Suite("gRPC through both ends, and straight with an identity of its own")
    struct GRPCThroughBothEnds {
        private static let calls = """
            rules:
              - deny: no secrets
                path: /echo.Echo/Secret
              - allow: calls
                from: app
                method: POST
                path: /echo.Echo/*
            """
        private static let withoutWatching = calls.replacingOccurrences(
            of: "/echo.Echo/Secret", with: "/echo.Echo/Watch")

        private struct Scene {
            let service: Service
            let site: Site
            /// What the client is told of where the service is.
            let words: [String]

            init(isStraight: Bool) async throws {
                service = try await Service("grpc_peer.py", "serve")
                site = try await Site(
                    to: service.port, policy: GRPCThroughBothEnds.calls, "--http-backend", "h2c")
                words =
                    isStraight
                    ? ["127.0.0.1:\(site.port)"] + site.papers + [RealPeers.name] : ["localhost:\(site.door)"]
            }

            private func arguments(_ command: String, _ method: [String]) -> [String] {
                ["-B", RealPeers.script("grpc_peer.py"), command, words[0]] + method + words.dropFirst()
            }

            func client(_ command: String, _ method: String...) async throws -> String {
                let arguments = arguments(command, method)
                let run = try await Socket.waiting { try SymbolonTestSupport.run(Tools.python, arguments) }
                try #require(run.status == 0, "\(run.out)\(run.err)\(service.program.lines.text)")
                return run.out
            }

            /// A client of a stream without end, which has heard something.
            func watcher() async throws -> RunningProgram {
                let program = try RunningProgram([try Tools.python] + arguments("watch", []))
                let hears = await program.lines.first(after: 0, within: patience) { $0 == "message" ? true : nil }
                try #require(hears == true, "\(program.complaints.text)")
                return program
            }
        }

        private struct Status: Decodable, Equatable {
            let code: String
            var details = ""
        }

        private struct Heard: Decodable {
            let call: String
            let certificates: [String]
        }

        private struct Answers: Decodable {
            let unary, initial, trailing, serverStream, clientStream, bidirectional, large: Bool
            let failure, unknown, deadline, cancelled: Status
        }

        @Test(
            "calls of each kind, metadata, trailers, statuses, eight megabytes, deadlines and cancelling: as without the ends",
            arguments: [true, false])
        func calls(isStraight: Bool) async throws {
            let scene = try await Scene(isStraight: isStraight)
            let text = try await scene.client("ask")
            let got = try JSONDecoder().decode(Answers.self, from: Data(text.utf8))
            #expect(got.unary && got.initial && got.trailing, "\(text)")
            #expect(got.serverStream && got.clientStream && got.bidirectional && got.large, "\(text)")
            #expect(got.failure == Status(code: "NOT_FOUND", details: "no such entry: 100 % gone, \u{FC}"), "\(text)")
            #expect(got.unknown.code == "UNIMPLEMENTED" && got.deadline.code == "DEADLINE_EXCEEDED", "\(text)")
            #expect(got.cancelled.code == "CANCELLED", "\(text)")
            // The service hears that its callers have given up.
            let over = await scene.service.program.lines.first(after: 0, within: patience) { line in
                Event(line)?["over"] == "Slow" ? true : nil
            }
            #expect(over == true)
            // Each call says who calls, once, whatever way it came.
            let heard = scene.service.program.lines.all.compactMap {
                try? JSONDecoder().decode(Heard.self, from: Data($0.utf8))
            }
            #expect(heard.count >= 7)
            #expect(
                heard.allSatisfy { $0.certificates.count == 1 && Set($0.certificates) == Set(heard[0].certificates) })
        }

        @Test("a call that no rule allows is PERMISSION_DENIED, with what to do, and the service hears nothing of it")
        func refused() async throws {
            let scene = try await Scene(isStraight: true)
            let refused = try JSONDecoder().decode(
                Status.self, from: Data(try await scene.client("call", "Secret").utf8))
            #expect(refused.code == "PERMISSION_DENIED")
            #expect(refused.details.contains("no rule allows this") && refused.details.contains("protect/web/"))
            #expect(scene.service.count("call", "Secret") == 0)
            #expect(try await scene.site.protect.event("requestRefused")["path"] == "/echo.Echo/Secret")
            // Its twin, by the other rules.
            try await scene.site.replace(policy: GRPCThroughBothEnds.withoutWatching)
            let allowed = try JSONDecoder().decode(
                Status.self, from: Data(try await scene.client("call", "Secret").utf8))
            #expect(allowed == Status(code: "OK") && scene.service.count("call", "Secret") == 1)
        }

        @Test("rules that change end a stream under way as PERMISSION_DENIED, and its connection goes on")
        func judgedAgain() async throws {
            let scene = try await Scene(isStraight: true)
            let watcher = try await scene.watcher()
            try await scene.site.replace(policy: GRPCThroughBothEnds.withoutWatching)
            #expect(await watcher.ended(within: patience) == 0)
            #expect(watcher.lines.all.last?.contains("PERMISSION_DENIED") == true, "\(watcher.lines.text)")
            let over = await scene.service.program.lines.first(after: 0, within: patience) { line in
                Event(line)?["over"] == "Watch" ? true : nil
            }
            #expect(over == true)
            #expect(try await scene.client("call", "Unary").contains("\"OK\""))
        }

        @Test("a revocation ends a stream under way, and no call follows", arguments: [true, false])
        func revoked(isStraight: Bool) async throws {
            let scene = try await Scene(isStraight: isStraight)
            let watcher = try await scene.watcher()
            try scene.site.machine.done("identity", "revoke", "app")
            #expect(await watcher.ended(within: patience) == 0)
            #expect(watcher.lines.all.last?.contains("\"code\"") == true, "\(watcher.lines.text)")
            let calls = scene.service.count("call", "Unary")
            #expect(try await scene.client("call", "Unary").contains("UNAVAILABLE"))
            #expect(scene.service.count("call", "Unary") == calls)
        }
    }
}

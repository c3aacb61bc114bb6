import Foundation
import SymbolonTestSupport
import Testing

extension RealPeers {
    /// One of the programs in `Peers`.
    static func script(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Peers/\(name)").path
    }

    /// A service of such a program, which says first at which port it is.
    struct Service: Sendable {
        let port: Int
        let program: RunningProgram

        init(_ script: String, _ words: String...) async throws {
            try await self.init(words: [try Tools.python, "-B", RealPeers.script(script)] + words)
        }

        /// - Parameter words: the absolute path, then the arguments.
        init(words: [String]) async throws {
            let program = try RunningProgram(words)
            let port = await program.lines.first(after: 0, within: patience) { line in
                line.hasPrefix("port ") ? Int(line.dropFirst(5)) : nil
            }
            self.port = try #require(port, "\(program.complaints.text)")
            self.program = program
        }

        /// The lines of JSON that it has written of what it was asked.
        var events: [Event] { program.lines.all.compactMap { Event($0) } }

        /// How many of these lines it has written.
        func count(_ name: String, _ value: String) -> Int { events.count { $0[name] == value } }
    }

    /// For what other programs do on a machine that is busy with something else.
    static let patience: Duration = .seconds(60)
    static let name = "web.example.internal"

    /// A machine with a protected HTTP service, its client `app`, and a door to it.
    struct Site {
        let machine: Machine
        let protect: Ends
        let reach: Ends
        let port: Int
        let door: Int
        let app: (chain: String, key: String, anchors: String)
        let policy: String

        /// - Parameters:
        ///   - policy: as a file has it.
        ///   - options: of `protect web --http`.
        init(to port: Int, policy: String, _ options: String...) async throws {
            machine = try Machine()
            self.policy = try machine.folder.write(Array(policy.utf8), to: "policy.yaml")
            try machine.done("identity", "issue", "app", "--profile", "client")
            app = try machine.export("app", to: "app")
            protect = try Ends(
                [
                    "protect", "web", "--to", "127.0.0.1:\(port)", "--listen", "127.0.0.1:0", "--http", "--policy",
                    self.policy, "--home", machine.home,
                ] + options)
            self.port = try await protect.listening()
            reach = try machine.start(
                "reach", "web", "--listen", "127.0.0.1:0", "--as", "app", "--at", "127.0.0.1:\(self.port)")
            door = try await reach.listening()
        }

        /// Root, key and chain, for programs that prove themselves as the app.
        var papers: [String] { [app.anchors, app.key, app.chain] }

        /// Puts other rules in force.
        func replace(policy text: String) async throws {
            let count = protect.count
            try machine.folder.write(Array(text.utf8), to: "policy.yaml")
            try await protect.event("policy", after: count)
        }
    }
}

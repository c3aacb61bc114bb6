import Foundation
import SymbolonTestSupport
import Testing

/// Clients that keep the rules of TLS but for one, and programs that look for servers which do not mind.
@Suite("Hostile peers", .serialized)
struct HostilePeers {
    /// A service behind an end, and a client that it allows.
    struct House {
        static let name = "web.example.internal"

        let machine: Machine
        let backend: Backend
        let protect: Ends
        let port: Int
        let client: (chain: String, key: String, anchors: String)

        init(_ options: String...) async throws {
            machine = try Machine()
            try machine.done("identity", "issue", "laptop", "--profile", "client")
            client = try machine.export("laptop", to: "laptop")
            backend = try Backend()
            protect = try Ends(
                [
                    "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow",
                    "laptop", "--home", machine.home,
                ] + options)
            port = try await protect.listening()
        }

        /// What the client gets for what it does.
        func reply(to deed: Deed) async throws -> Reply {
            try await HostilePeers.reply(to: deed, at: port, showing: (client.chain, client.key))
        }
    }

    /// - Parameter papers: chain and key; empty: none are shown.
    static func reply(
        to deed: Deed, at port: Int, named name: String = House.name, showing papers: (String, String) = ("", "")
    ) async throws -> Reply {
        let arguments = ["-B", script, "\(port)", name, papers.0, papers.1] + deed.words
        let run = try await Socket.waiting { try SymbolonTestSupport.run(Tools.python, arguments) }
        try #require(run.status == 0, "\(run.err)")
        return try JSONDecoder().decode(Reply.self, from: Data(run.outBytes))
    }

    private static let script =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Peers/hostile.py").path

    /// What it does, by the words of `Peers/hostile.py`.
    struct Deed: CustomTestStringConvertible, Sendable {
        let words: [String]
        var testDescription: String { words.joined(separator: " ") }

        init(_ words: String...) { self.words = words }
    }

    struct Reply: Decodable, Equatable, CustomStringConvertible {
        let outcome: String
        var alert: String?
        var version: String?
        var alpn: String?

        static func alert(_ name: String) -> Reply { Reply(outcome: "alert", alert: name) }
        var isServed: Bool { outcome == "served" }
        var description: String { "\(outcome) \(alert ?? version ?? "")" }
    }
}

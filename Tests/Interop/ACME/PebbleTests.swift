import Foundation
import SymbolonTestSupport
import Testing

/// E21: Pebble, the server that Let's Encrypt tests clients with: it refuses good nonces, reuses authorizations at random,
/// and takes its time.
@Suite("E21: our client and Pebble", .serialized, .timeLimit(.minutes(10))) struct E21Pebble {
    /// A Pebble, the names that lead to this machine, and a home to obtain identities in.
    private final class Scene: Sendable {
        let machine: Machine
        let httpPort: Int
        let tlsPort: Int
        let anchors: String
        private let port: Int
        private let names: NameServerStub
        private let pebble: RunningProgram

        var home: String { machine.folder.file("applicant") }

        init(_ mood: [String: String]) async throws {
            machine = try Machine()
            let folder = machine.folder
            try machine.done(
                "identity", "issue", "pebble", "--profile", "service", "--dns", "localhost", "--ip", "127.0.0.1")
            let papers = try machine.export("pebble", to: "pebble")
            anchors = papers.anchors
            names = try NameServerStub { name, type, _ in
                .records(type == 1 && name.hasSuffix("example.internal") ? [.v4(127, 0, 0, 1)] : [])
            }
            (httpPort, tlsPort) = (try ListeningSocket().port, try ListeningSocket().port)
            port = try ListeningSocket().port
            let configuration: [String: Any] = [
                "pebble": [
                    "listenAddress": "127.0.0.1:\(port)", "certificate": papers.chain, "privateKey": papers.key,
                    "httpPort": httpPort, "tlsPort": tlsPort, "externalAccountBindingRequired": false,
                ]
            ]
            let file = try folder.write(
                [UInt8](JSONSerialization.data(withJSONObject: configuration)), to: "pebble.json")
            let variables = mood.map { "\($0.key)=\($0.value)" }
            pebble = try RunningProgram(
                ["/usr/bin/env"] + variables + [
                    "/usr/bin/pebble", "-strict", "-config", file, "-dnsserver", "127.0.0.1:\(names.port)",
                ])
            let isReady = await pebble.lines.first(after: 0, within: Ends.patience) {
                $0.contains("ACME directory available") ? true : nil
            }
            try #require(isReady == true, "\(pebble.lines.text)\n\(pebble.complaints.text)")
        }

        func symbolon(_ arguments: [String]) async throws -> ProgramRun {
            let program = try BuiltProgram.path("symbolon")
            let all = arguments + ["--home", home, "--json"]
            return try await Socket.waiting { try SymbolonTestSupport.run(program, all) }
        }

        /// Obtains an identity and renews it.
        func life(_ name: String, _ option: String, _ port: Int, _ names: [String]) async throws {
            let obtained = try await symbolon(
                [
                    "identity", "obtain", name, "--from", "https://localhost:\(self.port)/dir", "--trust", anchors,
                    "--agree-to-terms", option, "127.0.0.1:\(port)",
                ] + names.flatMap { ["--dns", $0] })
            try #require(obtained.status == 0, "\(obtained.err)\n\(log)")
            let renewed = try await symbolon(["identity", "renew", name])
            try #require(renewed.status == 0, "\(renewed.err)\n\(log)")
            let first = try #require(Event(obtained.out)?["serial"])
            #expect(Event(renewed.out)?["serial"] != first)
        }

        var log: String { pebble.lines.all.suffix(40).joined(separator: "\n") }
    }

    private static let isLong = ProcessInfo.processInfo.environment["SYMBOLON_PEBBLE"] == "long"

    private func enrols(_ mood: [String: String], times: Int) async throws {
        let scene = try await Scene(mood)
        for number in 1...times {
            try await scene.life(
                "http\(number)", "--listen-http", scene.httpPort,
                ["a\(number).example.internal", "b\(number).example.internal"])
            try await scene.life("tls\(number)", "--listen-tls", scene.tlsPort, ["c\(number).example.internal"])
        }
    }

    @Test(
        "5 of 100 nonces are refused, half of the authorizations reused, and it sleeps a second or two: enrols every time"
    )
    func usual() async throws {
        try await enrols(
            ["PEBBLE_WFE_NONCEREJECT": "5", "PEBBLE_AUTHZREUSE": "50", "PEBBLE_VA_SLEEPTIME": "2"], times: 2)
    }

    @Test("90 of 100 nonces are refused: enrols every time")
    func nonces() async throws {
        try await enrols(
            ["PEBBLE_WFE_NONCEREJECT": "90", "PEBBLE_AUTHZREUSE": "50", "PEBBLE_VA_NOSLEEP": "1"], times: 2)
    }

    @Test("no authorization is reused, or each", arguments: ["0", "100"])
    func reuse(percent: String) async throws {
        try await enrols(
            ["PEBBLE_WFE_NONCEREJECT": "5", "PEBBLE_AUTHZREUSE": percent, "PEBBLE_VA_NOSLEEP": "1"], times: 1)
    }

    /// `SYMBOLON_PEBBLE=long`: some minutes.
    @Test("it sleeps up to 15 s before each look: enrols every time", .enabled(if: isLong))
    func slow() async throws {
        try await enrols(
            ["PEBBLE_WFE_NONCEREJECT": "90", "PEBBLE_AUTHZREUSE": "50", "PEBBLE_VA_SLEEPTIME": "15"], times: 5)
    }
}

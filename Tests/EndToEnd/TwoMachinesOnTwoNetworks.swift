import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    /// As a new user would: nothing is on either machine, no name leads anywhere, and no option is given that the messages do
    /// not name.
    @Suite(
        "From nothing to a connection that both ends proved, between two machines: three commands and one short code",
        .enabled(if: NetworkNamespaces.arePermitted))
    struct TwoMachinesOnTwoNetworks {
        @Test("what the first command prints is all that is typed on the other machine")
        func threeCommands() async throws {
            let scene = try NewUsers()
            let up = try scene.here("up", "--invite", "laptop")
            // As it is read from the screen.
            let line = try await up.line { $0.contains("symbolon reach web ") }
            let words = line.split(separator: " ").map(String.init)
            let command = try #require(words.firstIndex(of: "reach").map { Array(words[$0...]) })
            let place = try #require(command.last)
            #expect(place.hasSuffix("@198.18.0.1"))
            #expect(place.split(separator: "@")[0].split(separator: "-").count == 5)
            _ = try await up.line { $0.contains("\"event_type\":\"authority\"") }
            let protect = try scene.here("protect", "web", "--to", "127.0.0.1:8080", "--allow", "laptop")
            try await protect.event("listening")
            let reach = try scene.there(command)
            try await reach.event("listening")

            #expect(try scene.fetch(by: scene.machines.other.wrapper) == "proved both ways\n")
            let accepted = try await protect.event("accepted")
            #expect(accepted["peer"] == "spiffe://example.internal/laptop")
            #expect(accepted["address"]?.hasPrefix("198.18.0.2") == true)
            #expect(try await reach.event("accepted")["peer"] == "spiffe://example.internal/web")

            // The honest twin: the door is the only way. The service itself listens on the other machine's loopback, and
            // whoever comes without proof gets nothing.
            #expect(throws: (any Error).self) {
                try scene.fetch(at: "198.18.0.1:8080", by: scene.machines.other.wrapper)
            }
            #expect(throws: (any Error).self) {
                try scene.fetch(at: "198.18.0.1:7443", by: scene.machines.other.wrapper)
            }
            try await protect.event("refused")
            for ends in [reach, protect] { #expect(try await ends.stop().number("backendBytesBeforeProof") == 0) }
        }

        @Test("the code is of one use, whatever network it is tried from, and a wrong one says so on both machines")
        func oneUse() async throws {
            let scene = try NewUsers()
            let up = try scene.here("up", "--invite", "laptop")
            let line = try await up.line { $0.contains("symbolon pair ") }
            let place = try #require(line.split(separator: " ").last.map(String.init))
            _ = try await up.line { $0.contains("\"event_type\":\"authority\"") }
            let words = try #require(place.split(separator: "@").first?.split(separator: "-"))
            let wrong = ([words[0]] + Array(repeating: "zebra", count: words.count - 1)).joined(separator: "-")
            let guess = try scene.pair("\(wrong)@198.18.0.1", in: "guess")
            #expect(guess.status == 1)
            #expect(guess.err.contains("did not prove that it knows code \(words[0])"))
            let first = try scene.pair(place, in: "first")
            #expect(first.status == 0, "\(first.out)\(first.err)")
            #expect(first.out.contains("spiffe://example.internal/laptop"))
            let second = try scene.pair(place, in: "second")
            #expect(second.status == 1)
            #expect(second.err.contains("has no invitation"))
            let record = try run(
                BuiltProgram.path("symbolon"),
                ["audit", "show", "--json", "--home", scene.folder.file("here/.symbolon")])
            let kinds = record.out.split(separator: "\n").compactMap { Event(String($0))?["kind"] }
            #expect(kinds.filter { $0 == "invitation.failed" }.count == 1)
            #expect(kinds.filter { $0 == "invitation.used" }.count == 1)
        }
    }
}

/// Two machines with nothing on them, and a small service on the first that knows nothing of certificates.
private final class NewUsers: Sendable {
    let machines: NetworkNamespaces
    let folder: TemporaryFolder
    private let service: RunningProgram

    init() throws {
        machines = try NetworkNamespaces()
        folder = try TemporaryFolder()
        for name in ["here", "there", "web"] {
            try FileManager.default.createDirectory(
                atPath: folder.file(name), withIntermediateDirectories: false)
        }
        try folder.write("proved both ways\n", to: "web/index.txt")
        service = try RunningProgram(
            machines.one.wrapper + [
                "/usr/bin/python3", "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder.file("web"),
                "8080",
            ])
    }

    /// Each machine's own folder is where its user stands: the homes are where the command puts them.
    func here(_ arguments: String...) throws -> Ends { try start(arguments, in: "here", machines.one) }
    func there(_ arguments: [String]) throws -> Ends { try start(arguments, in: "there", machines.other) }

    private func start(_ arguments: [String], in name: String, _ place: NetworkNamespaces.Place) throws -> Ends {
        try Ends(arguments, by: wrapper(name, place))
    }

    private func wrapper(_ name: String, _ place: NetworkNamespaces.Place) -> [String] {
        place.wrapper + ["/usr/bin/env", "--chdir=\(folder.file(name))"]
    }

    func pair(_ place: String, in name: String) throws -> ProgramRun {
        let words = machines.other.wrapper + [try BuiltProgram.path("symbolon"), "pair", place]
        return try run(words[0], Array(words.dropFirst()) + ["--home", folder.file(name)])
    }

    /// What the service answers, asked through the door, or at another address.
    func fetch(at place: String = "127.0.0.1:9000", by wrapper: [String]) throws -> String {
        let words = wrapper + ["/usr/bin/curl", "-sS", "--max-time", "20", "http://\(place)/index.txt"]
        let answer = try run(words[0], Array(words.dropFirst()))
        guard answer.status == 0 else { throw Unanswered(why: answer.err) }
        return answer.out
    }

    struct Unanswered: Error { let why: String }
}

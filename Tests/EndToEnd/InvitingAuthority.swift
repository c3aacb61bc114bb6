import Foundation
import SymbolonTestSupport
import Testing

/// `up --invite NAME` in a home that is new.
struct InvitingAuthority {
    let ends: Ends
    let home: String
    let port: Int
    let code: String

    /// What `pair` is told.
    var place: String { "\(code)@127.0.0.1:\(port)" }

    init(_ name: String, in folder: TemporaryFolder) async throws {
        home = folder.file("authority")
        ends = try Ends(["up", "--home", home, "--listen", "127.0.0.1:0", "--invite", name, "--json"])
        let port = try await ends.event("authority") { $0["address"] != nil }["address"]
            .flatMap { $0.split(separator: ":").last }.flatMap { Int($0) }
        self.port = try #require(port)
        // It is printed once, as an object that is no event.
        code = try #require(await ends.first { $0["code"] })
    }
}

/// Runs `pair` to its end.
func pair(with place: String, in home: String) throws -> ProgramRun {
    try SymbolonTestSupport.run(try BuiltProgram.path("symbolon"), ["pair", place, "--home", home, "--json"])
}

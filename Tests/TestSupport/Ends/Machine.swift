import Foundation
public import Testing

/// A home with an authority, in a folder of its own, and the built executable at work in it.
public final class Machine: Sendable {
    public let folder: TemporaryFolder
    public var home: String { folder.file("home") }

    public init() throws {
        folder = try TemporaryFolder()
        let copied = try SymbolonTestSupport.run("/bin/cp", ["-a", try Self.template.get().file("home"), home])
        try #require(copied.status == 0, "\(copied.err)")
    }

    private static let template = Result {
        let folder = try TemporaryFolder()
        let up = try SymbolonTestSupport.run(
            try BuiltProgram.path("symbolon"), ["up", "--once", "--home", folder.file("home")])
        try #require(up.status == 0, "\(up.out)\(up.err)")
        return folder
    }

    /// Runs a verb in this home to its end.
    public func run(_ arguments: String...) throws -> ProgramRun {
        try SymbolonTestSupport.run(try BuiltProgram.path("symbolon"), arguments + ["--home", home])
    }

    /// Runs a verb in this home, and requires that it ends well.
    @discardableResult
    public func done(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let result = try SymbolonTestSupport.run(try BuiltProgram.path("symbolon"), arguments + ["--home", home])
        try #require(
            result.status == 0, "\(arguments.joined(separator: " ")): \(result.out)\(result.err)",
            sourceLocation: sourceLocation)
        return result.out
    }

    /// Starts a verb in this home that goes on until it is asked to end.
    public func start(_ arguments: String..., by wrapper: [String] = []) throws -> Ends {
        try Ends(arguments + ["--home", home], by: wrapper)
    }

    /// Starts `protect web` before a backend, at a port that the system chooses, and waits until it listens.
    public func protect(to backend: Backend, _ arguments: String...) async throws -> (ends: Ends, port: Int) {
        try await protect(to: backend.port, arguments)
    }

    private func protect(to port: Int, _ arguments: [String]) async throws -> (ends: Ends, port: Int) {
        let ends = try Ends(
            ["protect", "web", "--to", "127.0.0.1:\(port)", "--listen", "127.0.0.1:0", "--home", home] + arguments)
        return (ends, try await ends.listening())
    }

    /// Starts `reach web` at a port that the system chooses, and waits until it listens.
    public func reach(_ arguments: String...) async throws -> (ends: Ends, port: Int) {
        let ends = try Ends(["reach", "web", "--listen", "127.0.0.1:0", "--home", home] + arguments)
        return (ends, try await ends.listening())
    }

    /// Starts `protect web` before a loopback port, for the identity `app`, and `reach web` as that; waits until both listen.
    public func bothEnds(to port: Int) async throws -> (protect: Ends, reach: Ends, port: Int, door: Int) {
        let protect = try await protect(to: port, ["--allow", "app"])
        let reach = try await reach("--as", "app", "--at", "127.0.0.1:\(protect.port)")
        return (protect.ends, reach.ends, protect.port, reach.port)
    }

    /// Writes an identity's chain, key (in the clear) and anchors to a folder.
    public func export(_ name: String, to place: String) throws -> (chain: String, key: String, anchors: String) {
        try done("identity", "export", name, "--out", folder.file(place), "--plain-key")
        let base = folder.file(place)
        return ("\(base)/\(name).pem", "\(base)/\(name).key.pem", "\(base)/anchors.pem")
    }
}

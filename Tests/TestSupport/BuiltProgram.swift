import Foundation

/// A program that the build put beside the tests, or into the folder that `SYMBOLON_PROGRAMS` names: `make test` has the
/// command tried as it is installed, for an optimizer's faults are in no debug build, and what is measured is measured so.
public enum BuiltProgram {
    /// Where it is. Throws, and so fails the test that asks, when it was not built.
    public static func path(_ name: String) throws -> String {
        if let folder = ProcessInfo.processInfo.environment["SYMBOLON_PROGRAMS"] {
            let named = URL(fileURLWithPath: folder).appendingPathComponent(name).path
            if FileManager.default.isExecutableFile(atPath: named) { return named }
            // What only tests use may be beside them alone.
            guard name != "symbolon" else { throw NotBuilt(name: name, lookedFrom: folder) }
        }
        var folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
        // On macOS a test bundle is three folders deep; on Linux it is a file beside the program.
        for _ in 0..<4 {
            guard let here = folder else { break }
            let candidate = here.appendingPathComponent(name).path
            var isFolder: ObjCBool = false
            let isThere = unsafe FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder)
            if isThere, !isFolder.boolValue, FileManager.default.isExecutableFile(atPath: candidate) {
                return candidate
            }
            folder = here.deletingLastPathComponent()
        }
        throw NotBuilt(name: name, lookedFrom: Bundle.main.executablePath ?? "?")
    }

    public struct NotBuilt: Error, CustomStringConvertible {
        public let name: String
        public let lookedFrom: String
        public var description: String { "the program \(name) is not beside \(lookedFrom): build it with the tests" }
    }
}

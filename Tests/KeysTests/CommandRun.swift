import Foundation
import SymbolonTestSupport

/// One run of a program: its output, or an error that shows what it said.
enum CommandRun {
    struct Failure: Error, CustomStringConvertible {
        let command: String
        let said: String
        var description: String { "\(command): \(said)" }
    }

    /// Runs the program in the folder and waits for it. Both outputs go to files, so that neither can block it.
    @discardableResult
    static func output(
        of program: String, _ arguments: [String], in folder: URL = FileManager.default.temporaryDirectory
    ) throws -> [UInt8] {
        let scratch = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let (output, complaint) = (scratch.appending(path: "output"), scratch.appending(path: "complaint"))
        for file in [output, complaint] { try Data().write(to: file) }

        let process = ChildProcess()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: complaint)
        do { try process.run() } catch {
            throw Failure(command: program, said: "cannot be started: \(error). These tests need it.")
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let said = String(decoding: try Data(contentsOf: complaint), as: UTF8.self)
            throw Failure(command: "\(program) \(arguments.joined(separator: " "))", said: said)
        }
        return [UInt8](try Data(contentsOf: output))
    }
}

import Foundation
import SymbolonTestSupport
import Testing

/// One run of `issue-loop`, whose output is read as it comes.
final class LoopProcess {
    private let process = ChildProcess()
    private let output = Pipe()
    private let errors = Pipe()

    init(_ program: String, _ arguments: [String]) throws {
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = errors
        try process.run()
    }

    /// Returns when the process is about to issue its first certificate.
    func waitUntilReady() throws {
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let octet = output.fileHandleForReading.readData(ofLength: 1)
            guard !octet.isEmpty else {
                let why = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                throw Ended(why: why)
            }
            line += octet
        }
        try #require(line == Data("ready\n".utf8))
    }

    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
    }

    /// Waits for the end, which must be the signal's, and gives the lines that were written whole.
    func acknowledged() throws -> [String] {
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let why = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        try #require(
            process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL,
            "it ended by itself with \(process.terminationStatus): \(why)")
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    struct Ended: Error {
        let why: String
    }
}

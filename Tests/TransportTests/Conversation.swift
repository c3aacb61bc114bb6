import Foundation
import SymbolonTestSupport

/// A program that is spoken to while it runs. What blocks runs on threads of its own, so that no test waits for another.
final class Conversation: Sendable {
    private let process = ChildProcess()
    private let input = Pipe()
    private let output = Pipe()
    private let threads = DispatchQueue(label: "conversation", attributes: .concurrent)

    init(_ path: String, _ arguments: [String]) throws {
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        // A program that hangs fails its own test, and only that.
        threads.asyncAfter(deadline: .now() + 30) { [self] in
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
    }

    func say(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

    /// Closes its input; then all that it said until it ended.
    func finish() async throws -> String {
        try input.fileHandleForWriting.close()
        return await onThread { conversation in
            let said = conversation.output.fileHandleForReading.readDataToEndOfFile()
            conversation.process.waitUntilExit()
            return String(decoding: said, as: UTF8.self)
        }
    }

    /// What it said up to and with `text`.
    func wait(for text: String) async -> String {
        await onThread { conversation in
            var said = ""
            while !said.contains(text) {
                let more = conversation.output.fileHandleForReading.availableData
                if more.isEmpty { break }
                said += String(decoding: more, as: UTF8.self)
            }
            return said
        }
    }

    private func onThread(_ body: @escaping @Sendable (Conversation) -> String) async -> String {
        await withCheckedContinuation { continuation in
            threads.async { continuation.resume(returning: body(self)) }
        }
    }
}

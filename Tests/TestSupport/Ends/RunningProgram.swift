import Foundation
import Synchronization

/// A program that goes on until it is asked to end, and the lines that it writes. Killed when the last reference goes.
public final class RunningProgram: Sendable {
    /// What it writes to standard output.
    public let lines: LineLog
    /// What it writes to standard error.
    public let complaints: LineLog
    private let process: Mutex<ChildProcess>
    private let input: Pipe?
    private let status: Eventual<Int32>

    /// - Parameters:
    ///   - words: the absolute path, then the arguments.
    ///   - inputStaysOpen: whether its input is what `say` says, and not ended from the start.
    public init(_ words: [String], inputStaysOpen: Bool = false) throws {
        let process = ChildProcess()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        let (out, err) = (Pipe(), Pipe())
        process.standardOutput = out
        process.standardError = err
        input = inputStaysOpen ? Pipe() : nil
        process.standardInput = input ?? FileHandle.nullDevice
        let status = Eventual<Int32>()
        process.terminationHandler = { status.set($0.terminationStatus) }
        self.status = status
        lines = LineLog(out)
        complaints = LineLog(err)
        try process.run()
        self.process = Mutex(process)
    }

    deinit { signal(SIGKILL) }

    /// Writes a line to its input, where that stays open. Throws when it reads no more.
    public func say(_ line: String) throws {
        // A program that has ended must not end this process by the signal of a broken pipe.
        _ = Foundation.signal(SIGPIPE, SIG_IGN)
        try input?.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }

    public var isRunning: Bool { process.withLock { $0.isRunning } }

    /// How many files it has open.
    public var openFiles: Int {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/fd").count }
    }

    private var id: Int32 { process.withLock { $0.processIdentifier } }

    /// What it has in memory, in bytes; 0 when it is gone.
    public var residentBytes: Int {
        let status = (try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return (Int(line.filter { $0.isASCII && $0.isNumber }) ?? 0) * 1024
    }

    public func signal(_ number: Int32) {
        process.withLock { if $0.isRunning { kill($0.processIdentifier, number) } }
    }

    /// Waits for its end, with all that it wrote, and gives its exit status; nil when it has not come in time.
    public func ended(within patience: Duration) async -> Int32? {
        guard let status = await status.value(within: patience) else { return nil }
        await lines.finished(within: patience)
        await complaints.finished(within: patience)
        return status
    }
}

public import Foundation
import Synchronization

/// What a program reads from, or writes to.
public protocol ChildStream: Sendable {
    /// What a program reads from it by.
    var forInput: FileHandle { get }
    /// What a program writes to it by.
    var forOutput: FileHandle { get }
    /// Whether this process has no use for the program's end once it runs.
    var isHandedOver: Bool { get }
}

extension FileHandle: ChildStream {
    public var forInput: FileHandle { self }
    public var forOutput: FileHandle { self }
    public var isHandedOver: Bool { false }
}

extension Pipe: ChildStream {
    public var forInput: FileHandle { fileHandleForReading }
    public var forOutput: FileHandle { fileHandleForWriting }
    public var isHandedOver: Bool { true }
}

/// A program that this process starts, with the names of Foundation's `Process`.
///
/// That one reads /proc/self/fd beyond its buffer when more than a thousand files are open, as they are while tests of
/// servers run, and ends the process. Here the system is told to close in the program what is not its own.
public final class ChildProcess: Sendable {
    public enum TerminationReason: Sendable {
        case exit, uncaughtSignal
    }

    public struct NotStarted: Error, CustomStringConvertible {
        public let path: String
        public let code: Int32

        public var description: String { "\(path) cannot be started: error \(code)" }
    }

    private struct State {
        var executableURL: URL?
        var arguments: [String] = []
        var environment: [String: String]?
        var currentDirectoryURL: URL?
        var streams: [(any ChildStream)?] = [nil, nil, nil]
        var terminationHandler: (@Sendable (ChildProcess) -> Void)?
        var identifier: pid_t = 0
        var isRunning = false
        /// As waitpid(2) gives it.
        var status: Int32 = 0
    }

    private let state = Mutex(State())
    private let running = DispatchGroup()

    public init() {}

    public var executableURL: URL? {
        get { state.withLock { $0.executableURL } }
        set { state.withLock { $0.executableURL = newValue } }
    }
    public var arguments: [String] {
        get { state.withLock { $0.arguments } }
        set { state.withLock { $0.arguments = newValue } }
    }
    /// Nil: this process's own.
    public var environment: [String: String]? {
        get { state.withLock { $0.environment } }
        set { state.withLock { $0.environment = newValue } }
    }
    public var currentDirectoryURL: URL? {
        get { state.withLock { $0.currentDirectoryURL } }
        set { state.withLock { $0.currentDirectoryURL = newValue } }
    }
    /// Nil: this process's own, as with the next two.
    public var standardInput: (any ChildStream)? {
        get { state.withLock { $0.streams[0] } }
        set { state.withLock { $0.streams[0] = newValue } }
    }
    public var standardOutput: (any ChildStream)? {
        get { state.withLock { $0.streams[1] } }
        set { state.withLock { $0.streams[1] = newValue } }
    }
    public var standardError: (any ChildStream)? {
        get { state.withLock { $0.streams[2] } }
        set { state.withLock { $0.streams[2] = newValue } }
    }
    public var terminationHandler: (@Sendable (ChildProcess) -> Void)? {
        get { state.withLock { $0.terminationHandler } }
        set { state.withLock { $0.terminationHandler = newValue } }
    }

    public var processIdentifier: pid_t { state.withLock { $0.identifier } }
    public var isRunning: Bool { state.withLock { $0.isRunning } }
    public var terminationReason: TerminationReason {
        state.withLock { $0.status & 0x7F == 0 ? .exit : .uncaughtSignal }
    }
    /// The exit status, or the signal.
    public var terminationStatus: Int32 {
        state.withLock { $0.status & 0x7F == 0 ? ($0.status >> 8) & 0xFF : $0.status & 0x7F }
    }

    public func run() throws {
        let handedOver = try state.withLock { state in
            state.identifier = try Self.start(state)
            state.isRunning = true
            return state.streams.enumerated().compactMap { number, stream in
                stream.flatMap { $0.isHandedOver ? (number == 0 ? $0.forInput : $0.forOutput) : nil }
            }
        }
        for end in handedOver { try? end.close() }
        running.enter()
        Thread.detachNewThread { [self] in wait() }
    }

    public func waitUntilExit() { running.wait() }

    public func terminate() {
        state.withLock { if $0.isRunning { kill($0.identifier, SIGTERM) } }
    }

    /// On a thread of its own, until it has ended.
    private func wait() {
        let identifier = processIdentifier
        var about = unsafe siginfo_t()
        // It is looked at first and taken away with the lock held: nobody signals another that got its number.
        while unsafe waitid(P_PID, id_t(identifier), &about, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        let handler = state.withLock { state in
            while unsafe waitpid(identifier, &state.status, 0) == -1, errno == EINTR {}
            state.isRunning = false
            return state.terminationHandler
        }
        running.leave()
        handler?(self)
    }

    private static func start(_ state: State) throws -> pid_t {
        let path = state.executableURL?.path ?? ""
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        for (number, stream) in zip(Int32(0)..., state.streams) {
            guard let stream else { continue }
            let handle = number == 0 ? stream.forInput : stream.forOutput
            if handle === FileHandle.nullDevice {
                unsafe posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
            } else {
                unsafe posix_spawn_file_actions_adddup2(&actions, handle.fileDescriptor, number)
            }
        }
        try unsafe Self.closesFrom(&actions, 3)
        if let folder = state.currentDirectoryURL { try unsafe Self.changesFolder(&actions, folder.path) }
        // What this process ignores or holds back is no affair of the program's.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let words = unsafe ([path] + state.arguments).map { unsafe strdup($0) } + [nil]
        let environment = state.environment ?? ProcessInfo.processInfo.environment
        let variables = unsafe environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var identifier: pid_t = 0
        let code = unsafe posix_spawn(&identifier, path, &actions, &attributes, words, variables)
        guard code == 0 else { throw NotStarted(path: path, code: code) }
        return identifier
    }

    // MARK: GNU's own

    // The module map of the C library does not show them.
    private typealias ClosesFrom = @convention(c) (UnsafeMutableRawPointer, Int32) -> Int32
    private typealias ChangesFolder = @convention(c) (UnsafeMutableRawPointer, UnsafePointer<CChar>) -> Int32

    private static func closesFrom(_ actions: UnsafeMutableRawPointer, _ first: Int32) throws {
        let name = "posix_spawn_file_actions_addclosefrom_np"
        guard let found = unsafe dlsym(nil, name) else { throw NotStarted(path: name, code: ENOSYS) }
        _ = unsafe unsafeBitCast(found, to: ClosesFrom.self)(actions, first)
    }

    private static func changesFolder(_ actions: UnsafeMutableRawPointer, _ path: String) throws {
        let name = "posix_spawn_file_actions_addchdir_np"
        guard let found = unsafe dlsym(nil, name) else { throw NotStarted(path: name, code: ENOSYS) }
        _ = unsafe unsafeBitCast(found, to: ChangesFolder.self)(actions, path)
    }
}

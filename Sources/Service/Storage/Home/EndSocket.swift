#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where one running process of a home is asked what it does: a Unix domain socket of `ends/`, for the home's owner.
public struct EndSocket: Hashable, Sendable {
    /// What it is for.
    enum Kind: String, Hashable, Sendable {
        case control = "socket"
        /// Where the process waits for the sockets of the one that it succeeds.
        case handOver = "handover"
    }

    let folder: String
    /// Of the process's place.
    public let number: Int
    var kind = Kind.control

    public var path: String { "\(folder)/\(name)" }

    private var name: String { "\(number).\(kind.rawValue)" }
    /// unix(7): a socket's address has room for 108 octets, its end included.
    private static let longest = 107

    /// Calls with a path to it that fits into a socket's address.
    ///
    /// A home that lies deep is reached through an open descriptor of its folder (proc(5), /proc/self/fd).
    public func withAddress<Answer>(_ body: (String) async throws -> Answer) async throws -> Answer {
        if path.utf8.count <= Self.longest { return try await body(path) }
        let folder = try FolderDescriptor(folder)
        return try await body("/proc/self/fd/\(folder.number)/\(name)")
    }

    /// For the holder of its place, before it listens and after: whatever lies there is removed.
    public func remove() { try? unlinkFile(path) }

    /// For the holder of its place, as soon as it listens.
    public func close(toOthers path: String) throws(FileFailure) {
        guard unsafe chmod(path, mode_t(HomeFolder.fileMode)) == 0 else {
            throw systemFailure(path, errno, to: "set the mode of")
        }
    }

    /// Removes it if no process holds its place. Returns whether it did.
    @discardableResult
    public func removeIfDead() -> Bool {
        guard let place = try? OpenFile(updating: "\(folder)/\(number)"), (try? place.tryLock()) == true else {
            return false
        }
        remove()
        return true
    }
}

/// A folder held open, so that what lies in it can be named by a short path.
private final class FolderDescriptor {
    let number: Int32

    init(_ path: String) throws(FileFailure) {
        number = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard number >= 0 else { throw systemFailure(path, errno, to: "read") }
    }

    deinit { close(number) }
}

extension HomeFolder {
    func socket(_ number: Int) -> EndSocket { EndSocket(folder: endsFolder, number: number) }

    /// Where the holder of a place waits for the sockets of the process that it succeeds.
    public func handOverSocket(_ number: Int) -> EndSocket {
        EndSocket(folder: endsFolder, number: number, kind: .handOver)
    }

    /// Of every process that runs, and of those that were killed.
    public func endSockets() throws(FileFailure) -> [EndSocket] {
        do {
            return try namesInFolder(endsFolder).compactMap { name in
                let ending = ".\(EndSocket.Kind.control.rawValue)"
                guard name.hasSuffix(ending) else { return nil }
                return Int(name.dropLast(ending.count)).map(socket)
            }.sorted { $0.number < $1.number }
        } catch .absent {
            return []
        }
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whether the last part of a path may be a symbolic link.
enum LinkRule {
    case refuse, follow
}

/// An open descriptor: closed when the value ends, never inherited by a child process.
struct OpenFile: ~Copyable {
    let path: String
    private let descriptor: Int32

    /// Opens for reading. Does not wait for the far end of a pipe, so a pipe put in a file's place cannot hang the
    /// caller.
    init(reading path: String, links: LinkRule) throws(FileFailure) {
        try self.init(path, O_RDONLY | O_NONBLOCK | (links == .refuse ? O_NOFOLLOW : 0), mode: 0, to: "read")
    }

    /// Opens a file that is there, to read and to write.
    init(updating path: String) throws(FileFailure) {
        try self.init(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW, mode: 0, to: "write")
    }

    /// Opens a folder, to make changes in its list of names durable.
    init(folder path: String) throws(FileFailure) {
        try self.init(path, O_RDONLY | O_DIRECTORY, mode: 0, to: "read")
    }

    /// Makes a new file; refuses when anything is there.
    init(creating path: String, mode: UInt32) throws(FileFailure) {
        try self.init(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode, to: "create")
    }

    /// Opens to add at the end, and makes the file where there is none.
    init(appending path: String, mode: UInt32) throws(FileFailure) {
        try self.init(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOFOLLOW, mode: mode, to: "write")
    }

    /// Opens to read and to write, and makes the file where there is none.
    init(keeping path: String, mode: UInt32) throws(FileFailure) {
        try self.init(path, O_RDWR | O_CREAT | O_NONBLOCK | O_NOFOLLOW, mode: mode, to: "write")
    }

    /// Takes a descriptor that was handed to this process. `name` stands for it in failures.
    init(adopting descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.path = name
    }

    private init(_ path: String, _ flags: Int32, mode: UInt32, to operation: String) throws(FileFailure) {
        let opened = unsafe open(path, flags | O_CLOEXEC, mode_t(mode))
        guard opened >= 0 else { throw systemFailure(path, errno, to: operation) }
        // The umask may have narrowed the mode: what is asked for is what is there.
        if flags & O_CREAT != 0, fchmod(opened, mode_t(mode)) != 0 {
            let code = errno
            close(opened)
            throw systemFailure(path, code, to: "set the mode of")
        }
        descriptor = opened
        self.path = path
    }

    deinit { close(descriptor) }

    func status() throws(FileFailure) -> FileStatus {
        var raw = stat()
        guard unsafe fstat(descriptor, &raw) == 0 else { throw systemFailure(path, errno, to: "examine") }
        return FileStatus(raw)
    }

    /// All octets to the end.
    ///
    /// - Parameter limit: the largest size accepted, in octets; one more is refused without reading further.
    func readAll(limit: Int) throws(FileFailure) -> [UInt8] {
        let room = limit + 1
        var code: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            while count < room {
                let more = unsafe read(descriptor, buffer.baseAddress.unsafelyUnwrapped + count, room - count)
                if more > 0 {
                    count += more
                } else if more == 0 {
                    break
                } else if errno != EINTR {
                    code = errno
                    break
                }
            }
        }
        guard code == 0 else { throw systemFailure(path, code, to: "read") }
        guard bytes.count <= limit else { throw .tooLarge(path: path, limit: limit) }
        return bytes
    }

    /// All octets of a file that is read and written in place, in one read from its start.
    ///
    /// - Parameter limit: as for `readAll`.
    func first(_ limit: Int) throws(FileFailure) -> [UInt8] {
        var found = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit + 1) { buffer, count in
            found = unsafe pread(descriptor, buffer.baseAddress, limit + 1, 0)
            count = max(found, 0)
        }
        guard found >= 0 else { throw systemFailure(path, errno, to: "read") }
        guard found <= limit else { throw .tooLarge(path: path, limit: limit) }
        return bytes
    }

    func write(_ bytes: [UInt8]) throws(FileFailure) {
        var written = 0
        while written < bytes.count {
            let more = unsafe bytes.withUnsafeBytes { buffer in
                #if canImport(Glibc)
                    unsafe Glibc.write(
                        descriptor, buffer.baseAddress.unsafelyUnwrapped + written, buffer.count - written)
                #elseif canImport(Musl)
                    unsafe Musl.write(
                        descriptor, buffer.baseAddress.unsafelyUnwrapped + written, buffer.count - written)
                #else
                    unsafe Darwin.write(
                        descriptor, buffer.baseAddress.unsafelyUnwrapped + written, buffer.count - written)
                #endif
            }
            if more >= 0 {
                written += more
            } else if errno != EINTR {
                throw systemFailure(path, errno, to: "write")
            }
        }
    }

    /// Puts `bytes` over the first octets, in one write.
    func overwrite(_ bytes: [UInt8]) throws(FileFailure) {
        let written = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard written == bytes.count else {
            throw systemFailure(path, written < 0 ? errno : EIO, to: "write")
        }
    }

    /// How many holders a lock may have at a time.
    enum Lock {
        case shared, exclusive
    }

    /// Waits until no other open file holds a lock that excludes this one; holds it until the value ends.
    func lock(_ lock: Lock) throws(FileFailure) {
        while flock(descriptor, lock == .shared ? LOCK_SH : LOCK_EX) != 0 {
            guard errno == EINTR else { throw systemFailure(path, errno, to: "lock") }
        }
    }

    /// Lets go of a lock before the value ends.
    func unlock() { flock(descriptor, LOCK_UN) }

    /// False when another open file holds a lock that excludes this one; else it is held until the value ends.
    func tryLock() throws(FileFailure) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return false }
            guard errno == EINTR else { throw systemFailure(path, errno, to: "lock") }
        }
        return true
    }

    /// Returns when what was written, or for a folder its list of names, would survive a loss of power.
    func synchronize() throws(FileFailure) {
        guard fsync(descriptor) == 0 else { throw systemFailure(path, errno, to: "make durable") }
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The user that this process acts as.
func effectiveUser() -> UInt32 { geteuid() }

/// Lets threads that are ready to run on this processor run first; none is waited for that is not.
func letOthersRun() { sched_yield() }

func fileStatus(of path: String, links: LinkRule) throws(FileFailure) -> FileStatus {
    var raw = stat()
    let result = unsafe links == .follow ? stat(path, &raw) : lstat(path, &raw)
    guard result == 0 else { throw systemFailure(path, errno, to: "examine") }
    return FileStatus(raw)
}

/// The absolute form of a path, against the current folder; nothing is resolved.
func absolutePath(_ path: String) -> String {
    var whole = path
    if !path.hasPrefix("/"), let current = unsafe getcwd(nil, 0) {
        whole = unsafe String(cString: current) + "/" + path
        unsafe free(current)
    }
    while whole.count > 1, whole.hasSuffix("/") { whole.removeLast() }
    return whole
}

func makeFolder(_ path: String, mode: UInt32) throws(FileFailure) {
    guard unsafe mkdir(path, mode_t(mode)) == 0 else { throw systemFailure(path, errno, to: "create") }
    guard unsafe chmod(path, mode_t(mode)) == 0 else { throw systemFailure(path, errno, to: "set the mode of") }
}

/// Puts `source` in the place of `target` in one step.
func renameFile(_ source: String, to target: String) throws(FileFailure) {
    guard unsafe rename(source, target) == 0 else { throw systemFailure(target, errno, to: "replace") }
}

/// Gives `source` the further name `target`; refuses when anything is there.
func linkFile(_ source: String, to target: String) throws(FileFailure) {
    guard unsafe link(source, target) == 0 else { throw systemFailure(target, errno, to: "create") }
}

func unlinkFile(_ path: String) throws(FileFailure) {
    guard unsafe unlink(path) == 0 else { throw systemFailure(path, errno, to: "remove") }
}

/// The names in a folder, sorted, without `.` and `..`.
func namesInFolder(_ path: String) throws(FileFailure) -> [String] {
    guard let stream = unsafe opendir(path) else { throw systemFailure(path, errno, to: "list") }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = unsafe readdir(stream) {
        let capacity = MemoryLayout.size(ofValue: unsafe entry.pointee.d_name)
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
            unsafe field.withMemoryRebound(to: CChar.self, capacity: capacity) { unsafe String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw systemFailure(path, errno, to: "list") }
    return names.sorted()
}

func systemMessage(_ code: Int32) -> String {
    unsafe String(cString: strerror(code))
}

func systemFailure(_ path: String, _ code: Int32, to operation: String) -> FileFailure {
    switch code {
    case ENOENT: .absent(path: path)
    case EEXIST: .exists(path: path)
    case EACCES, EPERM: .notPermitted(path: path, operation: operation)
    case ELOOP: .symbolicLink(path: path)
    case ENOSPC, EDQUOT: .noSpace(path: path)
    case EROFS: .readOnlyVolume(path: path)
    default: .system(path: path, operation: operation, code: code)
    }
}

extension FileStatus {
    init(_ raw: stat) {
        kind =
            switch raw.st_mode & S_IFMT {
            case S_IFREG: .regularFile
            case S_IFDIR: .folder
            case S_IFLNK: .symbolicLink
            case S_IFSOCK: .socket
            default: .other
            }
        mode = UInt32(raw.st_mode & 0o7777)
        owner = raw.st_uid
        #if canImport(Darwin)
            let (modified, changed) = (raw.st_mtimespec, raw.st_ctimespec)
        #else
            let (modified, changed) = (raw.st_mtim, raw.st_ctim)
        #endif
        stamp = FileStamp(
            identity: .init(device: UInt64(truncatingIfNeeded: raw.st_dev), inode: UInt64(raw.st_ino)),
            size: Int64(raw.st_size),
            modified: .init(seconds: Int64(modified.tv_sec), nanoseconds: Int64(modified.tv_nsec)),
            changed: .init(seconds: Int64(changed.tv_sec), nanoseconds: Int64(changed.tv_nsec)))
    }
}

/// What lies at a path.
public enum FileKind: String, Sendable, CustomStringConvertible {
    case regularFile = "regular file"
    case folder
    case symbolicLink = "symbolic link"
    case socket
    case other = "pipe or device"

    public var description: String { rawValue }
}

/// What the file system says of one file.
struct FileStatus: Equatable, Sendable {
    let kind: FileKind
    /// The permission bits: the low twelve of `st_mode`.
    let mode: UInt32
    let owner: UInt32
    let stamp: FileStamp
}

/// Changes whenever the file at a path is replaced, written or given other permissions.
///
/// A write in place that keeps the size, within one tick of the file system's clock after the stamp was taken, is not
/// seen; a replacement by rename always is, for it brings another inode.
public struct FileStamp: Hashable, Sendable {
    let identity: Identity
    let size: Int64
    let modified: Instant
    let changed: Instant

    /// Which file it is, whatever it holds.
    struct Identity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
    }

    struct Instant: Hashable, Sendable {
        let seconds: Int64
        let nanoseconds: Int64
    }
}

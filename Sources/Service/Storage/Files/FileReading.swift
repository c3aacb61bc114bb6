/// Bounded reads of whole regular files.
enum FileReading {
    /// Reads a file that holds a secret: a regular file, not a link, of this process's user, closed to everybody else.
    static func ownerOnly(_ path: String, limit: Int) throws(FileFailure) -> [UInt8] {
        let file = try OpenFile(reading: path, links: .refuse)
        let status = try file.status()
        try requireRegular(status, path)
        try requireOwnerOnly(status, path, allowed: 0o600)
        return try file.readAll(limit: limit)
    }

    /// Reads a file whose content is no secret; links are followed, as mounted volumes use them.
    static func anyOwner(_ path: String, limit: Int, links: LinkRule = .follow) throws(FileFailure) -> [UInt8] {
        let file = try OpenFile(reading: path, links: links)
        let status = try file.status()
        try requireRegular(status, path)
        // The superuser is let past permission bits; a file that nobody may read is refused for every user alike.
        guard status.mode & 0o444 != 0 else { throw .notPermitted(path: path, operation: "read") }
        return try file.readAll(limit: limit)
    }

    static func requireRegular(_ status: FileStatus, _ path: String) throws(FileFailure) {
        guard status.kind != .symbolicLink else { throw .symbolicLink(path: path) }
        guard status.kind == .regularFile else {
            throw .wrongKind(path: path, found: status.kind, wanted: .regularFile)
        }
    }

    /// - Parameter allowed: the permission bits to advise when others have any.
    static func requireOwnerOnly(_ status: FileStatus, _ path: String, allowed: UInt32) throws(FileFailure) {
        guard status.owner == effectiveUser() else {
            throw .foreignOwner(path: path, owner: status.owner, expected: effectiveUser())
        }
        guard status.mode & 0o7077 == 0 else {
            throw .tooWide(path: path, mode: status.mode, allowed: allowed)
        }
    }
}

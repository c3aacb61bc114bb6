import SymbolonAudit

/// The file of an audit head, open from one head to the next: to open it costs more than to write into it.
struct OpenHeadFile: ~Copyable {
    private let file: OpenFile
    private let identity: FileStamp.Identity
    /// What was noted last through this, which is not read again where it stands.
    private var last: AuditHead?

    init(_ path: String) throws(FileFailure) {
        let opened = try OpenFile(updating: path)
        let status = try opened.status()
        file = opened
        identity = status.stamp.identity
        last = nil
    }

    /// The file is still the one at its path: neither replaced nor removed.
    func isCurrent() throws(FileFailure) -> Bool {
        try fileStatus(of: file.path, links: .refuse).stamp.identity == identity
    }

    /// Puts a head in the place of an earlier one, in one write. A later one stays: another process was quicker.
    ///
    /// - Returns: false where something else than a head stands.
    mutating func note(_ head: AuditHead) throws(FileFailure) -> Bool {
        try file.lock(.exclusive)
        defer { file.unlock() }
        let line = try file.first(AuditHeadFile.maximumLength)
        let known = last.flatMap { line == AuditHeadFile.line($0) ? $0 : nil }
        guard let noted = known ?? AuditHeadFile.head(in: line) else { return false }
        guard noted.count < head.count else { return true }
        // Counts only rise, so a line is never shorter than the one it covers.
        try file.overwrite(AuditHeadFile.line(head))
        last = head
        return true
    }
}

public import SymbolonAudit

/// The audit record's head, noted beside the database: `COUNT:HASH:SIGNATURE` on one line of a file.
///
/// A database that was put back to an earlier day does not contain the entry that was noted since. A head is noted after
/// its entry is durable, and the disk is not waited for: after a loss of power the note may be an earlier one, and never
/// names an entry that is not there.
///
/// The line is one write in place, under a lock that readers take too. To replace the file instead would cost twenty
/// times as much, on file systems that then hurry the new file to the disk; and the line fits in one sector.
public struct AuditHeadFile: Hashable, Sendable {
    public let path: String

    /// In octets. A head has at most 171: 19 digits, 64 and 86, two colons and the line's end.
    private static let maximumLength = 512

    public init(_ path: String) {
        self.path = path
    }

    /// What is noted, checked by nobody yet; `nil` when nothing ever was.
    public func read() throws(AuditHeadFileFailure) -> AuditHead? {
        let line: [UInt8]
        do throws(FileFailure) {
            let file = try OpenFile(reading: path, links: .refuse)
            try FileReading.requireRegular(try file.status(), path)
            try file.lock(.shared)
            line = try file.readAll(limit: Self.maximumLength)
        } catch .absent {
            return nil
        } catch {
            throw .file(error)
        }
        guard let head = Self.head(in: line) else { throw .notAHead(path: path) }
        return head
    }

    /// Notes a head whose entry is durable, unless a later one is noted: another process may have been quicker.
    /// - Parameter previous: what the caller noted last, which is not read again where it stands.
    public func note(_ head: AuditHead, after previous: AuditHead? = nil) throws(AuditHeadFileFailure) {
        do throws(FileFailure) {
            do throws(FileFailure) {
                try overwrite(with: head, after: previous)
            } catch .absent {
                do throws(FileFailure) {
                    try DurableFile.create(path, with: Self.line(head), mode: HomeFolder.fileMode)
                } catch .exists {
                    try overwrite(with: head, after: previous)
                }
            }
        } catch {
            throw .file(error)
        }
    }

    private func overwrite(with head: AuditHead, after previous: AuditHead?) throws(FileFailure) {
        let file = try OpenFile(updating: path)
        try file.lock(.exclusive)
        let line = try file.readAll(limit: Self.maximumLength)
        let known = previous.flatMap { line == Self.line($0) ? $0 : nil }
        // Counts only rise, so a line is never shorter than the one it covers; anything else is replaced whole.
        guard let noted = known ?? Self.head(in: line) else {
            return try DurableFile.replace(path, with: Self.line(head), mode: HomeFolder.fileMode)
        }
        guard noted.count < head.count else { return }
        try file.overwrite(Self.line(head))
    }

    /// Notes a head in the place of whatever is noted, durably: for a store whose history began again.
    public func replace(with head: AuditHead) throws(AuditHeadFileFailure) {
        do {
            try DurableFile.replace(path, with: Self.line(head), mode: HomeFolder.fileMode)
        } catch {
            throw .file(error)
        }
    }

    /// Forgets what is noted.
    public func remove() throws(AuditHeadFileFailure) {
        do throws(FileFailure) {
            try DurableFile.remove(path)
        } catch .absent {
            return
        } catch {
            throw .file(error)
        }
    }

    private static func line(_ head: AuditHead) -> [UInt8] { Array("\(head.noted)\n".utf8) }

    private static func head(in line: [UInt8]) -> AuditHead? {
        guard line.last == UInt8(ascii: "\n") else { return nil }
        return try? AuditHead(noted: String(decoding: line.dropLast(), as: UTF8.self))
    }
}

/// Why a head cannot be noted, or what is noted cannot be read.
public enum AuditHeadFileFailure: Error, Equatable, Sendable {
    case file(FileFailure)
    /// The file holds something else.
    case notAHead(path: String)

    public var explanation: String {
        switch self {
        case .file(let failure): failure.explanation
        case .notAHead(let path): "\(path) does not hold an audit head, COUNT:HASH:SIGNATURE on one line"
        }
    }
}

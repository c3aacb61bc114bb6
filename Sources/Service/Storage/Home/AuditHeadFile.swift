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
    static let maximumLength = 512

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
    public func note(_ head: AuditHead) throws(AuditHeadFileFailure) {
        var open: OpenHeadFile?
        try note(head, keeping: &open)
    }

    /// The same.
    /// - Parameter open: the file, kept open from one time to the next. After a failure it is to be let go.
    func note(_ head: AuditHead, keeping open: inout OpenHeadFile?) throws(AuditHeadFileFailure) {
        do throws(FileFailure) {
            do throws(FileFailure) {
                try overwrite(with: head, &open)
            } catch .absent {
                do throws(FileFailure) {
                    try DurableFile.create(path, with: Self.line(head), mode: HomeFolder.fileMode)
                } catch .exists {
                    try overwrite(with: head, &open)
                }
            }
        } catch {
            throw .file(error)
        }
    }

    private func overwrite(with head: AuditHead, _ open: inout OpenHeadFile?) throws(FileFailure) {
        if try open?.isCurrent() != true { open = try OpenHeadFile(path) }
        guard try open?.note(head) != true else { return }
        try DurableFile.replace(path, with: Self.line(head), mode: HomeFolder.fileMode)
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

    static func line(_ head: AuditHead) -> [UInt8] { Array("\(head.noted)\n".utf8) }

    static func head(in line: [UInt8]) -> AuditHead? {
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

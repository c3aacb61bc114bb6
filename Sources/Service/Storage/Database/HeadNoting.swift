import SymbolonAudit
import Synchronization

/// Notes the head as it is after a transaction, outside the database. What the transaction did is durable, so a failure
/// here may not undo it or be told in its place; who opens the authority next finds out when no head can be noted.
final class HeadNoting: Sendable {
    private let file: AuditHeadFile?
    private let open = Mutex<OpenHeadFile?>(nil)

    init(_ file: AuditHeadFile?) {
        self.file = file
    }

    func note(_ head: AuditHead) {
        guard let file else { return }
        open.withLock { open in
            do { try file.note(head, keeping: &open) } catch { open = nil }
        }
    }
}

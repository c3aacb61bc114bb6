import SymbolonAuthority
import Synchronization

/// `PRAGMA data_version` moves when any other connection, in any process, commits. A look costs some microseconds while
/// nothing does.
final class SQLiteEye: StoreEye {
    private let path: String
    private let open = Mutex<Open?>(nil)

    private struct Open {
        let session: SQLiteSession
        /// The file that is open: a restored store comes with another inode, and needs another connection.
        let file: FileStamp.Identity
        var dataVersion: Int64
    }

    init(path: String) {
        self.path = path
    }

    func look() async throws(StoreFailure) -> Glance {
        do {
            return try open.withLock { try Self.look(at: path, &$0) }
        } catch {
            open.withLock { $0 = nil }
            throw StoreFailure(error)
        }
    }

    private static func look(at path: String, _ open: inout Open?) throws -> Glance {
        let file = try fileStatus(of: path, links: .refuse).stamp.identity
        let known = open.flatMap { $0.file == file ? $0 : nil }
        let session = try known?.session ?? SQLiteEngine.readingSession(path)
        let (dataVersion, changeCounter) = try session.viewing { session in
            let dataVersion = try session.row("PRAGMA data_version")?.integer("data_version") ?? 0
            return (
                dataVersion,
                dataVersion == known?.dataVersion ? nil : try AuthorityDatabase.changeCounter(in: session)
            )
        }
        open = Open(session: session, file: file, dataVersion: dataVersion)
        guard let changeCounter else { return .still }
        return known == nil ? .opened(changeCounter: changeCounter) : .committed(changeCounter: changeCounter)
    }
}

import Foundation
import SymbolonAuthority

/// Connections for looking up a few rows on the caller's thread, and as many more as there are processors: nearly always
/// one is free.
///
/// The first that is free is taken. That is the writing one, unless it commits: what was written last it still has in
/// memory, where any other would read each page again after each commit.
final class SQLiteLookups: Sendable {
    private let connections: [SQLiteConnection]
    /// Waited for where all are taken: never the one that waits for the disk.
    private let last: SQLiteConnection

    init(writer: SQLiteConnection?, _ makeReader: () throws -> SQLiteConnection) throws {
        let count = min(max(ProcessInfo.processInfo.activeProcessorCount, 1), 16)
        let readers = try (0..<count - 1).map { _ in try makeReader() }
        last = try makeReader()
        connections = (writer.map { [$0] } ?? []) + readers + [last]
    }

    func run<Value: Sendable>(_ work: (SQLiteSession) throws -> Value) throws(StoreFailure) -> Value {
        do {
            for connection in connections {
                if let value = try connection.lendIfFree({ try $0.lookingUp(work) }) { return value }
            }
            return try last.lend { try $0.lookingUp(work) }
        } catch {
            throw StoreFailure(error)
        }
    }
}

import Foundation
import GRDB
import SymbolonAuthority
import Testing

@testable import SymbolonStorage

@Suite("A store whose first transaction was killed half way")
struct HalfWrittenStore {
    @Test("it is undone when the store is opened for writing; for reading only, the store is refused and left as it is")
    func hotJournal() throws {
        let scratch = try Scratch()
        let path = try Self.halfWritten(in: scratch)
        let before = try content(path)
        #expect(throws: StoreFailure.self) { try AuthorityDatabase.open(at: path, mode: .readOnly) }
        #expect(try content(path) == before)
        #expect(FileManager.default.fileExists(atPath: path + "-journal"))

        _ = try AuthorityDatabase.open(at: path)
        #expect(!FileManager.default.fileExists(atPath: path + "-journal"))
        _ = try AuthorityDatabase.open(at: path, mode: .readOnly)
    }

    /// What stays on the disk when a process is killed between the pages it has written and its commit: the pages, and the
    /// journal that undoes them.
    private static func halfWritten(in scratch: Scratch) throws -> String {
        let (original, copy) = (scratch.file("original.sqlite"), scratch.file("copy.sqlite"))
        let queue = try DatabaseQueue(path: original)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "CREATE TABLE filler (octets); DROP TABLE filler")
            // Few pages are held in memory, so that the transaction is written out before it ends.
            try database.execute(sql: "PRAGMA cache_size = 1; BEGIN IMMEDIATE; CREATE TABLE filler (octets)")
            for _ in 0..<64 { try database.execute(sql: "INSERT INTO filler VALUES (randomblob(4000))") }
            for suffix in ["", "-journal"] {
                try FileManager.default.copyItem(atPath: original + suffix, toPath: copy + suffix)
                try setMode(copy + suffix, 0o600)
            }
            try database.execute(sql: "ROLLBACK")
        }
        return copy
    }
}

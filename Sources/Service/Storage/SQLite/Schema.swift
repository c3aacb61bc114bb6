import GRDB
import SymbolonAuthority

/// The tables of a store, and which release made them.
enum Schema {
    /// "SYMB": what `PRAGMA application_id` says in a file of ours.
    static let applicationID: Int32 = 0x5359_4D42

    /// Each brings the schema from the version before; `PRAGMA user_version` counts those that were applied.
    static let migrations = [version1, version2]

    enum Standing: Equatable {
        /// No table and no mark: a new file.
        case blank
        case version(Int)
    }

    /// Whose the database is. Changes nothing, so it may be asked of any file.
    static func standing(of database: Database) throws -> Standing {
        let application = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        if application == 0, version == 0, tables == 0 { return .blank }
        guard application == applicationID else {
            throw StoreFailure.foreign("application id \(application), where a store has \(applicationID)")
        }
        guard version > 0 else { throw StoreFailure.damaged("schema version \(version)") }
        guard version <= migrations.count else {
            throw StoreFailure.newerSchema(found: version, known: migrations.count)
        }
        return .version(version)
    }

    /// To be called inside a write transaction: all of it is there afterwards, or nothing.
    static func migrate(_ database: Database) throws {
        let applied =
            switch try standing(of: database) {
            case .blank: 0
            case .version(let version): version
            }
        guard applied < migrations.count else { return }
        for migration in migrations.dropFirst(applied) { try database.execute(sql: migration) }
        try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        try database.execute(sql: "PRAGMA user_version = \(migrations.count)")
    }
}

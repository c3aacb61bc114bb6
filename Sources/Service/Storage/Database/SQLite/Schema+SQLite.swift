import SymbolonAuthority

/// `PRAGMA user_version` counts the migrations that were applied to a file, `application_id` says that it is ours.
extension Schema {
    /// Whose the file is. Changes nothing, so it may be asked of any file.
    static func standing(ofFile session: SQLiteSession) throws -> Standing {
        let application = try session.row("PRAGMA application_id")?.integer("application_id") ?? 0
        let version = try session.row("PRAGMA user_version")?.integer("user_version") ?? 0
        if application == 0, version == 0, try !session.exists("SELECT 1 FROM sqlite_schema LIMIT 1") { return .blank }
        guard application == Int64(applicationID) else {
            throw StoreFailure.foreign("application id \(application), where a store has \(applicationID)")
        }
        return try standing(version)
    }

    /// All of a version is there afterwards, or nothing of it.
    static func migrate(file session: SQLiteSession) throws {
        do {
            while true {
                try session.begin()
                guard let next = missing(after: try standing(ofFile: session)).first else {
                    return try session.commit(witness: nil)
                }
                try session.script(next.part.sqlite)
                try session.script("PRAGMA application_id = \(applicationID)")
                try session.script("PRAGMA user_version = \(next.version)")
                try session.commit(witness: nil)
            }
        } catch {
            session.rollback()
            throw error
        }
    }
}

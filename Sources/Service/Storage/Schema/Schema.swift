import SymbolonAuthority

/// The tables of a store, and which release made them.
enum Schema {
    /// "SYMB": what `PRAGMA application_id` says in a file of ours, and the class of the locks in PostgreSQL.
    static let applicationID: Int32 = 0x5359_4D42

    /// Each brings the schema from the version before, in one transaction.
    static let migrations = [
        version1, version2, version3, version4, version5, version6, version7, version8, version9, version10,
        version11, posture, emergencies,
    ]

    enum Standing: Equatable {
        /// No table and no mark: a new database.
        case blank
        case version(Int)
    }

    /// What is to be done for a store that stands there, oldest first.
    static func missing(after standing: Standing) -> [(version: Int, part: SchemaPart)] {
        let applied = if case .version(let version) = standing { version } else { 0 }
        return migrations.enumerated().dropFirst(applied).map { ($0.offset + 1, $0.element) }
    }

    /// Refuses what is no version of this program's.
    static func standing(_ version: Int64) throws -> Standing {
        guard version > 0 else { throw StoreFailure.damaged("schema version \(version)") }
        guard version <= migrations.count else {
            throw StoreFailure.newerSchema(found: Int(clamping: version), known: migrations.count)
        }
        return .version(Int(version))
    }
}

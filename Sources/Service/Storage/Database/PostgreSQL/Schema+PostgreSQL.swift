import SymbolonAuthority

/// The table `symbolon_schema` says that the tables beside it are a store, and which release made them.
extension Schema {
    /// Whose the tables are. Changes nothing.
    static func standing(of session: PostgreSQLSession) throws -> Standing {
        let connection = try session.connected()
        guard try connection.script("SELECT to_regclass('symbolon_schema')") != "" else {
            if try connection.script("SELECT to_regclass('certificate')") != "" {
                throw StoreFailure.foreign("it has a table named certificate that is no authority's")
            }
            return .blank
        }
        guard let version = try connection.script("SELECT version FROM symbolon_schema").flatMap({ Int64($0) }) else {
            throw StoreFailure.damaged("no schema version")
        }
        return try standing(version)
    }

    /// The tables are those of this release.
    static func requireCurrent(in session: PostgreSQLSession) throws {
        guard try standing(of: session) == .version(migrations.count) else {
            throw StoreFailure.unavailable(
                "the tables are not made yet, or not since an earlier release; start its authority once")
        }
    }

    /// All of a version is there afterwards, or nothing of it. Nodes of one store that start together wait for one another;
    /// those of another store, which is in another schema of the same database, do not.
    static func migrate(_ session: PostgreSQLSession) throws {
        try requireServer(session)
        let lock = "SELECT pg_advisory_xact_lock(\(applicationID), coalesce(hashtext(current_schema()), 0))"
        do {
            while true {
                let connection = try session.connected()
                try connection.script("BEGIN; \(lock)")
                guard let next = missing(after: try standing(of: session)).first else { return session.rollback() }
                try connection.script(next.part.postgreSQL)
                try connection.script(next.version == 1 ? mark : "UPDATE symbolon_schema SET version = \(next.version)")
                try connection.script("COMMIT")
            }
        } catch {
            session.rollback()
            throw error
        }
    }

    static let mark = """
        CREATE TABLE symbolon_schema (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            version BIGINT NOT NULL CHECK (version > 0)
        );
        INSERT INTO symbolon_schema (id, version) VALUES (1, 1);
        \(SchemaDialect.postgreSQL.refuse("symbolon_schema_kept", "DELETE", on: "symbolon_schema",
            saying: "a store keeps its mark"))
        \(SchemaDialect.postgreSQL.refuse("symbolon_schema_forward", "UPDATE", on: "symbolon_schema",
            when: "NEW.id <> OLD.id OR NEW.version <= OLD.version", saying: "a schema only moves forward"))
        """

    /// 13 is the oldest release that says by a transaction's identifier what became of it (`pg_xact_status` of `xid8`).
    private static func requireServer(_ session: PostgreSQLSession) throws {
        let connection = try session.connected()
        let version = try connection.script("SELECT current_setting('server_version_num')").flatMap { Int($0) } ?? 0
        guard version >= 130_000 else {
            throw StoreFailure.unavailable("the server is release \(version / 10_000) of PostgreSQL; 13 is the oldest")
        }
        let encoding = try connection.script("SELECT current_setting('server_encoding')") ?? ""
        guard encoding == "UTF8" else {
            throw StoreFailure.unavailable("the database's encoding is \(encoding); a store needs UTF8")
        }
    }
}

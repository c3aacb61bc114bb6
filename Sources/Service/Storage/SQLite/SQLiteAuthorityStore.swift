public import Foundation
import GRDB
public import SymbolonAudit
public import SymbolonAuthority
import SymbolonNames

/// The authority's store in one SQLite file. Several processes may have it open; each decision is one durable
/// transaction.
///
/// The port says what each requirement does; each file `SQLiteAuthorityStore+….swift` keeps one part of it.
public final class SQLiteAuthorityStore: AuthorityStore {
    let connection: StoreConnection

    /// Opens a store that is there.
    ///
    /// - Parameter noted: where the head of the audit record is noted after each transaction. A head that cannot be noted
    ///   does not undo what is durable: the note lags, which is safe.
    /// - Throws: `.foreign` or `.newerSchema`, with the file untouched, when it is not this program's to use;
    ///   `.readOnly` when it cannot be written and `mode` asks for that.
    public static func open(
        at path: String, mode: StoreMode = .readWrite, notingHeadIn noted: AuditHeadFile? = nil
    ) throws(StoreFailure) -> SQLiteAuthorityStore {
        SQLiteAuthorityStore(try StoreConnection(path, mode: mode, notingHeadIn: noted))
    }

    /// Makes the store's file, owner-only, unless it is there, and opens it.
    public static func create(
        at path: String, notingHeadIn noted: AuditHeadFile? = nil
    ) throws(StoreFailure) -> SQLiteAuthorityStore {
        do {
            try DurableFile.create(path, with: [], mode: HomeFolder.fileMode)
        } catch .exists {
            return try open(at: path, notingHeadIn: noted)
        } catch {
            throw StoreFailure(error)
        }
        return try open(at: path, notingHeadIn: noted)
    }

    init(_ connection: StoreConnection) {
        self.connection = connection
    }

    /// Where the file is.
    public var path: String { connection.path }

    // MARK: The authority itself

    public func create(_ authority: AuthorityRecord, audit: AuditAppend) async throws(StoreFailure) {
        try await connection.write { database in
            guard try Self.authority(in: database) == nil else { throw StoreFailure.alreadyCreated }
            try database.execute(
                sql: """
                    INSERT INTO authority (id, configuration, root_certificate, issuing_certificate, audit_key,
                        created_at)
                    VALUES (1, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    try StoredJSON.text(authority.configuration), Data(authority.rootCertificate),
                    Data(authority.issuingCertificate), Data(authority.auditKey),
                    authority.createdAt.storedMilliseconds,
                ])
            try AuditTable.append(audit, in: database)
        }
    }

    public func permit(_ permissions: [Permission], at: Date, audit: AuditAppend) async throws(StoreFailure) {
        try await connection.write { database in
            let lacking = Set(permissions).subtracting(try Self.permissions(in: database))
            guard !lacking.isEmpty else { return }
            for permission in permissions where lacking.contains(permission) {
                try database.execute(
                    sql: "INSERT INTO permission (kind, name, permitted_at) VALUES (?, ?, ?)",
                    arguments: [permission.kind, permission.name, at.storedMilliseconds])
            }
            try AuditTable.append(audit, in: database)
        }
    }

    public func authority() async throws(StoreFailure) -> AuthorityRecord? {
        try await connection.read { try Self.authority(in: $0) }
    }

    private static func authority(in database: Database) throws -> AuthorityRecord? {
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM authority") else { return nil }
        let record = AuthorityRecord(
            configuration: try StoredJSON.value(AuthorityConfiguration.self, from: try row.stored("configuration")),
            rootCertificate: try row.octets("root_certificate"),
            issuingCertificate: try row.octets("issuing_certificate"),
            auditKey: try row.octets("audit_key"),
            createdAt: try row.time("created_at"))
        return record.permitting(try permissions(in: database))
    }

    private static func permissions(in database: Database) throws -> [Permission] {
        try Row.fetchAll(database, sql: "SELECT kind, name FROM permission ORDER BY id").map { row in
            let kind: String = try row.stored("kind")
            let permission: Permission?
            do {
                permission = try Permission(kind: kind, name: try row.stored("name"))
            } catch let failure as NameFailure {
                throw StoreFailure.damaged("a permission's name: \(failure.explanation)")
            }
            guard let permission else { throw StoreFailure.damaged("a permission of the kind \(kind)") }
            return permission
        }
    }
}

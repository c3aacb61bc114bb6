public import Foundation
public import SymbolonAudit
public import SymbolonAuthority
import SymbolonNames

/// The authority's store in a database: one SQLite file, or PostgreSQL. Several processes may have it open; each decision
/// is one durable transaction.
///
/// The port says what each requirement does; each file `AuthorityDatabase+….swift` keeps one part of it.
public final class AuthorityDatabase: AuthorityStore {
    let engine: any StoreEngine
    let acme = ACMECaches()

    /// Opens a store in a file that is there.
    ///
    /// - Parameter noted: where the head of the audit record is noted after each transaction. A head that cannot be noted
    ///   does not undo what is durable: the note lags, which is safe.
    /// - Throws: `.foreign` or `.newerSchema`, with the file untouched, when it is not this program's to use;
    ///   `.readOnly` when it cannot be written and `mode` asks for that.
    public static func open(
        at path: String, mode: StoreMode = .readWrite, notingHeadIn noted: AuditHeadFile? = nil
    ) throws(StoreFailure) -> AuthorityDatabase {
        AuthorityDatabase(try SQLiteEngine(path, mode: mode, notingHeadIn: noted))
    }

    /// Makes the store's file, owner-only, unless it is there, and opens it.
    public static func create(
        at path: String, notingHeadIn noted: AuditHeadFile? = nil
    ) throws(StoreFailure) -> AuthorityDatabase {
        do {
            try DurableFile.create(path, with: [], mode: HomeFolder.fileMode)
        } catch .exists {
            return try open(at: path, notingHeadIn: noted)
        } catch {
            throw StoreFailure(error)
        }
        return try open(at: path, notingHeadIn: noted)
    }

    /// Opens a store in a PostgreSQL database, and makes its tables where there are none yet.
    ///
    /// - Throws: `.foreign` or `.newerSchema`, with the database untouched, when it is not this program's to use.
    public static func open(
        at address: PostgreSQLAddress, mode: StoreMode = .readWrite, notingHeadIn noted: AuditHeadFile? = nil
    ) async throws(StoreFailure) -> AuthorityDatabase {
        AuthorityDatabase(try await PostgreSQLEngine.open(address, mode: mode, notingHeadIn: noted))
    }

    /// Opens a store wherever it is.
    public static func open(
        _ location: StoreLocation, mode: StoreMode = .readWrite, notingHeadIn noted: AuditHeadFile? = nil
    ) async throws(StoreFailure) -> AuthorityDatabase {
        switch location {
        case .file(let path): try open(at: path, mode: mode, notingHeadIn: noted)
        case .postgreSQL(let address): try await open(at: address, mode: mode, notingHeadIn: noted)
        }
    }

    init(_ engine: any StoreEngine) {
        self.engine = engine
    }

    /// The file's path, or the connection string without its password.
    public var place: String { engine.place }

    // MARK: The authority itself

    public func create(_ authority: AuthorityRecord, audit: AuditAppend) async throws(StoreFailure) {
        try await engine.write { transaction in
            guard try Self.authority(in: transaction) == nil else { throw StoreFailure.alreadyCreated }
            try transaction.execute(
                """
                INSERT INTO authority (id, configuration, root_certificate, issuing_certificate, audit_key, created_at)
                VALUES (1, ?, ?, ?, ?, ?)
                """,
                [
                    .text(try StoredJSON.text(authority.configuration)), .octets(authority.rootCertificate),
                    .octets(authority.issuingCertificate), .octets(authority.auditKey), .time(authority.createdAt),
                ])
            try IssuerTable.begin(authority, in: transaction)
            try transaction.append(audit)
        }
    }

    public func permit(_ permissions: [Permission], at: Date, audit: AuditAppend) async throws(StoreFailure) {
        try await engine.write { transaction in
            let lacking = Set(permissions).subtracting(try Self.permissions(in: transaction))
            guard !lacking.isEmpty else { return }
            for permission in permissions where lacking.contains(permission) {
                try transaction.execute(
                    "INSERT INTO permission (kind, name, permitted_at) VALUES (?, ?, ?)",
                    [.text(permission.kind), .text(permission.name), .time(at)])
            }
            try transaction.append(audit)
        }
    }

    public func authority() async throws(StoreFailure) -> AuthorityRecord? {
        try await engine.read { try Self.authority(in: $0) }
    }

    private static func authority(in session: any StoreSession) throws -> AuthorityRecord? {
        guard
            let row = try session.row(
                "SELECT configuration, audit_key, created_at FROM authority")
        else { return nil }
        let active = try IssuerTable.active(in: session)
        let record = AuthorityRecord(
            configuration: try StoredJSON.value(AuthorityConfiguration.self, from: try row.text("configuration")),
            rootCertificate: active.root, issuingCertificate: active.issuing,
            auditKey: try row.octets("audit_key"),
            createdAt: try row.time("created_at"))
        return record.permitting(try permissions(in: session)).publishing(at: try addresses(in: session))
    }

    private static func permissions(in session: any StoreSession) throws -> [Permission] {
        try session.rows("SELECT kind, name FROM permission ORDER BY id").map { row in
            let kind = try row.text("kind")
            let permission: Permission?
            do {
                permission = try Permission(kind: kind, name: try row.text("name"))
            } catch let failure as NameFailure {
                throw StoreFailure.damaged("a permission's name: \(failure.explanation)")
            }
            guard let permission else { throw StoreFailure.damaged("a permission of the kind \(kind)") }
            return permission
        }
    }
}

import Foundation
import SymbolonAudit
import SymbolonAuthority

/// A connection that comes back: transactions on a server that may be away for a while.
///
/// It is used by one thread at a time.
final class PostgreSQLSession: StoreLink {
    private let address: PostgreSQLAddress
    private let patience: Double
    private var connection: PostgreSQLConnection?
    private var hasBeenConnected = false
    /// The object identifier of the audit record's table: what the write lock and the notifications are named by, so that
    /// all who write these tables mean the same, by whatever search path.
    private var store: Int32?
    /// The transaction's identifier, by which its outcome can be asked for after the connection was lost.
    private var transaction: String?

    init(_ address: PostgreSQLAddress, patience: Double) {
        self.address = address
        self.patience = patience
    }

    /// Connects if there is no connection. Where there was one before, the server may be starting again: it is waited for
    /// until patience ends.
    func connected() throws -> PostgreSQLConnection {
        if let connection, connection.isUsable { return connection }
        connection = nil
        let deadline = ContinuousClock.now + .seconds(hasBeenConnected ? patience : 0)
        var pause = 0.01
        while true {
            do {
                return try connect()
            } catch let failure as PostgreSQLFailure {
                guard failure.isLost, ContinuousClock.now < deadline else { throw failure.storeFailure }
                // The thread is the session's own, and nothing else waits on it.
                Thread.sleep(forTimeInterval: pause)
                pause = min(pause * 2, 0.5)
            }
        }
    }

    private func connect() throws -> PostgreSQLConnection {
        let made = try PostgreSQLConnection(address, patience: patience)
        // A commit is on the disk when it returns, whatever the server's default; who holds a lock and goes away does not
        // hold it for ever.
        try made.script(
            """
            SET lock_timeout = \(Int(patience * 1000));
            SET idle_in_transaction_session_timeout = \(Int(patience * 2000));
            SET client_min_messages = warning;
            SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
            """)
        connection = made
        hasBeenConnected = true
        return made
    }

    // MARK: Statements

    @discardableResult
    func execute(_ sql: String, _ arguments: [StoreValue]) throws -> Int {
        try current().run(sql, arguments) { _ in }
    }

    func each(_ sql: String, _ arguments: [StoreValue], _ body: (StoreRow) throws -> Void) throws {
        try current().run(sql, arguments, body)
    }

    func script(_ sql: String) throws { try current().script(sql) }

    /// The connection that the transaction is on: another one would not be in it.
    private func current() throws -> PostgreSQLConnection {
        guard let connection, connection.isUsable else {
            throw PostgreSQLFailure(sqlState: nil, message: "the connection to the server was lost")
        }
        return connection
    }

    // MARK: Transactions

    func begin() throws {
        do {
            try beginOnce()
        } catch let failure as PostgreSQLFailure where failure.isLost {
            // A connection that was idle is found broken by the first statement only.
            connection = nil
            try beginOnce()
        }
    }

    private func beginOnce() throws {
        let connection = try connected()
        let lock = try lockStatement()
        transaction = try connection.script("BEGIN; \(lock); SELECT pg_current_xact_id()::text")
    }

    /// Held until the transaction ends, in whatever process it is: writes follow one another, so that no entry of the
    /// record comes between what another read and what it writes.
    private func lockStatement() throws -> String {
        "SELECT pg_advisory_xact_lock(\(Schema.applicationID), \(try storeIdentifier()))"
    }

    func storeIdentifier() throws -> Int32 {
        if let store { return store }
        // An OID has 32 bits without sign, a lock's name 32 with one.
        guard let text = try connected().script("SELECT 'audit_entry'::regclass::oid"), let oid = UInt32(text) else {
            throw StoreFailure.damaged("there is no audit record")
        }
        let found = Int32(bitPattern: oid)
        store = found
        return found
    }

    static func channel(_ store: Int32) -> String { "symbolon_\(UInt32(bitPattern: store))" }

    /// Queries by themselves, without a transaction around them: they change nothing, and are asked again where the
    /// connection turns out to be lost.
    func lookingUp<Value>(_ work: (PostgreSQLSession) throws -> Value) throws -> Value {
        do {
            _ = try connected()
            return try work(self)
        } catch let failure as PostgreSQLFailure where failure.isLost {
            connection = nil
            _ = try connected()
            return try work(self)
        }
    }

    /// Reads see one unchanging view.
    func beginReading() throws {
        do {
            try connected().script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        } catch let failure as PostgreSQLFailure where failure.isLost {
            connection = nil
            try connected().script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        }
    }

    func commit(witness: StoredAuditEntry?) throws {
        let channel = Self.channel(try storeIdentifier())
        do {
            guard try current().command("NOTIFY \(channel); COMMIT") == "COMMIT" else {
                throw PostgreSQLFailure(sqlState: "40000", message: "the server undid the transaction")
            }
        } catch let failure as PostgreSQLFailure where failure.isLost {
            connection = nil
            guard try wasCommitted(witness, failure) else { throw failure }
        }
    }

    func rollback() {
        guard let connection, connection.isUsable, connection.isInTransaction else {
            if connection?.isUsable != true { connection = nil }
            return
        }
        do { try connection.script("ROLLBACK") } catch { self.connection = nil }
    }

    func mayTryAgain(after error: any Error) -> Bool {
        guard let failure = error as? PostgreSQLFailure else { return false }
        return failure.isLost || failure.gaveWay
    }

    /// What became of a transaction whose commit was not answered.
    ///
    /// The write lock is taken first: while the old transaction still runs on the server, it holds that lock. Then the
    /// entry that it wrote is there or is not; where it wrote none, the server is asked by its identifier.
    private func wasCommitted(_ witness: StoredAuditEntry?, _ cause: PostgreSQLFailure) throws -> Bool {
        do {
            let lost = transaction
            try beginOnce()
            defer { rollback() }
            if let witness { return try AuditTable.contains(witness, in: self) }
            guard let lost else { return false }
            let status = try current().script("SELECT pg_xact_status('\(lost)'::xid8)")
            guard status == "committed" || status == "aborted" else {
                throw StoreFailure.outcomeUnknown("\(cause.message); the server says \(status ?? "nothing") of it")
            }
            return status == "committed"
        } catch StoreFailure.outcomeUnknown(let status) {
            throw StoreFailure.outcomeUnknown(status)
        } catch {
            throw StoreFailure.outcomeUnknown("\(cause.message); then: \(StoreFailure(error).explanation)")
        }
    }
}

import CPostgreSQL
import Foundation
import SymbolonAuthority

/// One connection to a server, over libpq: statements with binary arguments and answers, prepared once each.
///
/// It is used by one thread at a time, which waits for the server in bounded time.
@safe final class PostgreSQLConnection {
    private let connection: OpaquePointer
    private var prepared: [String: String] = [:]
    /// How long one statement may take, in seconds; then the connection counts as lost. Twice what a lock is waited for, so
    /// that the server says itself that it was the lock.
    private let patience: Double
    /// A statement was given up whose answer may yet come.
    private var isGivenUp = false

    /// Connects; tries once.
    init(_ address: PostgreSQLAddress, patience: Double) throws {
        let additions = address.additions(patience: patience, environment: ProcessInfo.processInfo.environment)
        let names = additions.map(\.name) + ["dbname"]
        let values = additions.map(\.value) + [address.text]
        let made: OpaquePointer? = unsafe CStrings(names).withPointers { names in
            unsafe CStrings(values).withPointers { values in unsafe PQconnectdbParams(names, values, 1) }
        }
        guard let made = unsafe made else {
            throw PostgreSQLFailure(sqlState: nil, message: "there is no memory for a connection")
        }
        unsafe connection = unsafe made
        self.patience = patience * 2
        guard unsafe PQstatus(made) == CONNECTION_OK else { throw lost() }
        unsafe PQsetNoticeProcessor(made, { _, _ in }, nil)
    }

    deinit { unsafe PQfinish(connection) }

    // MARK: Statements

    /// Runs one prepared statement and gives its rows to `body` as they come. Returns how many rows it changed or gave.
    @discardableResult
    func run(_ sql: String, _ arguments: [StoreValue], _ body: (StoreRow) throws -> Void) throws -> Int {
        let name = try prepare(sql, arguments)
        let bound = try PostgreSQLArguments(arguments)
        let isSent = unsafe bound.withPointers { values, lengths, formats in
            unsafe PQsendQueryPrepared(connection, name, Int32(arguments.count), values, lengths, formats, 1)
        }
        guard isSent == 1 else { throw lost() }
        unsafe PQsetSingleRowMode(connection)
        return try receive(body)
    }

    /// Runs statements without arguments. Returns the first column of the last answer, as text.
    @discardableResult
    func script(_ sql: String) throws -> String? {
        guard unsafe PQsendQuery(connection, sql) == 1 else { throw lost() }
        var last: String?
        var failure: PostgreSQLFailure?
        while let result = try next() {
            switch result.status {
            case PGRES_TUPLES_OK: last = result.isEmpty ? nil : result.text(0, 0)
            case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
            default: failure = failure ?? result.failure(whole: lostMessage)
            }
        }
        if let failure { throw failure }
        return last
    }

    /// The command that the server says it has done, of statements whose outcome has two names (COMMIT, ROLLBACK).
    func command(_ sql: String) throws -> String {
        guard unsafe PQsendQuery(connection, sql) == 1 else { throw lost() }
        var command = ""
        var failure: PostgreSQLFailure?
        while let result = try next() {
            if result.status == PGRES_COMMAND_OK {
                command = result.command
            } else {
                failure = failure ?? result.failure(whole: lostMessage)
            }
        }
        if let failure { throw failure }
        return command
    }

    var isInTransaction: Bool { unsafe PQtransactionStatus(connection) != PQTRANS_IDLE }

    var isUsable: Bool { unsafe !isGivenUp && PQstatus(connection) == CONNECTION_OK }

    /// True when the server has told of a notification since the last time. Waits for nothing.
    func takeNotifications() throws -> Bool {
        guard unsafe PQconsumeInput(connection) == 1 else { throw lost() }
        var found = false
        while let notification = unsafe PQnotifies(connection) {
            found = true
            unsafe PQfreemem(notification)
        }
        return found
    }

    // MARK: Waiting

    private func prepare(_ sql: String, _ arguments: [StoreValue]) throws -> String {
        if let name = prepared[sql] { return name }
        let statement = PostgreSQLStatement(sql)
        guard statement.parameterCount == arguments.count else {
            throw StoreFailure.forbidden("\(arguments.count) arguments for \(statement.parameterCount) places")
        }
        let name = "s\(prepared.count)"
        let types = arguments.map(PostgreSQLType.of)
        let isSent = unsafe types.withUnsafeBufferPointer { types in
            unsafe PQsendPrepare(connection, name, statement.sql, Int32(types.count), types.baseAddress)
        }
        guard isSent == 1 else { throw lost() }
        try receive { _ in }
        prepared[sql] = name
        return name
    }

    /// Takes what a statement answers, to its end, also when `body` has thrown: the connection is free again after it.
    @discardableResult
    private func receive(_ body: (StoreRow) throws -> Void) throws -> Int {
        var count = 0
        var columns: [String]?
        var outcome = Result<Void, any Error>.success(())
        while let result = try next() {
            switch result.status {
            case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK:
                guard case .success = outcome else { break }
                let names = columns ?? result.columns
                columns = names
                outcome = Result {
                    for row in 0..<result.count {
                        count += 1
                        try body(StoreRow(columns: names, values: try result.values(row)))
                    }
                }
            case PGRES_COMMAND_OK:
                count = result.changed
            default:
                outcome = .failure(result.failure(whole: lostMessage))
            }
        }
        try outcome.get()
        return count
    }

    /// The next answer of the statement that was sent; `nil` after the last.
    private func next() throws -> PostgreSQLResult? {
        let deadline = ContinuousClock.now + .seconds(patience)
        while unsafe PQisBusy(connection) == 1 {
            var waiting = unsafe pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
            let left = max(0, (deadline - .now) / .milliseconds(1))
            let ready = unsafe poll(&waiting, 1, Int32(min(left.rounded(.up), 60_000)))
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else {
                isGivenUp = true
                throw PostgreSQLFailure(
                    sqlState: nil, message: "the server did not answer within \(Int(patience.rounded(.up))) seconds")
            }
            guard unsafe PQconsumeInput(connection) == 1 else { throw lost() }
        }
        return unsafe PQgetResult(connection).map { unsafe PostgreSQLResult($0) }
    }

    private var lostMessage: String { unsafe PostgreSQLFailure.oneLine(String(cString: PQerrorMessage(connection))) }

    private func lost() -> PostgreSQLFailure { PostgreSQLFailure(sqlState: nil, message: lostMessage) }
}

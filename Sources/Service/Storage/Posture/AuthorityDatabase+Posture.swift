public import Foundation
public import SymbolonAccessPolicy
public import SymbolonAdministration
public import SymbolonAudit
public import SymbolonAuthority
public import SymbolonNames

extension AuthorityDatabase: PostureStore {
    public func report(
        _ signals: Set<PostureSignal>, of subjects: Set<SPIFFEID>, until end: Date, at now: Date, by reporter: String,
        most: Int, audit: AuditAppend
    ) async throws(StoreFailure) -> UInt64? {
        try await engine.write { transaction in
            try transaction.execute("DELETE FROM posture_signal WHERE ends_at <= ?", [.time(now)])
            var newcomers = 0
            for subject in subjects {
                let isKnown = try transaction.exists(
                    "SELECT 1 FROM posture_signal WHERE subject = ? LIMIT 1", [.text(subject.description)])
                if !isKnown { newcomers += 1 }
            }
            if newcomers > 0 {
                let known = try transaction.row("SELECT count(DISTINCT subject) AS known FROM posture_signal")
                guard Int(try known?.integer("known") ?? 0) + newcomers <= most else { return nil }
            }
            for subject in subjects {
                for signal in signals {
                    try transaction.execute(
                        """
                        INSERT INTO posture_signal
                            (subject, signal, ends_at, withdrawn, reported_at, reported_by, change)
                        VALUES (?, ?, ?, 0, ?, ?, (SELECT value + 1 FROM change_counter))
                        ON CONFLICT (subject, signal) DO UPDATE SET ends_at = excluded.ends_at, withdrawn = 0,
                            reported_at = excluded.reported_at, reported_by = excluded.reported_by,
                            change = excluded.change
                        """,
                        [
                            .text(subject.description), .text(signal.description), .time(end), .time(now),
                            .text(reporter),
                        ])
                }
            }
            return try Self.told(audit, in: transaction)
        }
    }

    public func withdraw(
        _ signals: Set<PostureSignal>, of subjects: Set<SPIFFEID>, at now: Date, by reporter: String, audit: AuditAppend
    ) async throws(StoreFailure) -> UInt64? {
        try await engine.write { transaction in
            var count = 0
            for subject in subjects {
                for signal in signals {
                    count += try transaction.execute(
                        """
                        UPDATE posture_signal SET withdrawn = 1, reported_at = ?, reported_by = ?,
                            change = (SELECT value + 1 FROM change_counter)
                            WHERE subject = ? AND signal = ? AND withdrawn = 0 AND ends_at > ?
                        """,
                        [
                            .time(now), .text(reporter), .text(subject.description), .text(signal.description),
                            .time(now),
                        ])
                }
            }
            guard count > 0 else { return nil }
            return try Self.told(audit, in: transaction)
        }
    }

    /// Ends are told by the next value of the counter, which the rows have already.
    private static func told(_ audit: AuditAppend, in transaction: StoreTransaction) throws -> UInt64 {
        try countChange(in: transaction)
        try transaction.append(audit)
        return try changeCounter(in: transaction)
    }

    public func posture(since changeCounter: UInt64?) async throws(StoreFailure) -> [PostureRecord] {
        try await engine.read { session in
            var records: [PostureRecord] = []
            try session.each(
                """
                SELECT subject, signal, ends_at, withdrawn, reported_at, reported_by FROM posture_signal
                    WHERE change > ? ORDER BY subject, signal
                """, [.integer(Int64(clamping: changeCounter ?? 0))]
            ) { records.append(try Self.record($0)) }
            return records
        }
    }

    private static func record(_ row: StoreRow) throws -> PostureRecord {
        guard let signal = PostureSignal(try row.text("signal")) else {
            throw StoreFailure.damaged("a signal of a machine is no word")
        }
        let text = try row.text("subject")
        let subject: SPIFFEID
        do throws(NameFailure) {
            subject = try SPIFFEID(text)
        } catch {
            throw StoreFailure.damaged("whom a signal is about: \(error.explanation)")
        }
        return PostureRecord(
            subject: subject, signal: signal, end: try row.time("ends_at"),
            isWithdrawn: try row.integer("withdrawn") != 0, at: try row.time("reported_at"),
            reportedBy: try row.text("reported_by"))
    }

    // MARK: Who may report

    public func reporters() async throws(StoreFailure) -> [PostureReporter] {
        try await engine.read { session in
            try session.rows("SELECT * FROM posture_reporter ORDER BY identity").map(Self.reporter)
        }
    }

    public func reporter(_ identity: String) async throws(StoreFailure) -> PostureReporter? {
        try await engine.lookUp { session in
            try session.row("SELECT * FROM posture_reporter WHERE identity = ?", [.text(identity)]).map(Self.reporter)
        }
    }

    private static func reporter(_ row: StoreRow) throws -> PostureReporter {
        PostureReporter(
            identity: try row.text("identity"), signals: try StoredJSON.texts(try row.text("signals")),
            subjects: try StoredJSON.texts(try row.text("subjects")), since: try row.time("since"),
            addedBy: try row.text("added_by"))
    }

    public func put(_ reporter: PostureReporter, audit: AuditAppend) async throws(StoreFailure) {
        try await engine.write { transaction in
            try transaction.execute(
                """
                INSERT INTO posture_reporter (identity, signals, subjects, since, added_by) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (identity) DO UPDATE SET signals = excluded.signals, subjects = excluded.subjects,
                    since = excluded.since, added_by = excluded.added_by
                """,
                [
                    .text(reporter.identity), .text(StoredJSON.text(reporter.signals)),
                    .text(StoredJSON.text(reporter.subjects)), .time(reporter.since), .text(reporter.addedBy),
                ])
            try transaction.append(audit)
        }
    }

    public func removeReporter(_ identity: String, audit: AuditAppend) async throws(StoreFailure) -> Bool {
        try await engine.write { transaction in
            let gone = try transaction.execute(
                "DELETE FROM posture_reporter WHERE identity = ?", [.text(identity)])
            guard gone > 0 else { return false }
            try transaction.append(audit)
            return true
        }
    }
}

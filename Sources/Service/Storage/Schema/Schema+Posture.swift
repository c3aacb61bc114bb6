extension Schema {
    /// What reporters say of machines, with the change counter after which ends hear of it, and who may report. What was
    /// withdrawn stays until it would have lapsed, so that an end which was away hears of that too.
    static let posture = SchemaPart { dialect in
        """
        CREATE TABLE posture_signal (
            subject TEXT NOT NULL CHECK (subject LIKE 'spiffe://_%/_%' AND length(subject) <= 2048),
            signal TEXT NOT NULL CHECK (\(dialect.isText("signal")) AND length(signal) <= 64),
            ends_at \(dialect.integer) NOT NULL,
            withdrawn \(dialect.integer) NOT NULL CHECK (withdrawn IN (0, 1)),
            reported_at \(dialect.integer) NOT NULL,
            reported_by TEXT NOT NULL CHECK (\(dialect.isText("reported_by"))),
            change \(dialect.integer) NOT NULL CHECK (change > 0),
            PRIMARY KEY (subject, signal),
            CHECK (ends_at <= reported_at + 86400000)
        )\(dialect.strict);
        CREATE INDEX posture_signal_change ON posture_signal (change);
        CREATE INDEX posture_signal_end ON posture_signal (ends_at);
        \(dialect.refuse("posture_signal_forward", "UPDATE", on: "posture_signal",
            when: "NEW.subject <> OLD.subject OR NEW.signal <> OLD.signal OR NEW.change <= OLD.change",
            saying: "what is said of a machine is said by another change"))

        CREATE TABLE posture_reporter (
            identity TEXT PRIMARY KEY CHECK (identity LIKE 'spiffe://_%/_%' AND length(identity) <= 2048),
            signals TEXT NOT NULL CHECK (\(dialect.isText("signals"))),
            subjects TEXT NOT NULL CHECK (\(dialect.isText("subjects"))),
            since \(dialect.integer) NOT NULL,
            added_by TEXT NOT NULL CHECK (\(dialect.isText("added_by")))
        )\(dialect.strict);
        """
    }
}

extension Schema {
    /// Who has heard what. In PostgreSQL without a log of its own: what a crash takes, ends say again.
    static let version7 = SchemaPart { dialect in
        """
        CREATE \(dialect.unlogged)TABLE end_standing (
            identity TEXT NOT NULL CHECK (\(dialect.isText("identity"))),
            end_id \(dialect.octets) NOT NULL CHECK (length(end_id) = 16),
            certificate \(dialect.octets) CHECK (length(certificate) BETWEEN 1 AND 20),
            kind TEXT NOT NULL CHECK (kind IN ('ends', 'authority')),
            name TEXT NOT NULL CHECK (\(dialect.isText("name")) AND length(name) <= 256),
            promise \(dialect.integer) NOT NULL CHECK (promise BETWEEN 1 AND 3600000),
            confirmed \(dialect.integer) NOT NULL CHECK (confirmed >= 0),
            confirmed_at \(dialect.integer) NOT NULL CHECK (confirmed_at <= heard_at),
            heard_at \(dialect.integer) NOT NULL,
            live \(dialect.integer) NOT NULL CHECK (live >= 0),
            connections TEXT NOT NULL,
            PRIMARY KEY (identity, end_id)
        )\(dialect.strict);
        \(dialect.refuse("end_standing_made", "INSERT", on: "end_standing",
            when: "NEW.confirmed > (SELECT value FROM change_counter)", saying: "there is no such version yet"))
        \(dialect.refuse("end_standing_changed", "UPDATE", on: "end_standing",
            when: "NEW.confirmed > (SELECT value FROM change_counter)", saying: "there is no such version yet"))
        """
    }
}

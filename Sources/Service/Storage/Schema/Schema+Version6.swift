extension Schema {
    /// For each issuer the complete revocation filter and its update, each replaced by a later one, never by an earlier.
    static let version6 = SchemaPart { dialect in
        """
        CREATE TABLE revocation_filter (
            issuer_key \(dialect.octets) NOT NULL CHECK (length(issuer_key) = 32),
            kind TEXT NOT NULL CHECK (kind IN ('complete', 'update')),
            number \(dialect.integer) NOT NULL CHECK (number > 0),
            base_number \(dialect.integer) NOT NULL CHECK (base_number > 0 AND base_number <= number
                AND (kind = 'update' OR base_number = number)),
            change_counter \(dialect.integer) NOT NULL CHECK (change_counter >= 0),
            this_update \(dialect.integer) NOT NULL,
            next_update \(dialect.integer) NOT NULL CHECK (next_update > this_update),
            covers \(dialect.integer) NOT NULL CHECK (covers <= this_update),
            certificates \(dialect.integer) NOT NULL CHECK (certificates >= 0),
            filter \(dialect.octets) NOT NULL CHECK (length(filter) > 0),
            PRIMARY KEY (issuer_key, kind)
        )\(dialect.strict);
        \(dialect.refuseReplacing("revocation_filter", "issuer_key = NEW.issuer_key AND kind = NEW.kind"))
        \(dialect.refuse(
            "revocation_filter_kept", "DELETE", on: "revocation_filter", saying: "a filter is replaced, never deleted"))
        \(dialect.refuse("revocation_filter_forward", "UPDATE", on: "revocation_filter",
            when: """
                NEW.issuer_key <> OLD.issuer_key OR NEW.kind <> OLD.kind OR NEW.number <= OLD.number
                    OR NEW.this_update < OLD.this_update OR NEW.change_counter < OLD.change_counter
                    OR NEW.covers < OLD.covers OR NEW.base_number < OLD.base_number
                """, saying: "a filter is never older than the last"))
        """
    }
}

extension Schema {
    /// What revocation lists are made from, and the lists themselves.
    static let version4 = SchemaPart([changes, lists])

    /// Each revocation says at which value of the change counter it came, so that a delta list knows what is new; a hold
    /// can be lifted, and becomes issued again; a reason is raised to keyCompromise (1), or a hold (6) to any other, and the
    /// date stays.
    private static let changes = SchemaPart { dialect in
        """
        ALTER TABLE certificate ADD COLUMN invalid_since \(dialect.integer);
        ALTER TABLE certificate ADD COLUMN released_at \(dialect.integer);
        ALTER TABLE certificate ADD COLUMN revocation_change \(dialect.integer) CHECK (revocation_change > 0);
        DROP INDEX certificate_revoked;
        CREATE INDEX certificate_revoked ON certificate (issuer_key, serial, revocation_reason, revoked_at, invalid_since,
            not_after, revocation_change) WHERE revoked_at IS NOT NULL;
        CREATE INDEX certificate_changed ON certificate (issuer_key, revocation_change)
            WHERE revocation_change IS NOT NULL;
        CREATE INDEX certificate_key ON certificate (public_key);
        DROP INDEX certificate_compromised;
        \(dialect.drop("certificate_forward", on: "certificate"))
        \(dialect.refuse("certificate_forward", "UPDATE", on: "certificate",
            when: """
                NOT ((OLD.state = 'intended' AND NEW.state IN ('issued', 'abandoned', 'revoked'))
                    OR (OLD.state IN ('issued', 'abandoned') AND NEW.state = 'revoked')
                    OR (OLD.state = 'revoked' AND NEW.state = 'revoked' AND NEW.revoked_at = OLD.revoked_at
                        AND NEW.revocation_reason <> OLD.revocation_reason
                        AND (OLD.revocation_reason = 6 OR NEW.revocation_reason = 1))
                    OR (OLD.state = 'revoked' AND OLD.revocation_reason = 6 AND NEW.state = 'issued'
                        AND NEW.revocation_reason IS NULL AND NEW.released_at IS NOT NULL))
                """, saying: "a certificate only moves forward"))
        \(dialect.refuse("certificate_hold", "UPDATE", on: "certificate",
            when: "NEW.revocation_reason = 6 AND (OLD.state <> 'issued' OR NEW.state <> 'revoked')",
            saying: "only what was issued is put on hold"))
        \(dialect.refuse("certificate_change", "UPDATE", on: "certificate",
            when: """
                (NEW.revocation_reason IS DISTINCT FROM OLD.revocation_reason
                    OR NEW.revocation_change IS DISTINCT FROM OLD.revocation_change)
                AND (NEW.revocation_change IS NULL
                    OR NEW.revocation_change <> (SELECT value + 1 FROM change_counter))
                """, saying: "a revocation is of the next change"))
        """
    }

    /// One list for each issuer, scope (-1: all; else the shard) and kind. `replaced` by a later one, never by an earlier.
    private static let lists = SchemaPart { dialect in
        """
        CREATE TABLE revocation_list (
            issuer_key \(dialect.octets) NOT NULL CHECK (length(issuer_key) = 32),
            scope \(dialect.integer) NOT NULL CHECK (scope BETWEEN -1 AND 63),
            kind TEXT NOT NULL CHECK (kind IN ('complete', 'delta')),
            number \(dialect.integer) NOT NULL CHECK (number > 0),
            change_counter \(dialect.integer) NOT NULL CHECK (change_counter >= 0),
            this_update \(dialect.integer) NOT NULL,
            next_update \(dialect.integer) NOT NULL CHECK (next_update > this_update),
            entries \(dialect.integer) NOT NULL CHECK (entries >= 0),
            base_number \(dialect.integer) NOT NULL CHECK (base_number > 0 AND base_number <= number),
            base_change_counter \(dialect.integer) NOT NULL CHECK (base_change_counter >= 0),
            base_this_update \(dialect.integer) NOT NULL,
            list \(dialect.octets) NOT NULL CHECK (length(list) > 0),
            PRIMARY KEY (issuer_key, scope, kind)
        )\(dialect.strict);
        \(dialect.refuseReplacing(
            "revocation_list", "issuer_key = NEW.issuer_key AND scope = NEW.scope AND kind = NEW.kind"))
        \(dialect.refuse("revocation_list_kept", "DELETE", on: "revocation_list", saying: "a list is replaced, never deleted"))
        \(dialect.refuse("revocation_list_forward", "UPDATE", on: "revocation_list",
            when: """
                NEW.issuer_key <> OLD.issuer_key OR NEW.scope <> OLD.scope OR NEW.kind <> OLD.kind
                    OR NEW.number <= OLD.number OR NEW.this_update < OLD.this_update
                    OR NEW.change_counter < OLD.change_counter OR NEW.base_number < OLD.base_number
                """, saying: "a list is never older than the last"))
        """
    }
}

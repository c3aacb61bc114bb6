extension Schema {
    static let version1 = SchemaPart(sqlite: version1SQLite, postgreSQL: version1PostgreSQL(.postgreSQL))

    /// The same tables and invariants as in a file. PostgreSQL's texts cannot hold a NUL, and nothing there replaces a row
    /// without saying so, but a whole table can be emptied at once, which is refused too.
    private static func version1PostgreSQL(_ dialect: SchemaDialect) -> String {
        """
        CREATE TABLE authority (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            configuration TEXT NOT NULL CHECK (configuration LIKE '{%}'),
            root_certificate BYTEA NOT NULL CHECK (length(root_certificate) > 0),
            issuing_certificate BYTEA NOT NULL CHECK (length(issuing_certificate) > 0),
            audit_key BYTEA NOT NULL CHECK (length(audit_key) > 0),
            created_at BIGINT NOT NULL
        );
        \(dialect.refuse("authority_kept", "DELETE", on: "authority", saying: "an authority is never deleted"))
        \(dialect.refuse("authority_fixed", "UPDATE", on: "authority", saying: "an authority is never changed"))

        CREATE TABLE certificate (
            id \(dialect.rowNumber),
            serial BYTEA NOT NULL UNIQUE
                CHECK (length(serial) BETWEEN 1 AND 20 AND substr(serial, 1, 1) <> '\\x00'::bytea),
            issuer_key BYTEA NOT NULL CHECK (length(issuer_key) = 32),
            profile TEXT NOT NULL CHECK (length(profile) > 0),
            identity TEXT NOT NULL CHECK (length(identity) > 0),
            names TEXT NOT NULL CHECK (names LIKE '[%]'),
            public_key BYTEA NOT NULL CHECK (length(public_key) = 32),
            not_before BIGINT NOT NULL,
            not_after BIGINT NOT NULL CHECK (not_after >= not_before),
            tbs BYTEA NOT NULL CHECK (length(tbs) > 0),
            actor TEXT NOT NULL,
            intended_at BIGINT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('intended', 'issued', 'abandoned', 'revoked')),
            certificate BYTEA CHECK (length(certificate) > 0),
            issued_at BIGINT,
            abandoned_because TEXT,
            abandoned_at BIGINT,
            revocation_reason BIGINT CHECK (revocation_reason BETWEEN 0 AND 10 AND revocation_reason NOT IN (7, 8)),
            revoked_at BIGINT,
            CHECK ((certificate IS NULL) = (issued_at IS NULL)),
            CHECK ((abandoned_because IS NULL) = (abandoned_at IS NULL)),
            CHECK ((revocation_reason IS NULL) = (revoked_at IS NULL)),
            CHECK (issued_at IS NULL OR abandoned_at IS NULL),
            CHECK (CASE state
                WHEN 'intended' THEN issued_at IS NULL AND abandoned_at IS NULL AND revoked_at IS NULL
                WHEN 'issued' THEN issued_at IS NOT NULL AND revoked_at IS NULL
                WHEN 'abandoned' THEN abandoned_at IS NOT NULL AND revoked_at IS NULL
                ELSE revoked_at IS NOT NULL END)
        );
        CREATE INDEX certificate_identity ON certificate (identity, id);
        CREATE INDEX certificate_unfinished ON certificate (id) WHERE state = 'intended';
        CREATE INDEX certificate_revoked ON certificate (issuer_key, serial, revocation_reason, revoked_at)
            WHERE revoked_at IS NOT NULL;
        CREATE INDEX certificate_compromised ON certificate (public_key) WHERE revocation_reason = 1;
        \(dialect.refuse("certificate_begins", "INSERT", on: "certificate", when: "NEW.state <> 'intended'",
            saying: "a certificate begins as an intent"))
        \(dialect.refuse("certificate_kept", "DELETE", on: "certificate", saying: "a certificate is never deleted"))
        \(dialect.refuse("certificate_intent_fixed", "UPDATE OF id, serial, issuer_key, profile, identity, names, "
            + "public_key, not_before, not_after, tbs, actor, intended_at", on: "certificate",
            saying: "an intent is never changed"))
        \(dialect.refuse("certificate_forward", "UPDATE", on: "certificate",
            when: """
                NOT ((OLD.state = 'intended' AND NEW.state IN ('issued', 'abandoned', 'revoked'))
                    OR (OLD.state IN ('issued', 'abandoned') AND NEW.state = 'revoked'))
                """, saying: "a certificate only moves forward"))
        \(dialect.refuse("certificate_outcome_fixed", "UPDATE", on: "certificate",
            when: """
                OLD.state <> 'intended' AND (NEW.certificate IS DISTINCT FROM OLD.certificate
                    OR NEW.issued_at IS DISTINCT FROM OLD.issued_at
                    OR NEW.abandoned_because IS DISTINCT FROM OLD.abandoned_because
                    OR NEW.abandoned_at IS DISTINCT FROM OLD.abandoned_at)
                """, saying: "what became of an intent is never changed"))

        CREATE TABLE change_counter (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            value BIGINT NOT NULL CHECK (value >= 0)
        );
        INSERT INTO change_counter (id, value) VALUES (1, 0);
        \(dialect.refuse("change_counter_kept", "DELETE", on: "change_counter",
            saying: "the change counter is never deleted"))
        \(dialect.refuse("change_counter_forward", "UPDATE", on: "change_counter",
            when: "NEW.id <> OLD.id OR NEW.value <> OLD.value + 1", saying: "the change counter goes up by one"))

        CREATE TABLE blocked_key (
            key BYTEA PRIMARY KEY CHECK (length(key) = 32),
            because TEXT NOT NULL
        );
        \(dialect.refuse("blocked_key_kept", "DELETE", on: "blocked_key", saying: "a key is blocked for good"))
        \(dialect.refuse("blocked_key_fixed", "UPDATE", on: "blocked_key", saying: "a key is blocked for good"))

        CREATE TABLE audit_entry (
            sequence BIGINT PRIMARY KEY,
            previous BYTEA NOT NULL CHECK (length(previous) = 32),
            event BYTEA NOT NULL CHECK (length(event) > 0),
            hash BYTEA NOT NULL UNIQUE CHECK (length(hash) = 32)
        );
        \(dialect.refuse("audit_entry_next", "INSERT", on: "audit_entry",
            when: """
                NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM audit_entry)
                    OR NEW.previous <> coalesce((SELECT hash FROM audit_entry ORDER BY sequence DESC LIMIT 1),
                        decode(repeat('00', 32), 'hex'))
                """, saying: "an audit entry follows the last one"))
        \(dialect.refuse("audit_entry_kept", "DELETE", on: "audit_entry", saying: "an audit entry is never deleted"))
        \(dialect.refuse("audit_entry_fixed", "UPDATE", on: "audit_entry", saying: "an audit entry is never changed"))

        CREATE TABLE audit_head (
            id BIGINT PRIMARY KEY CHECK (id = 1),
            count BIGINT NOT NULL REFERENCES audit_entry (sequence),
            hash BYTEA NOT NULL CHECK (length(hash) = 32),
            signature BYTEA NOT NULL CHECK (length(signature) = 64)
        );
        \(dialect.refuse("audit_head_kept", "DELETE", on: "audit_head", saying: "the audit head is never deleted"))
        \(dialect.refuse("audit_head_forward", "UPDATE", on: "audit_head",
            when: "NEW.id <> OLD.id OR NEW.count <= OLD.count", saying: "the audit head only moves forward"))

        CREATE TABLE endpoint (
            service TEXT PRIMARY KEY CHECK (length(service) > 0),
            address TEXT NOT NULL CHECK (length(address) > 0),
            updated_at BIGINT NOT NULL
        );
        """
    }
}

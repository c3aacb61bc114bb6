extension Schema {
    /// The first schema. It holds the invariants itself, for the rows outlive the code that wrote them.
    ///
    /// `INSERT OR REPLACE` deletes without a deletion's triggers, so each table that keeps its rows also refuses,
    /// before the insertion, a row that would take another's place.
    ///
    /// Times are whole milliseconds since 1970-01-01T00:00:00Z; keys are SHA-256 over SubjectPublicKeyInfo;
    /// certificates DER. No text holds a NUL, at which SQLite's readers would cut it off. JSON is checked by its
    /// brackets only: with `trusted_schema` off, SQLite allows its JSON functions in no constraint.
    static let version1SQLite = """
        CREATE TABLE authority (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            configuration TEXT NOT NULL CHECK (configuration LIKE '{%}'),
            root_certificate BLOB NOT NULL CHECK (length(root_certificate) > 0),
            issuing_certificate BLOB NOT NULL CHECK (length(issuing_certificate) > 0),
            audit_key BLOB NOT NULL CHECK (length(audit_key) > 0),
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TRIGGER authority_once BEFORE INSERT ON authority WHEN EXISTS (SELECT 1 FROM authority)
            BEGIN SELECT RAISE(ABORT, 'a store has one authority'); END;
        CREATE TRIGGER authority_kept BEFORE DELETE ON authority
            BEGIN SELECT RAISE(ABORT, 'an authority is never deleted'); END;
        CREATE TRIGGER authority_fixed BEFORE UPDATE ON authority
            BEGIN SELECT RAISE(ABORT, 'an authority is never changed'); END;

        CREATE TABLE certificate (
            id INTEGER PRIMARY KEY,
            serial BLOB NOT NULL UNIQUE CHECK (length(serial) BETWEEN 1 AND 20 AND substr(serial, 1, 1) <> x'00'),
            issuer_key BLOB NOT NULL CHECK (length(issuer_key) = 32),
            profile TEXT NOT NULL CHECK (length(profile) > 0 AND instr(profile, char(0)) = 0),
            identity TEXT NOT NULL CHECK (length(identity) > 0 AND instr(identity, char(0)) = 0),
            names TEXT NOT NULL CHECK (names LIKE '[%]'),
            public_key BLOB NOT NULL CHECK (length(public_key) = 32),
            not_before INTEGER NOT NULL,
            not_after INTEGER NOT NULL CHECK (not_after >= not_before),
            tbs BLOB NOT NULL CHECK (length(tbs) > 0),
            actor TEXT NOT NULL CHECK (instr(actor, char(0)) = 0),
            intended_at INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('intended', 'issued', 'abandoned', 'revoked')),
            certificate BLOB CHECK (length(certificate) > 0),
            issued_at INTEGER,
            abandoned_because TEXT CHECK (instr(abandoned_because, char(0)) = 0),
            abandoned_at INTEGER,
            revocation_reason INTEGER CHECK (revocation_reason BETWEEN 0 AND 10 AND revocation_reason NOT IN (7, 8)),
            revoked_at INTEGER,
            CHECK ((certificate IS NULL) = (issued_at IS NULL)),
            CHECK ((abandoned_because IS NULL) = (abandoned_at IS NULL)),
            CHECK ((revocation_reason IS NULL) = (revoked_at IS NULL)),
            CHECK (issued_at IS NULL OR abandoned_at IS NULL),
            CHECK (CASE state
                WHEN 'intended' THEN issued_at IS NULL AND abandoned_at IS NULL AND revoked_at IS NULL
                WHEN 'issued' THEN issued_at IS NOT NULL AND revoked_at IS NULL
                WHEN 'abandoned' THEN abandoned_at IS NOT NULL AND revoked_at IS NULL
                ELSE revoked_at IS NOT NULL END)
        ) STRICT;
        CREATE INDEX certificate_identity ON certificate (identity, id);
        CREATE INDEX certificate_unfinished ON certificate (id) WHERE state = 'intended';
        CREATE INDEX certificate_revoked ON certificate (issuer_key, serial, revocation_reason, revoked_at)
            WHERE revoked_at IS NOT NULL;
        CREATE INDEX certificate_compromised ON certificate (public_key) WHERE revocation_reason = 1;
        CREATE TRIGGER certificate_begins BEFORE INSERT ON certificate WHEN NEW.state <> 'intended'
            BEGIN SELECT RAISE(ABORT, 'a certificate begins as an intent'); END;
        CREATE TRIGGER certificate_once BEFORE INSERT ON certificate
            WHEN EXISTS (SELECT 1 FROM certificate WHERE serial = NEW.serial OR id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'a serial number is used once'); END;
        CREATE TRIGGER certificate_kept BEFORE DELETE ON certificate
            BEGIN SELECT RAISE(ABORT, 'a certificate is never deleted'); END;
        CREATE TRIGGER certificate_intent_fixed BEFORE UPDATE OF id, serial, issuer_key, profile, identity, names,
            public_key, not_before, not_after, tbs, actor, intended_at ON certificate
            BEGIN SELECT RAISE(ABORT, 'an intent is never changed'); END;
        CREATE TRIGGER certificate_forward BEFORE UPDATE ON certificate
            WHEN NOT ((OLD.state = 'intended' AND NEW.state IN ('issued', 'abandoned', 'revoked'))
                OR (OLD.state IN ('issued', 'abandoned') AND NEW.state = 'revoked'))
            BEGIN SELECT RAISE(ABORT, 'a certificate only moves forward'); END;
        CREATE TRIGGER certificate_outcome_fixed BEFORE UPDATE ON certificate
            WHEN OLD.state <> 'intended' AND (NEW.certificate IS NOT OLD.certificate
                OR NEW.issued_at IS NOT OLD.issued_at OR NEW.abandoned_because IS NOT OLD.abandoned_because
                OR NEW.abandoned_at IS NOT OLD.abandoned_at)
            BEGIN SELECT RAISE(ABORT, 'what became of an intent is never changed'); END;

        CREATE TABLE change_counter (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            value INTEGER NOT NULL CHECK (value >= 0)
        ) STRICT;
        INSERT INTO change_counter (id, value) VALUES (1, 0);
        CREATE TRIGGER change_counter_once BEFORE INSERT ON change_counter
            BEGIN SELECT RAISE(ABORT, 'there is one change counter'); END;
        CREATE TRIGGER change_counter_kept BEFORE DELETE ON change_counter
            BEGIN SELECT RAISE(ABORT, 'the change counter is never deleted'); END;
        CREATE TRIGGER change_counter_forward BEFORE UPDATE ON change_counter WHEN NEW.value <> OLD.value + 1
            BEGIN SELECT RAISE(ABORT, 'the change counter goes up by one'); END;

        CREATE TABLE blocked_key (
            key BLOB PRIMARY KEY CHECK (length(key) = 32),
            because TEXT NOT NULL CHECK (instr(because, char(0)) = 0)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER blocked_key_once BEFORE INSERT ON blocked_key
            WHEN EXISTS (SELECT 1 FROM blocked_key WHERE key = NEW.key)
            BEGIN SELECT RAISE(ABORT, 'a key is blocked once'); END;
        CREATE TRIGGER blocked_key_kept BEFORE DELETE ON blocked_key
            BEGIN SELECT RAISE(ABORT, 'a key is blocked for good'); END;
        CREATE TRIGGER blocked_key_fixed BEFORE UPDATE ON blocked_key
            BEGIN SELECT RAISE(ABORT, 'a key is blocked for good'); END;

        CREATE TABLE audit_entry (
            sequence INTEGER PRIMARY KEY,
            previous BLOB NOT NULL CHECK (length(previous) = 32),
            event BLOB NOT NULL CHECK (length(event) > 0),
            hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)
        ) STRICT;
        CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry
            WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM audit_entry)
                OR NEW.previous <> coalesce((SELECT hash FROM audit_entry ORDER BY sequence DESC LIMIT 1), zeroblob(32))
                OR EXISTS (SELECT 1 FROM audit_entry WHERE hash = NEW.hash)
            BEGIN SELECT RAISE(ABORT, 'an audit entry follows the last one'); END;
        CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry
            BEGIN SELECT RAISE(ABORT, 'an audit entry is never deleted'); END;
        CREATE TRIGGER audit_entry_fixed BEFORE UPDATE ON audit_entry
            BEGIN SELECT RAISE(ABORT, 'an audit entry is never changed'); END;

        CREATE TABLE audit_head (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            count INTEGER NOT NULL REFERENCES audit_entry (sequence),
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            signature BLOB NOT NULL CHECK (length(signature) = 64)
        ) STRICT;
        CREATE TRIGGER audit_head_next BEFORE INSERT ON audit_head
            WHEN NEW.count <= (SELECT max(count) FROM audit_head)
            BEGIN SELECT RAISE(ABORT, 'the audit head only moves forward'); END;
        CREATE TRIGGER audit_head_kept BEFORE DELETE ON audit_head
            BEGIN SELECT RAISE(ABORT, 'the audit head is never deleted'); END;
        CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head WHEN NEW.count <= OLD.count
            BEGIN SELECT RAISE(ABORT, 'the audit head only moves forward'); END;

        CREATE TABLE endpoint (
            service TEXT PRIMARY KEY CHECK (length(service) > 0),
            address TEXT NOT NULL CHECK (length(address) > 0),
            updated_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}

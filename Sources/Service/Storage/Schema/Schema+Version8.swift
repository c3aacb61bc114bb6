extension Schema {
    /// An authority's own certificates, and which certificate each of its holders' took the place of. The first root and issuing authority are those of the store's one authority; their keys
    /// are noted when a second one comes, since SQL cannot read a certificate.
    ///
    /// Of each role one is active, but for the moment between two steps of one transaction.
    static let version8 = SchemaPart { dialect in
        """
        ALTER TABLE certificate ADD COLUMN replaces \(dialect.octets) CHECK (length(replaces) BETWEEN 1 AND 20);
        CREATE INDEX certificate_replaces ON certificate (replaces) WHERE replaces IS NOT NULL;
        \(dialect.refuse("certificate_replaces_fixed", "UPDATE OF replaces", on: "certificate",
            saying: "an intent is never changed"))

        CREATE TABLE issuer (
            id \(dialect.rowNumber),
            role TEXT NOT NULL CHECK (role IN ('root', 'issuing')),
            key \(dialect.octets) UNIQUE CHECK (length(key) = 32),
            certificate \(dialect.octets) NOT NULL UNIQUE CHECK (length(certificate) > 0),
            root \(dialect.integer) REFERENCES issuer (id),
            link \(dialect.octets) CHECK (length(link) > 0),
            state TEXT NOT NULL CHECK (state IN ('prepared', 'active', 'superseded', 'retired')),
            since \(dialect.integer) NOT NULL,
            change_counter \(dialect.integer) NOT NULL CHECK (change_counter >= 0),
            revocation_reason \(dialect.integer) CHECK (revocation_reason IN (0, 1, 2, 3, 4, 5, 9, 10)),
            revoked_at \(dialect.integer),
            replacement_begun \(dialect.integer),
            replace_by \(dialect.integer) CHECK (replace_by >= replacement_begun),
            CHECK ((role = 'root') = (root IS NULL)),
            CHECK ((revocation_reason IS NULL) = (revoked_at IS NULL)),
            CHECK (revoked_at IS NULL OR (role = 'issuing' AND state = 'retired')),
            CHECK ((replacement_begun IS NULL) = (replace_by IS NULL)),
            CHECK (replace_by IS NULL OR state IN ('superseded', 'retired'))
        )\(dialect.strict);
        CREATE UNIQUE INDEX issuer_active ON issuer (role) WHERE state = 'active';
        INSERT INTO issuer (role, certificate, state, since, change_counter)
            SELECT 'root', root_certificate, 'active', created_at, 0 FROM authority;
        INSERT INTO issuer (role, certificate, root, state, since, change_counter)
            SELECT 'issuing', issuing_certificate, (SELECT id FROM issuer WHERE role = 'root'), 'active', created_at, 0
            FROM authority;
        \(dialect.refuseReplacing("issuer", """
            id = NEW.id OR certificate = NEW.certificate OR key = NEW.key
                OR (role = NEW.role AND state = 'active' AND NEW.state = 'active')
            """))
        \(dialect.refuse("issuer_begins", "INSERT", on: "issuer",
            when: """
                NEW.state NOT IN ('prepared', 'active') OR NEW.revoked_at IS NOT NULL
                    OR (NEW.state = 'active' AND EXISTS (SELECT 1 FROM issuer WHERE role = NEW.role))
                    OR (NEW.root IS NOT NULL AND NOT EXISTS
                        (SELECT 1 FROM issuer WHERE id = NEW.root AND role = 'root' AND state <> 'retired'))
                """, saying: "an issuer begins prepared, below a root that is believed"))
        \(dialect.refuse("issuer_kept", "DELETE", on: "issuer", saying: "an issuer is never deleted"))
        \(dialect.refuse("issuer_fixed", "UPDATE OF id, role, certificate, root, link", on: "issuer",
            saying: "an issuer is never changed"))
        \(dialect.refuse("issuer_key_fixed", "UPDATE OF key", on: "issuer",
            when: "OLD.key IS NOT NULL AND NEW.key IS DISTINCT FROM OLD.key", saying: "an issuer keeps its key"))
        \(dialect.refuse("issuer_forward", "UPDATE OF state", on: "issuer",
            when: """
                NOT (NEW.state = OLD.state AND OLD.state = 'superseded'
                    OR OLD.state = 'prepared' AND NEW.state IN ('active', 'retired')
                    OR OLD.state = 'active' AND NEW.state = 'superseded'
                    OR OLD.state = 'superseded' AND NEW.state = 'retired'
                    OR OLD.state = 'superseded' AND NEW.state = 'active' AND OLD.replace_by IS NULL)
                """, saying: "an issuer only moves forward"))
        \(dialect.refuse("issuer_below_active", "UPDATE OF state", on: "issuer",
            when: """
                NEW.role = 'issuing' AND NEW.state = 'active'
                    AND NOT EXISTS (SELECT 1 FROM issuer WHERE id = NEW.root AND state = 'active')
                """, saying: "the active issuing authority is below the active root"))
        \(dialect.refuse("issuer_root_last", "UPDATE OF state", on: "issuer",
            when: """
                NEW.role = 'root' AND NEW.state = 'retired'
                    AND EXISTS (SELECT 1 FROM issuer WHERE root = NEW.id AND state <> 'retired')
                """, saying: "a root is retired after what is below it"))
        \(dialect.refuse("issuer_revoked_fixed", "UPDATE OF revocation_reason, revoked_at", on: "issuer",
            when: """
                OLD.revoked_at IS NOT NULL AND (NEW.revoked_at IS DISTINCT FROM OLD.revoked_at
                    OR NEW.revocation_reason IS DISTINCT FROM OLD.revocation_reason)
                """, saying: "what a root took back it never gives again"))
        \(dialect.refuse("certificate_issuer", "INSERT", on: "certificate",
            when: "EXISTS (SELECT 1 FROM issuer WHERE key = NEW.issuer_key AND state <> 'active')",
            saying: "only the active issuing authority issues"))
        """
    }
}

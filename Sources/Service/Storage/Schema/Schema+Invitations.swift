extension Schema {
    /// Invitations by number, and the other authorities that are believed.
    ///
    /// An invitation's row is replaced by its next form, one revision after the other; what is finished, cancelled or dead
    /// holds no keys, and gives its number to a new one.
    static let invitations = SchemaPart { dialect in
        """
        CREATE TABLE invitation (
            number \(dialect.integer) PRIMARY KEY CHECK (number BETWEEN 1 AND 99999),
            revision \(dialect.integer) NOT NULL CHECK (revision >= 0),
            purpose TEXT NOT NULL CHECK (purpose LIKE '{%}'),
            actor TEXT NOT NULL CHECK (\(dialect.isText("actor"))),
            created_at \(dialect.integer) NOT NULL,
            expires_at \(dialect.integer) NOT NULL CHECK (expires_at > created_at),
            w0 \(dialect.octets) CHECK (length(w0) = 32),
            registration_record \(dialect.octets) CHECK (length(registration_record) = 65),
            tries_left \(dialect.integer) NOT NULL CHECK (tries_left BETWEEN 0 AND 3),
            wrong_tries \(dialect.integer) NOT NULL CHECK (wrong_tries BETWEEN 0 AND 3),
            state TEXT NOT NULL
                CHECK (state IN ('open', 'claimed', 'issued', 'finished', 'cancelled', 'dead')),
            key \(dialect.octets) CHECK (length(key) = 32),
            claimed_at \(dialect.integer),
            serial \(dialect.octets) CHECK (length(serial) BETWEEN 1 AND 20),
            CHECK ((w0 IS NULL) = (registration_record IS NULL)),
            CHECK ((w0 IS NULL) = (state IN ('finished', 'cancelled', 'dead'))),
            CHECK ((key IS NOT NULL) = (state IN ('claimed', 'issued'))),
            CHECK ((claimed_at IS NOT NULL) = (state = 'claimed')),
            CHECK ((serial IS NOT NULL) = (state = 'issued'))
        )\(dialect.strict);
        \(dialect.refuse(
            "invitation_kept", "DELETE", on: "invitation", saying: "an invitation is replaced, never deleted"))
        \(dialect.refuse(
            "invitation_next", "UPDATE", on: "invitation",
            when: "NEW.number <> OLD.number OR NEW.revision <> OLD.revision + 1",
            saying: "an invitation moves forward by one revision"))
        \(dialect.refuse(
            "invitation_bound", "UPDATE", on: "invitation",
            when: "OLD.key IS NOT NULL AND NEW.key IS NOT NULL AND NEW.key <> OLD.key AND NEW.created_at = OLD.created_at",
            saying: "an invitation stays with the key that claimed it"))

        CREATE TABLE federation (
            trust_domain TEXT PRIMARY KEY CHECK (\(dialect.isText("trust_domain"))),
            anchor \(dialect.octets) NOT NULL CHECK (length(anchor) > 0),
            since \(dialect.integer) NOT NULL,
            until \(dialect.integer) NOT NULL CHECK (until > since),
            actor TEXT NOT NULL CHECK (\(dialect.isText("actor")))
        )\(dialect.strict);
        """
    }
}

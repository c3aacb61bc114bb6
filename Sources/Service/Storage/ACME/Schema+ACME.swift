extension Schema {
    /// What the ACME server keeps: the columns that it looks up by and that the invariants speak of, and the whole value as
    /// JSON beside them. Nothing is deleted, each change is one revision, and states move only forward (RFC 8555 §7.1.6).
    static let acme = SchemaPart([acmeAccounts, acmeOrders, acmeAuthorizations])

    private static let acmeAccounts = SchemaPart { dialect in
        """
        CREATE TABLE acme_account (
            number \(dialect.rowNumber),
            id TEXT NOT NULL UNIQUE CHECK (length(id) = 22),
            key \(dialect.octets) NOT NULL UNIQUE CHECK (length(key) = 32),
            status TEXT NOT NULL CHECK (status IN ('valid', 'deactivated', 'revoked')),
            created_at \(dialect.integer) NOT NULL,
            created_from TEXT NOT NULL CHECK (\(dialect.hasNoNUL("created_from"))),
            revision \(dialect.integer) NOT NULL CHECK (revision >= 0),
            form TEXT NOT NULL CHECK (form LIKE '{%}')
        )\(dialect.strict);
        CREATE INDEX acme_account_origin ON acme_account (created_from, created_at);
        \(dialect.refuseReplacing("acme_account", "number = NEW.number OR id = NEW.id OR key = NEW.key"))
        \(dialect.refuse("acme_account_kept", "DELETE", on: "acme_account", saying: "an account is never deleted"))
        \(dialect.refuse("acme_account_forward", "UPDATE", on: "acme_account",
            when: """
                NEW.number <> OLD.number OR NEW.id <> OLD.id OR NEW.created_at <> OLD.created_at
                    OR NEW.created_from <> OLD.created_from OR NEW.revision <> OLD.revision + 1
                    OR (OLD.status <> 'valid' AND (NEW.status <> OLD.status OR NEW.key <> OLD.key))
                    OR EXISTS (SELECT 1 FROM acme_account WHERE key = NEW.key AND id <> NEW.id)
                """, saying: "an account only moves forward, and has a key of its own"))

        CREATE TABLE acme_external_key (
            number \(dialect.rowNumber),
            id TEXT NOT NULL UNIQUE CHECK (\(dialect.isText("id"))),
            state TEXT NOT NULL CHECK (state IN ('open', 'bound', 'revoked')),
            revision \(dialect.integer) NOT NULL CHECK (revision >= 0),
            form TEXT NOT NULL CHECK (form LIKE '{%}')
        )\(dialect.strict);
        \(dialect.refuseReplacing("acme_external_key", "number = NEW.number OR id = NEW.id"))
        \(dialect.refuse("acme_external_key_kept", "DELETE", on: "acme_external_key",
            saying: "an external account key is never deleted"))
        \(dialect.refuse("acme_external_key_forward", "UPDATE", on: "acme_external_key",
            when: """
                NEW.number <> OLD.number OR NEW.id <> OLD.id OR NEW.revision <> OLD.revision + 1
                    OR NOT ((OLD.state = 'open' AND NEW.state IN ('bound', 'revoked'))
                        OR (OLD.state = 'bound' AND NEW.state = 'revoked'))
                """, saying: "an external account key is bound once"))
        """
    }

    private static let acmeOrders = SchemaPart { dialect in
        """
        CREATE TABLE acme_order (
            number \(dialect.rowNumber),
            id TEXT NOT NULL UNIQUE CHECK (length(id) = 22),
            account TEXT NOT NULL REFERENCES acme_account (id),
            state TEXT NOT NULL CHECK (state IN ('open', 'processing', 'valid', 'invalid')),
            certificate \(dialect.octets) UNIQUE REFERENCES certificate (serial),
            processing_since \(dialect.integer),
            created_at \(dialect.integer) NOT NULL,
            revision \(dialect.integer) NOT NULL CHECK (revision >= 0),
            form TEXT NOT NULL CHECK (form LIKE '{%}'),
            CHECK ((state = 'valid') = (certificate IS NOT NULL)),
            CHECK ((state = 'processing') = (processing_since IS NOT NULL))
        )\(dialect.strict);
        CREATE INDEX acme_order_account ON acme_order (account, number);
        CREATE INDEX acme_order_unfinished ON acme_order (processing_since) WHERE processing_since IS NOT NULL;
        \(dialect.refuseReplacing("acme_order",
            "number = NEW.number OR id = NEW.id OR certificate = NEW.certificate"))
        \(dialect.refuse("acme_order_begins", "INSERT", on: "acme_order", when: "NEW.state <> 'open'",
            saying: "an order begins open"))
        \(dialect.refuse("acme_order_kept", "DELETE", on: "acme_order", saying: "an order is never deleted"))
        \(dialect.refuse("acme_order_forward", "UPDATE", on: "acme_order",
            when: """
                NEW.number <> OLD.number OR NEW.id <> OLD.id OR NEW.account <> OLD.account
                    OR NEW.created_at <> OLD.created_at OR NEW.revision <> OLD.revision + 1
                    OR NOT ((OLD.state = 'open' AND NEW.state IN ('open', 'processing', 'invalid'))
                        OR (OLD.state = 'processing' AND NEW.state IN ('processing', 'valid', 'invalid')))
                    OR EXISTS (SELECT 1 FROM acme_order WHERE certificate = NEW.certificate AND id <> NEW.id)
                """, saying: "an order only moves forward, to one certificate"))

        CREATE TABLE acme_replacement (
            certificate \(dialect.octets) PRIMARY KEY REFERENCES certificate (serial),
            order_id TEXT NOT NULL REFERENCES acme_order (id)
        )\(dialect.strict);
        \(dialect.refuseReplacing("acme_replacement", "certificate = NEW.certificate"))
        \(dialect.refuse("acme_replacement_kept", "DELETE", on: "acme_replacement",
            saying: "what replaces a certificate is never forgotten"))
        """
    }

    private static let acmeAuthorizations = SchemaPart { dialect in
        """
        CREATE TABLE acme_authorization (
            number \(dialect.rowNumber),
            id TEXT NOT NULL UNIQUE CHECK (length(id) = 22),
            account TEXT NOT NULL REFERENCES acme_account (id),
            identifier TEXT NOT NULL CHECK (\(dialect.isText("identifier"))),
            status TEXT NOT NULL CHECK (status IN ('pending', 'valid', 'invalid', 'deactivated')),
            created_at \(dialect.integer) NOT NULL,
            expires_at \(dialect.integer) NOT NULL,
            due_at \(dialect.integer) CHECK (due_at IS NULL OR status = 'pending'),
            revision \(dialect.integer) NOT NULL CHECK (revision >= 0),
            form TEXT NOT NULL CHECK (form LIKE '{%}')
        )\(dialect.strict);
        CREATE INDEX acme_authorization_identifier ON acme_authorization (account, identifier, status, number);
        CREATE INDEX acme_authorization_due ON acme_authorization (due_at) WHERE due_at IS NOT NULL;
        \(dialect.refuseReplacing("acme_authorization", "number = NEW.number OR id = NEW.id"))
        \(dialect.refuse("acme_authorization_kept", "DELETE", on: "acme_authorization",
            saying: "an authorization is never deleted"))
        \(dialect.refuse("acme_authorization_forward", "UPDATE", on: "acme_authorization",
            when: """
                NEW.number <> OLD.number OR NEW.id <> OLD.id OR NEW.account <> OLD.account
                    OR NEW.identifier <> OLD.identifier OR NEW.created_at <> OLD.created_at
                    OR NEW.revision <> OLD.revision + 1
                    OR NOT (OLD.status = 'pending' OR (OLD.status = 'valid' AND NEW.status = 'deactivated'))
                """, saying: "an authorization only moves forward"))
        """
    }
}

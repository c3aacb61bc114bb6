extension Schema {
    /// Revocations that wait for their time: each is made or called off once, and stays in the list. And nobody fills the
    /// ledger of ends.
    static let version9 = SchemaPart { dialect in
        """
        \(dialect.refuse("end_standing_few", "INSERT", on: "end_standing",
            when: """
                (SELECT count(*) FROM end_standing WHERE identity = NEW.identity) >= 256
                    AND NOT EXISTS (SELECT 1 FROM end_standing WHERE identity = NEW.identity AND end_id = NEW.end_id)
                """, saying: "an identity has 256 ends at most"))

        CREATE TABLE scheduled_revocation (
            number \(dialect.rowNumber),
            serials TEXT NOT NULL,
            identities TEXT NOT NULL CHECK (serials <> '[]' OR identities <> '[]'),
            reason \(dialect.integer) NOT NULL,
            invalid_since \(dialect.integer),
            due \(dialect.integer) NOT NULL CHECK (due > made_at),
            made_at \(dialect.integer) NOT NULL,
            actor TEXT NOT NULL CHECK (\(dialect.isText("actor"))),
            state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'cancelled')),
            ended_at \(dialect.integer),
            ended_by TEXT,
            CHECK ((state = 'pending') = (ended_at IS NULL)),
            CHECK ((state = 'cancelled') = (ended_by IS NOT NULL)),
            CHECK (state <> 'cancelled' OR ended_at < due)
        )\(dialect.strict);
        CREATE INDEX scheduled_revocation_due ON scheduled_revocation (due) WHERE state = 'pending';
        \(dialect.refuseReplacing("scheduled_revocation", "number = NEW.number"))
        \(dialect.refuse("scheduled_revocation_kept", "DELETE", on: "scheduled_revocation",
            saying: "a scheduled revocation is called off, never deleted"))
        \(dialect.refuse("scheduled_revocation_forward", "UPDATE", on: "scheduled_revocation",
            when: """
                OLD.state <> 'pending' OR NEW.state = 'pending' OR NEW.number <> OLD.number OR NEW.due <> OLD.due
                    OR NEW.serials <> OLD.serials OR NEW.identities <> OLD.identities OR NEW.reason <> OLD.reason
                    OR NEW.made_at <> OLD.made_at OR NEW.actor <> OLD.actor
                """, saying: "a scheduled revocation is made or called off once"))
        """
    }
}

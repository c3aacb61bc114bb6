extension Schema {
    /// What was permitted for emergencies. It takes two words of two people, lasts four hours at most, and every word stays.
    static let emergencies = SchemaPart { dialect in
        """
        CREATE TABLE emergency (
            number \(dialect.integer) PRIMARY KEY CHECK (number > 0),
            subjects TEXT NOT NULL CHECK (\(dialect.isText("subjects"))),
            services TEXT NOT NULL CHECK (\(dialect.isText("services"))),
            seconds \(dialect.integer) NOT NULL CHECK (seconds BETWEEN 60 AND 14400),
            reason TEXT NOT NULL CHECK (\(dialect.isText("reason")) AND length(reason) <= 200),
            asked_at \(dialect.integer) NOT NULL,
            asker TEXT NOT NULL CHECK (\(dialect.isText("asker"))),
            asked_by TEXT NOT NULL CHECK (\(dialect.isText("asked_by"))),
            approved_at \(dialect.integer),
            approver TEXT CHECK (\(dialect.isText("approver"))),
            approved_by TEXT CHECK (\(dialect.isText("approved_by"))),
            begins_at \(dialect.integer),
            ends_at \(dialect.integer),
            ended_at \(dialect.integer),
            ended_by TEXT CHECK (\(dialect.isText("ended_by"))),
            CHECK (approver <> asker),
            CHECK ((approved_at IS NULL) = (approver IS NULL) AND (approved_at IS NULL) = (approved_by IS NULL)
                AND (approved_at IS NULL) = (begins_at IS NULL) AND (approved_at IS NULL) = (ends_at IS NULL)),
            CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
            CHECK (approved_at <= asked_at + 3600000),
            CHECK (begins_at <= approved_at AND ends_at <= approved_at + seconds * 1000)
        )\(dialect.strict);
        \(dialect.refuse("emergency_next", "INSERT", on: "emergency",
            when: """
                NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM emergency) OR NEW.approved_at IS NOT NULL
                    OR NEW.ended_at IS NOT NULL
                """, saying: "what is permitted for an emergency is asked for first, and counted without gaps"))
        \(dialect.refuse("emergency_forward", "UPDATE", on: "emergency",
            when: """
                NEW.number <> OLD.number OR NEW.subjects <> OLD.subjects OR NEW.services <> OLD.services
                    OR NEW.seconds <> OLD.seconds OR NEW.reason <> OLD.reason OR NEW.asked_at <> OLD.asked_at
                    OR NEW.asker <> OLD.asker OR NEW.asked_by <> OLD.asked_by OR OLD.ended_at IS NOT NULL
                    OR (OLD.approved_at IS NOT NULL AND (NEW.approved_at IS DISTINCT FROM OLD.approved_at
                        OR NEW.approver IS DISTINCT FROM OLD.approver
                        OR NEW.approved_by IS DISTINCT FROM OLD.approved_by
                        OR NEW.begins_at IS DISTINCT FROM OLD.begins_at OR NEW.ends_at IS DISTINCT FROM OLD.ends_at))
                """, saying: "what was said for an emergency stays said"))
        \(dialect.refuse("emergency_kept", "DELETE", on: "emergency", saying: "an emergency is never forgotten"))
        """
    }
}

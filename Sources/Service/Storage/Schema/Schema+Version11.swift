extension Schema {
    /// Who may pass: every version of the policy, the groups with their members, and the one statement that is signed of what is
    /// in force. Versions follow one another and stay; a group stays when it has no member; the statement never goes back.
    static let version11 = SchemaPart { dialect in
        """
        CREATE TABLE policy_version (
            number \(dialect.integer) PRIMARY KEY CHECK (number > 0),
            text TEXT NOT NULL CHECK (\(dialect.isText("text")) AND length(text) <= 1048576),
            digest \(dialect.octets) NOT NULL CHECK (length(digest) = 32),
            rule_count \(dialect.integer) NOT NULL CHECK (rule_count >= 0),
            published_at \(dialect.integer) NOT NULL,
            published_by TEXT NOT NULL CHECK (\(dialect.isText("published_by"))),
            note TEXT CHECK (\(dialect.isText("note")) AND length(note) <= 500),
            again \(dialect.integer) REFERENCES policy_version (number)
        )\(dialect.strict);
        \(dialect.refuseReplacing("policy_version", "number = NEW.number"))
        \(dialect.refuse("policy_version_next", "INSERT", on: "policy_version",
            when: """
                NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM policy_version)
                    OR NEW.again IS NOT NULL AND NOT EXISTS (SELECT 1 FROM policy_version
                        WHERE number = NEW.again AND text = NEW.text AND digest = NEW.digest)
                """, saying: "versions follow one another, and one that is published again is the same text"))
        \(dialect.refuse("policy_version_fixed", "UPDATE", on: "policy_version", saying: "a version is never changed"))
        \(dialect.refuse("policy_version_kept", "DELETE", on: "policy_version", saying: "a version is never deleted"))

        CREATE TABLE groups_counter (
            id \(dialect.integer) PRIMARY KEY CHECK (id = 1),
            value \(dialect.integer) NOT NULL CHECK (value >= 0)
        )\(dialect.strict);
        INSERT INTO groups_counter (id, value) VALUES (1, 0);
        \(dialect.refuse("groups_counter_once", "INSERT", on: "groups_counter", saying: "there is one counter of groups"))
        \(dialect.refuse("groups_counter_kept", "DELETE", on: "groups_counter", saying: "the counter is never deleted"))
        \(dialect.refuse("groups_counter_forward", "UPDATE", on: "groups_counter",
            when: "NEW.value <> OLD.value + 1 OR NEW.id <> OLD.id", saying: "the counter of groups goes up by one"))

        CREATE TABLE access_group (
            name TEXT PRIMARY KEY CHECK (\(dialect.isText("name")) AND length(name) <= 64),
            made_at \(dialect.integer) NOT NULL
        )\(dialect.strict);
        \(dialect.refuseReplacing("access_group", "name = NEW.name"))
        \(dialect.refuse("access_group_fixed", "UPDATE", on: "access_group", saying: "a group keeps its name"))
        \(dialect.refuse("access_group_kept", "DELETE", on: "access_group",
            saying: "a group stays when it is empty: rules that name it are not to be in doubt"))

        CREATE TABLE group_member (
            group_name TEXT NOT NULL REFERENCES access_group (name),
            identity TEXT NOT NULL CHECK (identity LIKE 'spiffe://_%/_%'),
            since \(dialect.integer) NOT NULL,
            added_by TEXT NOT NULL CHECK (\(dialect.isText("added_by"))),
            PRIMARY KEY (group_name, identity)
        )\(dialect.strict);
        \(dialect.refuseReplacing("group_member", "group_name = NEW.group_name AND identity = NEW.identity"))
        \(dialect.refuse("group_member_fixed", "UPDATE", on: "group_member", saying: "a member comes and leaves"))

        CREATE TABLE policy_statement (
            id \(dialect.integer) PRIMARY KEY CHECK (id = 1),
            policy_number \(dialect.integer) NOT NULL REFERENCES policy_version (number),
            groups_number \(dialect.integer) NOT NULL CHECK (groups_number >= 0),
            signer_key \(dialect.octets) NOT NULL CHECK (length(signer_key) = 32),
            statement \(dialect.octets) NOT NULL CHECK (length(statement) > 0)
        )\(dialect.strict);
        \(dialect.refuseReplacing("policy_statement", "id = NEW.id"))
        \(dialect.refuse("policy_statement_made", "INSERT", on: "policy_statement", when: isAhead,
            saying: "a statement is of what is there"))
        \(dialect.refuse("policy_statement_changed", "UPDATE", on: "policy_statement", when: isAhead,
            saying: "a statement is of what is there"))
        \(dialect.refuse("policy_statement_kept", "DELETE", on: "policy_statement",
            saying: "a statement is replaced, never deleted"))
        \(dialect.refuse("policy_statement_forward", "UPDATE", on: "policy_statement",
            when: """
                NEW.id <> OLD.id OR NEW.policy_number < OLD.policy_number OR NEW.groups_number < OLD.groups_number
                    OR (NEW.policy_number = OLD.policy_number AND NEW.groups_number = OLD.groups_number
                        AND NEW.signer_key = OLD.signer_key)
                """, saying: "a policy never goes back"))
        """
    }

    private static let isAhead = """
        NEW.policy_number <> (SELECT max(number) FROM policy_version)
            OR NEW.groups_number > (SELECT value FROM groups_counter)
        """
}

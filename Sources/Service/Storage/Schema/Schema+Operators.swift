extension Schema {
    /// Who may work with the authority over the network.
    static let operators = SchemaPart { dialect in
        """
        CREATE TABLE operator (
            id \(dialect.rowNumber),
            identity TEXT NOT NULL UNIQUE CHECK (\(dialect.isText("identity"))),
            role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'administrator')),
            since \(dialect.integer) NOT NULL,
            added_by TEXT NOT NULL CHECK (\(dialect.isText("added_by")))
        )\(dialect.strict);
        """
    }
}

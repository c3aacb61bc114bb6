extension Schema {
    static let version2 = SchemaPart(sqlite: version2SQLite, postgreSQL: version2PostgreSQL(.postgreSQL))

    private static func version2PostgreSQL(_ dialect: SchemaDialect) -> String {
        """
        CREATE TABLE permission (
            id \(dialect.rowNumber),
            kind TEXT NOT NULL CHECK (kind IN ('dns', 'ip', 'mail')),
            name TEXT NOT NULL CHECK (length(name) > 0),
            permitted_at BIGINT NOT NULL,
            UNIQUE (kind, name)
        );
        \(dialect.refuse("permission_kept", "DELETE", on: "permission", saying: "a permission is never deleted"))
        \(dialect.refuse("permission_fixed", "UPDATE", on: "permission", saying: "a permission is never changed"))
        """
    }
}

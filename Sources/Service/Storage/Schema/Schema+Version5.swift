extension Schema {
    /// Where lists are found, as certificates say: the last one is named in new ones, the others in old ones. And delta lists
    /// are read from an index alone, as complete ones are.
    static let version5 = SchemaPart { dialect in
        """
        DROP INDEX certificate_changed;
        CREATE INDEX certificate_changed ON certificate (issuer_key, revocation_change, serial, revocation_reason,
            revoked_at, invalid_since, released_at) WHERE revocation_change IS NOT NULL;

        CREATE TABLE publication_address (
            id \(dialect.rowNumber),
            address TEXT NOT NULL CHECK (\(dialect.isText("address"))),
            since \(dialect.integer) NOT NULL
        )\(dialect.strict);
        \(dialect.refuseReplacing("publication_address", "id = NEW.id"))
        \(dialect.refuse(
            "publication_address_kept", "DELETE", on: "publication_address", saying: "certificates name this address"))
        \(dialect.refuse(
            "publication_address_fixed", "UPDATE", on: "publication_address", saying: "certificates name this address"))
        """
    }
}

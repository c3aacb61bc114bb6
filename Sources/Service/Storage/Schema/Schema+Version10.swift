extension Schema {
    /// An issuing authority that another took the place of issues nothing more, but for the delegates that answer for what it
    /// has issued: RFC 6960 §4.2.2.2 has them of nobody else.
    static let version10 = SchemaPart { dialect in
        """
        \(dialect.drop("certificate_issuer", on: "certificate"))
        \(dialect.refuse("certificate_issuer", "INSERT", on: "certificate",
            when: """
                EXISTS (SELECT 1 FROM issuer WHERE key = NEW.issuer_key AND state <> 'active'
                    AND NOT (state = 'superseded' AND NEW.profile = 'responder'))
                """, saying: "only the active issuing authority issues"))
        """
    }
}

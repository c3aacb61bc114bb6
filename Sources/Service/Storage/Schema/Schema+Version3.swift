extension Schema {
    /// What enrolment keeps: each domain has a part of its own.
    static let version3 = SchemaPart([operators, invitations, acme])
}

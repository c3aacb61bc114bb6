/// What a line of the record is about. The raw value is what is hashed, so a published case never changes its spelling.
public enum AuditEventKind: String, Codable, CaseIterable, Sendable {
    case acmeAccountCreated = "acme.account.created"
    /// By its holder, or by an operator.
    case acmeAccountDeactivated = "acme.account.deactivated"
    case acmeAuthorizationDeactivated = "acme.authorization.deactivated"
    case acmeAuthorizationFailed = "acme.authorization.failed"
    case acmeAuthorizationValidated = "acme.authorization.validated"
    case acmeKeyChanged = "acme.key.changed"
    case acmeOrderCreated = "acme.order.created"
    case authorityCreated = "authority.created"
    case authorityHalted = "authority.halted"
    /// More names may be certified than before.
    case authorityPermitted = "authority.permitted"
    /// New certificates say that their lists are at another address than before.
    case authorityPublished = "authority.published"
    /// The store was put back to an earlier day, and the operator goes on with it.
    case authorityRestored = "authority.restored"
    case certificateIntended = "certificate.intended"
    case certificateIssued = "certificate.issued"
    /// A hold was lifted.
    case certificateReleased = "certificate.released"
    case certificateRevoked = "certificate.revoked"
    /// For a time to come.
    case revocationScheduled = "revocation.scheduled"
    /// Called off before its time.
    case revocationCancelled = "revocation.cancelled"
    case issuanceAbandoned = "issuance.abandoned"
    case issuanceRefused = "issuance.refused"
    case externalAccountKeyCreated = "acme.external-account-key.created"
    case externalAccountKeyRevoked = "acme.external-account-key.revoked"
    /// Another authority is believed for names of its own trust domain, until a date.
    case federationBegun = "federation.begun"
    case federationEnded = "federation.ended"
    case invitationMade = "invitation.made"
    /// Somebody came with a code; the try is counted and not yet answered.
    case invitationTried = "invitation.tried"
    /// A try that did not prove the code.
    case invitationFailed = "invitation.failed"
    /// A key claimed what the invitation promises.
    case invitationUsed = "invitation.used"
    case invitationCancelled = "invitation.cancelled"
    /// Too many wrong tries.
    case invitationDead = "invitation.dead"
    /// A root or an issuing authority is there, and issues nothing yet.
    case issuerPrepared = "issuer.prepared"
    case issuerActivated = "issuer.activated"
    case issuerRetired = "issuer.retired"
    /// It is in strange hands, or may be: all below it is replaced.
    case issuerCompromised = "issuer.compromised"
    /// All below it was replaced, or its time was over.
    case issuerReplaced = "issuer.replaced"
    case identityExported = "identity.exported"
    /// Its certificate had ended, and the same key was proved.
    case identityReturned = "identity.returned"
    case keyBlocked = "key.blocked"
    case renewalRefused = "renewal.refused"
    /// An operator's call that changed nothing else, or one that was not performed.
    case operationPerformed = "operation.performed"
    case operationRefused = "operation.refused"
    /// An identity was given a role, or another one.
    case operatorPut = "operator.put"
    /// Identities came into a group of the policy's, or left it.
    case groupChanged = "group.changed"
    /// A version of the policy is in force.
    case policyPublished = "policy.published"
    /// Leave beyond the rules was asked for, for an emergency: the first word of two.
    case emergencyAsked = "emergency.asked"
    /// The second word: it is in force until its time is over.
    case emergencyApproved = "emergency.approved"
    /// By hand, before its time; or it was declined.
    case emergencyEnded = "emergency.ended"
    /// Signals of machines hold, for a while.
    case postureReported = "posture.reported"
    case postureWithdrawn = "posture.withdrawn"
    /// An identity may report signals of machines, or other ones than before.
    case reporterPermitted = "posture.reporter.permitted"
    case reporterRemoved = "posture.reporter.removed"
    /// What is in force was signed by another key than before.
    case policySigned = "policy.signed"
    /// Revocation lists of one scope.
    case listsPublished = "lists.published"
    case filterPublished = "filter.published"
    case operatorRemoved = "operator.removed"
}

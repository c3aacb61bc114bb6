public import Foundation
public import SymbolonAccessPolicy
public import SymbolonAudit
public import SymbolonAuthority
public import SymbolonKeys
public import SymbolonNames

/// Where an authority keeps who may pass: every version of its policy, its groups, and the statement that it has signed of
/// what is in force.
///
/// As in `AuthorityStore`: what changes something is one transaction together with its audit entry. Versions only go up, and
/// none is ever changed or deleted; a group stays when its last member has left.
public protocol PolicyStore: Sendable {
    /// What a change begins from, as one transaction sees it.
    func policyLedger() async throws(StoreFailure) -> PolicyLedger
    /// Newest first, at most `limit` of them.
    func policyVersions(limit: Int) async throws(StoreFailure) -> [PolicyVersion]
    func publishedPolicy(_ number: Int64) async throws(StoreFailure) -> PublishedPolicy?
    /// By name, with how many members each has.
    func groups() async throws(StoreFailure) -> [(name: GroupName, members: Int)]
    /// By identity; nil when there is no such group.
    func members(of group: GroupName) async throws(StoreFailure) -> [GroupMember]?
    /// Of the statement, without reading it.
    func policyInForce() async throws(StoreFailure) -> PolicyNumbers?
    /// Nil: no policy was published yet.
    func signedPolicy() async throws(StoreFailure) -> SignedPolicy?

    /// A new version, and the statement by which it is in force, with the change counter one up.
    ///
    /// Throws `overtaken` when what is there is not what it was made after; then nothing changed.
    /// - Returns: the change counter.
    func publish(
        _ policy: PublishedPolicy, signed: SignedPolicy, after numbers: PolicyNumbers, audit: AuditAppend
    ) async throws(StoreFailure) -> UInt64
    /// Another membership of a group, which it makes where there is none, and the statement by which it is in force; nil: no
    /// rule in force names the group, and the change counter stays as it is. Throws `overtaken` as `publish` does.
    /// - Returns: the change counter.
    func change(
        _ change: GroupChange, signed: SignedPolicy?, after numbers: PolicyNumbers, audit: AuditAppend
    ) async throws(StoreFailure) -> UInt64
    /// The same statement by another key, in the place of what that key's predecessor signed. Throws `overtaken` when another
    /// statement is in force by now.
    func sign(anew signed: SignedPolicy, audit: AuditAppend) async throws(StoreFailure)
}

/// What is in force, and what it was made from.
public struct PolicyLedger: Sendable {
    /// Of the newest version, and of the groups as they are now.
    public let numbers: PolicyNumbers
    /// The newest version; nil: there is none yet.
    public let policy: PublishedPolicy?
    public let groups: [GroupName: Set<SPIFFEID>]
    /// What was approved for emergencies and not ended by hand, also what has run its time.
    public let emergencies: [EmergencyPermission]

    public init(
        numbers: PolicyNumbers, policy: PublishedPolicy?, groups: [GroupName: Set<SPIFFEID>],
        emergencies: [EmergencyPermission]
    ) {
        self.numbers = numbers
        self.policy = policy
        self.groups = groups
        self.emergencies = emergencies
    }
}

/// One version of the policy, without its text.
public struct PolicyVersion: Equatable, Sendable {
    /// From 1, without gaps.
    public let number: Int64
    /// SHA-256 over the text.
    public let digest: [UInt8]
    public let ruleCount: Int
    public let publishedAt: Date
    public let publishedBy: String
    public let note: String?
    /// The earlier version whose text it has, where it was published for that.
    public let again: Int64?

    public init(
        number: Int64, digest: [UInt8], ruleCount: Int, publishedAt: Date, publishedBy: String, note: String?,
        again: Int64?
    ) {
        self.number = number
        self.digest = digest
        self.ruleCount = ruleCount
        self.publishedAt = publishedAt
        self.publishedBy = publishedBy
        self.note = note
        self.again = again
    }
}

public struct PublishedPolicy: Equatable, Sendable {
    public let version: PolicyVersion
    public let text: String

    public init(version: PolicyVersion, text: String) {
        self.version = version
        self.text = text
    }
}

public struct GroupMember: Equatable, Sendable {
    public let identity: SPIFFEID
    public let since: Date
    public let addedBy: String

    public init(identity: SPIFFEID, since: Date, addedBy: String) {
        self.identity = identity
        self.since = since
        self.addedBy = addedBy
    }
}

/// Who comes into a group and who leaves it, all at once.
public struct GroupChange: Equatable, Sendable {
    public let group: GroupName
    public let added: [GroupMember]
    public let removed: [SPIFFEID]
    public let at: Date

    public init(group: GroupName, added: [GroupMember], removed: [SPIFFEID], at: Date) {
        self.group = group
        self.added = added
        self.removed = removed
        self.at = at
    }
}

/// A statement of who may pass, as it was signed.
public struct SignedPolicy: Equatable, Sendable {
    public let numbers: PolicyNumbers
    public let signer: KeyFingerprint
    public let octets: [UInt8]

    public init(numbers: PolicyNumbers, signer: KeyFingerprint, octets: [UInt8]) {
        self.numbers = numbers
        self.signer = signer
        self.octets = octets
    }
}

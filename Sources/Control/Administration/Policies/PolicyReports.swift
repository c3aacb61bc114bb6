public import Foundation
internal import SymbolonAccessPolicy
internal import SymbolonNames
internal import SymbolonWire

/// Versions of the policy, newest first.
public struct PolicyVersionList: Codable, Equatable, Sendable {
    /// 1,000: more than a person reads.
    public static let most = 1000

    public let versions: [PolicyVersionReport]

    public init(versions: [PolicyVersionReport]) { self.versions = versions }
}

/// One version.
public struct PolicyVersionReport: Codable, Equatable, Sendable {
    public let number: Int64
    /// SHA-256 over the text, in hexadecimal.
    public let digest: String
    public let rules: Int
    public let publishedAt: Date
    public let publishedBy: String
    public let note: String?
    /// The earlier version whose text it has.
    public let again: Int64?

    init(_ version: PolicyVersion) {
        number = version.number
        digest = Hex.encode(version.digest)
        rules = version.ruleCount
        publishedAt = version.publishedAt
        publishedBy = version.publishedBy
        note = version.note
        again = version.again
    }
}

/// A version with its text.
public struct PolicyTextReport: Codable, Equatable, Sendable {
    public let version: PolicyVersionReport
    public let text: String

    public init(version: PolicyVersionReport, text: String) {
        self.version = version
        self.text = text
    }
}

/// What became of a text that was to be published.
public struct PolicyPublication: Codable, Equatable, Sendable {
    /// What it says otherwise than the version before, by the names of rules.
    public struct Difference: Codable, Equatable, Sendable {
        public let added: [String]
        public let removed: [String]
        public let changed: [String]

        init(_ comparison: PolicyComparison) {
            added = comparison.added
            removed = comparison.removed
            changed = comparison.changed
        }
    }

    /// Something in it that is well-formed and hardly meant.
    public struct Finding: Codable, Equatable, Sendable {
        public let line: Int?
        public let kind: String
        public let what: String
        public let mend: String

        init(_ line: Int?, _ finding: PolicyFinding) {
            self.line = line
            kind = finding.kind.rawValue
            what = finding.what
            mend = finding.mend
        }
    }

    public let version: PolicyVersionReport
    /// False: nothing was published, for it was only asked what would be, or that version has this text already.
    public let isPublished: Bool
    public let difference: Difference
    public let findings: [Finding]
    /// When it was published: the change counter that ends confirm.
    public let changeCounter: UInt64?

    init(
        _ version: PolicyVersion, isPublished: Bool, _ comparison: PolicyComparison,
        _ findings: [(line: Int?, finding: PolicyFinding)], changeCounter: UInt64?
    ) {
        self.version = PolicyVersionReport(version)
        self.isPublished = isPublished
        difference = Difference(comparison)
        self.findings = findings.map { Finding($0.line, $0.finding) }
        self.changeCounter = changeCounter
    }
}

/// What the authority has signed of who may pass.
public struct PolicyInForceReport: Codable, Equatable, Sendable {
    /// A flattened JSON Web Signature, as text; nil: no policy was published yet.
    public let statement: String?

    public init(statement: String?) { self.statement = statement }
}

/// The groups, by name.
public struct GroupList: Codable, Equatable, Sendable {
    public struct Entry: Codable, Equatable, Sendable {
        public let name: String
        public let members: Int
        /// A rule of the policy in force names it.
        public let isNamed: Bool

        init(_ name: GroupName, members: Int, isNamed: Bool) {
            self.name = name.description
            self.members = members
            self.isNamed = isNamed
        }
    }

    public let groups: [Entry]

    public init(groups: [Entry]) { self.groups = groups }
}

/// A group with its members, by identity.
public struct GroupReport: Codable, Equatable, Sendable {
    public struct Member: Codable, Equatable, Sendable {
        public let identity: String
        public let since: Date
        public let addedBy: String

        init(_ member: GroupMember) {
            identity = member.identity.description
            since = member.since
            addedBy = member.addedBy
        }
    }

    public let name: String
    public let members: [Member]

    init(_ name: GroupName, _ members: [GroupMember]) {
        self.name = name.description
        self.members = members.map(Member.init)
    }
}

/// What became of a group.
public struct GroupChangeReport: Codable, Equatable, Sendable {
    public let name: String
    /// Who was no member before.
    public let added: [String]
    /// Who is none any more.
    public let removed: [String]
    /// There was no such group before.
    public let isNew: Bool
    /// How many it has now.
    public let members: Int
    /// A rule of the policy in force names it, so that ends are told.
    public let isNamed: Bool
    /// When ends are told: the change counter that they confirm.
    public let changeCounter: UInt64?

    init(
        _ name: GroupName, added: [String] = [], removed: [String] = [], isNew: Bool = false, members: Int,
        isNamed: Bool, changeCounter: UInt64? = nil
    ) {
        self.name = name.description
        self.added = added
        self.removed = removed
        self.isNew = isNew
        self.members = members
        self.isNamed = isNamed
        self.changeCounter = changeCounter
    }
}

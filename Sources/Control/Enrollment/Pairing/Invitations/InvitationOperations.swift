public import Foundation
public import SymbolonAdministration
import SymbolonAuthority
import SymbolonNames

/// Makes an invitation; the answer holds its code, the only time that anybody sees it.
public struct MakeInvitation: AdministrativeOperation {
    public static let name = "makeInvitation"
    public static let access = Access.role(.operator)
    public static let endpoint = OperationEndpoint(.post, "invitations", status: 201)
    public static let recording = Recording.byChange

    /// Short, as in `web`; the profile makes the identity of it.
    public let name: String
    /// `workload` unless told: a machine that reaches services and has some.
    public let profile: String?
    /// What stands beside the identity, each with its kind in front: `dns:web.example.internal`, `ip:10.0.0.7`.
    public let names: [String]?
    /// Of the certificate; the profile's default unless told.
    public let lifeSeconds: Int64?
    /// Of the words; 40 unless told.
    public let bits: Int?
    /// Ten minutes unless told, a day at most.
    public let expiresAfterSeconds: Int64?
    /// Invites another authority instead, to believe it for so long; then `profile`, `names` and `lifeSeconds` are not there.
    public let federationSeconds: Int64?

    public init(
        name: String, profile: String? = nil, names: [String]? = nil, lifeSeconds: Int64? = nil, bits: Int? = nil,
        expiresAfterSeconds: Int64? = nil, federationSeconds: Int64? = nil
    ) {
        self.name = name
        self.profile = profile
        self.names = names
        self.lifeSeconds = lifeSeconds
        self.bits = bits
        self.expiresAfterSeconds = expiresAfterSeconds
        self.federationSeconds = federationSeconds
    }

    public var subject: String { name }

    public func perform(with part: InvitationDesk, in call: Call) async throws(AdministrationFailure)
        -> InvitationAnswer
    {
        try await part.make(self, in: call)
    }
}

/// An invitation and the code that goes with it.
public struct InvitationAnswer: Codable, Equatable, Sendable {
    /// `NUMBER-WORD-WORD-…`.
    public let code: String
    public let invitation: InvitationReport

    public init(code: String, invitation: InvitationReport) {
        self.code = code
        self.invitation = invitation
    }
}

/// The invitations that are open.
public struct ListInvitations: AdministrativeOperation {
    public static let name = "listInvitations"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "invitations")

    public init() {}

    public var subject: String { "invitations" }

    public func perform(with part: InvitationDesk, in call: Call) async throws(AdministrationFailure)
        -> InvitationList
    {
        try await part.list()
    }
}

/// Invitations by number.
public struct InvitationList: Codable, Equatable, Sendable {
    public let invitations: [InvitationReport]

    public init(invitations: [InvitationReport]) { self.invitations = invitations }
}

/// Ends an invitation before its time.
public struct CancelInvitation: AdministrativeOperation {
    public static let name = "cancelInvitation"
    public static let access = Access.role(.operator)
    public static let endpoint = OperationEndpoint(.delete, "invitations", query: ["number": .number])
    public static let recording = Recording.byChange

    public let number: Int

    public init(number: Int) { self.number = number }

    public var subject: String { String(number) }

    public func perform(with part: InvitationDesk, in call: Call) async throws(AdministrationFailure)
        -> InvitationReport
    {
        try await part.cancel(number, in: call)
    }
}

/// An invitation as operators see it: everything but its words.
public struct InvitationReport: Codable, Equatable, Sendable {
    public let number: Int
    public let name: String
    /// A profile's name, or `federation`.
    public let profile: String
    public let names: [String]
    public let state: String
    public let triesLeft: Int
    public let createdAt: Date
    public let expiresAt: Date
    public let madeBy: String

    public init(_ invitation: Invitation, at now: Date) {
        number = invitation.number
        name = invitation.purpose.subject
        switch invitation.purpose {
        case .identity(let invited):
            profile = invited.profile.rawValue
            names = invited.names.map(\.description)
        case .federation:
            profile = "federation"
            names = []
        }
        state = invitation.word(at: now)
        triesLeft = max(0, invitation.triesLeft)
        createdAt = invitation.createdAt
        expiresAt = invitation.expiresAt
        madeBy = invitation.actor
    }
}

extension Invitation {
    /// How it stands, in a word.
    func word(at now: Date) -> String {
        switch state {
        case .finished: "finished"
        case .cancelled: "cancelled"
        case .dead: "dead"
        case _ where now >= expiresAt: "expired"
        case .open: "open"
        case .claimed, .issued: "in use"
        }
    }
}

import Foundation
public import SymbolonAdministration
import SymbolonAudit
public import SymbolonAuthority
import SymbolonCertificates
public import SymbolonKeys
import SymbolonNames

/// Makes, lists and cancels invitations for operators.
public struct InvitationDesk: Sendable {
    /// Makes of words what an answer needs; slow on purpose. The transport has it.
    public typealias Registration =
        @Sendable (_ words: SecretBytes, _ number: Int) async -> SPAKE2PlusRecord?

    let authority: IssuingAuthority
    let store: any InvitationStore
    let operators: any OperatorStore
    let registration: Registration

    /// The most that are open at once. 100: more than anybody reads aloud in ten minutes; and of 99,999 numbers one is found
    /// quickly.
    public static let mostOpen = 100

    public init(
        authority: IssuingAuthority, store: any InvitationStore, operators: any OperatorStore,
        registration: @escaping Registration
    ) {
        self.authority = authority
        self.store = store
        self.operators = operators
        self.registration = registration
    }

    func make(_ wish: MakeInvitation, in call: Call) async throws(AdministrationFailure) -> InvitationAnswer {
        let purpose = try await purpose(of: wish, in: call)
        let bits = wish.bits ?? InvitationCode.standardBits
        guard InvitationCode.allowedBits.contains(bits) else {
            throw AdministrationFailure(
                .malformed, what: "a code of \(bits) bits is not made",
                why: "\(InvitationCode.allowedBits.lowerBound) to \(InvitationCode.allowedBits.upperBound) are")
        }
        let life = Duration.seconds(wish.expiresAfterSeconds ?? Int64(Invitation.standardLife.wholeSeconds))
        guard life > .zero, life <= Invitation.longestLife else {
            throw AdministrationFailure(
                .malformed, what: "an invitation lives at most a day, and more than nothing")
        }
        // 16: each finds a free number but when others take the same one at the same moment.
        for _ in 0..<16 {
            let (number, earlier) = try await freeNumber()
            var random = SystemRandomNumberGenerator()
            let code = InvitationCode.draw(number: number, bits: bits, from: &random)
            guard let record = await registration(code.secret, number) else {
                throw AdministrationFailure(.unavailable, what: "the code could not be registered")
            }
            let now = authority.now
            let invitation = Invitation(
                number: number, purpose: purpose, record: record, actor: call.actor, createdAt: now,
                expiresAt: now + life.wholeSeconds, replacing: earlier)
            let made = AuditEvent.invitation(
                .invitationMade, invitation, actor: call.actor, at: now,
                ["expires": invitation.expiresAt.formatted(.iso8601), "bits": String(bits)])
            if try await put(invitation, made) {
                return InvitationAnswer(code: code.text, invitation: InvitationReport(invitation, at: now))
            }
        }
        throw AdministrationFailure(.unavailable, what: "no number could be taken: others were first each time")
    }

    func list() async throws(AdministrationFailure) -> InvitationList {
        let now = authority.now
        return InvitationList(
            invitations: try await all().filter { !$0.isOver(at: now) }.map { InvitationReport($0, at: now) })
    }

    func cancel(_ number: Int, in call: Call) async throws(AdministrationFailure) -> InvitationReport {
        for _ in 0..<16 {
            let now = authority.now
            let found: Invitation?
            do {
                found = try await store.invitation(number)
            } catch {
                throw AdministrationFailure(error)
            }
            guard var invitation = found, !invitation.isOver(at: now), invitation.apply(.cancel, at: now) == .changed
            else {
                throw AdministrationFailure(
                    .notFound, what: "no invitation \(number) is open", mend: "see which are: symbolon invite list")
            }
            let cancelled = AuditEvent.invitation(.invitationCancelled, invitation, actor: call.actor, at: now)
            if try await put(invitation, cancelled) { return InvitationReport(invitation, at: now) }
        }
        throw AdministrationFailure(.unavailable, what: "invitation \(number) is being used at this moment")
    }

    // MARK: What it is for

    private func purpose(
        of wish: MakeInvitation, in call: Call
    ) async throws(AdministrationFailure) -> Invitation.Purpose {
        guard wish.federationSeconds == nil else { return try federation(wish, in: call) }
        let names: [SubjectName]
        let profile: ProfileName
        do {
            names = try (wish.names ?? []).map { try SubjectName($0) }
        } catch {
            throw AdministrationFailure(
                .malformed, what: "a name is not one with its kind in front, as dns:web.example")
        }
        guard let asked = ProfileName(rawValue: wish.profile ?? ProfileName.workload.rawValue) else {
            throw AdministrationFailure(.malformed, what: "\((wish.profile ?? "").debugDescription) is no profile")
        }
        profile = asked
        guard wish.lifeSeconds ?? 1 > 0 else {
            throw AdministrationFailure(.malformed, what: "a life of nothing is none")
        }
        let invited = InvitedIdentity(
            profile: profile, name: wish.name, names: names, life: wish.lifeSeconds.map { .seconds($0) })
        let identity: SubjectName
        do {
            // What could not be issued is not promised.
            identity = try authority.check(
                profile, name: invited.name, names: invited.names, life: invited.life)
        } catch {
            throw AdministrationFailure(error)
        }
        try await call.requireRank(over: identity.description, operators)
        return .identity(invited)
    }

    /// Believing another authority is more than an operator's business.
    private func federation(
        _ wish: MakeInvitation, in call: Call
    ) throws(AdministrationFailure) -> Invitation.Purpose {
        guard call.role == .administrator else {
            throw AdministrationFailure(
                .forbidden, what: "another authority is believed only when an administrator says so",
                why: "your role is \(call.role?.rawValue ?? "none")")
        }
        let life = Duration.seconds(wish.federationSeconds ?? 0)
        guard life > .zero, life <= FederatedAuthority.longestLife else {
            throw AdministrationFailure(
                .malformed, what: "a federation lasts at most five years, and more than nothing")
        }
        return .federation(until: authority.now + life.wholeSeconds)
    }

    // MARK: Numbers

    /// A number that nobody holds, the shorter the better.
    private func freeNumber() async throws(AdministrationFailure) -> (Int, Invitation?) {
        let now = authority.now
        let known = try await all()
        let open = known.filter { !$0.isOver(at: now) }
        guard open.count < Self.mostOpen else {
            throw AdministrationFailure(
                .tooMany, what: "\(open.count) invitations are open, and no more may be",
                why: "each can be tried, so that few at a time are better",
                mend: "cancel what is not needed: symbolon invite cancel NUMBER", retryAfter: 60)
        }
        let taken = Set(open.map(\.number))
        // Three digits are read without a slip, and 100 of 900 are the most that are taken.
        var number = Int.random(in: 100...999)
        while taken.contains(number) { number = Int.random(in: 100...999) }
        return (number, known.first { $0.number == number })
    }

    private func all() async throws(AdministrationFailure) -> [Invitation] {
        do {
            return try await store.invitations()
        } catch {
            throw AdministrationFailure(error)
        }
    }

    private func put(_ invitation: Invitation, _ event: AuditEvent) async throws(AdministrationFailure) -> Bool {
        do {
            return try await store.put(invitation, audit: [authority.sealed(event)])
        } catch {
            throw AdministrationFailure(error)
        }
    }
}

import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonTokens
import SymbolonWire

/// RFC 8555 §7.5: authorizations and challenges.
extension ACMEServer {
    /// §7.5, §7.5.2.
    func authorization(
        _ id: ResourceID, of account: ACMEAccount, _ envelope: ACMEEnvelope, _ place: ACMEPlace
    ) async throws(ACMERefusal) -> ACMEResponse {
        let found = try await own(authorization: id, of: account)
        guard let payload = try envelope.payload() else { return authorization(found, place) }
        guard try Self.deactivates(payload) else {
            throw ACMERefusal(.malformed, "an authorization is read, or its status set to deactivated")
        }
        let now = clock()
        let changed = try await deciding { () async throws(ACMERefusal) -> (ACMEDecision?, ACMEAuthorization) in
            var next = try await self.own(authorization: id, of: account)
            guard next.deactivate(at: now) else { return (nil, next) }
            var decision = ACMEDecision()
            decision.authorizations = [next]
            decision.audit = [self.authority.sealed(.acmeAuthorizationDeactivated(next, account, at: now))]
            return (decision, next)
        }
        return authorization(changed, place)
    }

    /// §7.5.1: the client says that its answer is there. What is looked at already, or over, is only shown.
    func challenge(
        _ id: ResourceID, _ kind: ChallengeKind, of account: ACMEAccount, _ envelope: ACMEEnvelope, _ place: ACMEPlace
    ) async throws(ACMERefusal) -> ACMEResponse {
        var authorization = try await own(authorization: id, of: account)
        guard authorization.challenge(kind) != nil else { throw .notThere("challenge") }
        if try envelope.payload() != nil {
            authorization = try await look(kind, at: authorization, for: account, on: place.request.executor)
        }
        guard let challenge = authorization.challenge(kind) else { throw .notThere("challenge") }
        let response = ACMEResponse(200, json: Self.json(challenge, of: authorization, place))
            .adding("Link", "<\(place.url(.authorization(id)))>;rel=\"up\"")
        // §7.5.1: when to look again.
        return authorization.attempt == nil ? response : response.adding("Retry-After", "1")
    }

    /// Begins to look. What is seen while the client may still wait is stored with the beginning, in one transaction, and is
    /// in the answer; else the beginning is stored, and the look goes on beside the requests.
    private func look(
        _ kind: ChallengeKind, at found: ACMEAuthorization, for account: ACMEAccount, on executor: (any TaskExecutor)?
    ) async throws(ACMERefusal) -> ACMEAuthorization {
        var begun = found
        guard begun.begin(kind, at: clock(), lease: Self.lease) else { return found }
        var look: FirstLook?
        if configuration.firstLook > .zero {
            switch validations.enter(found.id) {
            case .isAwaited: return begun
            case .full: break
            case .entered:
                defer { validations.leave(found.id) }
                let (server, asked) = (self, begun)
                let first = FirstLook(on: executor) { await server.see(asked, account) }
                if let seen = await first.seen(before: alarms) {
                    var (next, decision) = conclusion(from: seen, on: begun, account, after: found.revision)
                    decision.unchangedAccounts = [account]
                    return try await commit(decision) == .done ? next : own(authorization: found.id, of: account)
                }
                look = first
            }
        }
        var decision = ACMEDecision()
        decision.authorizations = [begun]
        decision.unchangedAccounts = [account]
        guard try await commit(decision) == .done else { return try await own(authorization: found.id, of: account) }
        validations.add(begun, begun: look)
        return begun
    }

    /// E02: another's authorization is as if it were not there.
    private func own(
        authorization id: ResourceID, of account: ACMEAccount
    ) async throws(ACMERefusal) -> ACMEAuthorization {
        let found = try await stored { try await store.authorization(id) }
        guard let found, found.account == account.id else { throw .notThere("authorization") }
        return found
    }

    // MARK: Rendering

    /// §7.1.4.
    private func authorization(_ authorization: ACMEAuthorization, _ place: ACMEPlace) -> ACMEResponse {
        let now = clock()
        let status = authorization.shownStatus(at: now)
        var members = [
            JSONMember("status", .string(status.rawValue)),
            JSONMember("expires", .string(CertificateTime(authorization.expiresAt).description)),
            JSONMember("identifier", authorization.identifier.base.json),
        ]
        // §7.1.4: for a valid one, the challenge that was validated; for an invalid one, the one that was attempted.
        let shown = authorization.challenges.filter { challenge in
            switch (status, challenge.state) {
            case (.valid, .valid), (.invalid, .invalid): true
            case (.valid, _), (.invalid, _): false
            default: true
            }
        }
        members.append(
            JSONMember("challenges", .array(shown.map { Self.json($0, of: authorization, place) })))
        // "MUST be present and true for authorizations created as a result of a newOrder request containing a DNS
        // identifier with a value that was a wildcard domain name", and absent otherwise.
        if authorization.identifier.isWildcard { members.append(JSONMember("wildcard", true)) }
        let response = ACMEResponse(200, json: .object(members))
        return authorization.attempt == nil ? response : response.adding("Retry-After", "1")
    }

    /// §7.1.5, §8.
    private static func json(
        _ challenge: ACMEChallenge, of authorization: ACMEAuthorization, _ place: ACMEPlace
    ) -> JSONValue {
        var members = [
            JSONMember("type", .string(challenge.kind.rawValue)),
            JSONMember("url", .string(place.url(.challenge(authorization.id, challenge.kind)))),
            JSONMember("token", .string(challenge.token)),
        ]
        switch challenge.state {
        case .pending: members.append(JSONMember("status", "pending"))
        case .processing(let problem):
            members.append(JSONMember("status", "processing"))
            if let problem { members.append(JSONMember("error", problem.document())) }
        case .valid(let at):
            members.append(JSONMember("status", "valid"))
            members.append(JSONMember("validated", .string(CertificateTime(at).description)))
        case .invalid(let problem):
            members.append(JSONMember("status", "invalid"))
            members.append(JSONMember("error", problem.document()))
        }
        return .object(members)
    }
}

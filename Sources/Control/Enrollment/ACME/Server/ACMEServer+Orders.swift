import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTokens
import SymbolonWire

/// RFC 8555 §7.4: orders.
extension ACMEServer {
    func newOrder(
        _ account: ACMEAccount, _ envelope: ACMEEnvelope, _ place: ACMEPlace
    ) async throws(ACMERefusal) -> ACMEResponse {
        guard let payload = try envelope.payload() else {
            throw ACMERefusal(.malformed, "a request for an order has a payload")
        }
        guard payload["notBefore"] == nil, payload["notAfter"] == nil else {
            throw ACMERefusal(
                .malformed, "how long a certificate lives is the profile's; leave out notBefore and notAfter")
        }
        let identifiers = try Self.identifiers(payload)
        let profile = try profile(payload, for: identifiers, of: account)
        let now = clock()
        try await requireRoom(for: account, identifiers, at: now)
        let replaced = try await replacement(payload, for: identifiers, of: account, at: now)

        let reused = try await stored {
            try await store.validAuthorizations(of: account.id, for: identifiers, until: now + Self.leastLife)
        }
        var decision = ACMEDecision()
        decision.unchangedAccounts = [account]
        var authorizations: [ACMEAuthorization] = []
        for identifier in identifiers {
            if let known = reused.first(where: { $0.identifier == identifier }) {
                authorizations.append(known)
                continue
            }
            let made = ACMEAuthorization(
                id: .random(), account: account.id, identifier: identifier, createdAt: now,
                expiresAt: now + configuration.orderLife.seconds,
                challenges: identifier.challengeKinds.map { ACMEChallenge(kind: $0, token: Self.token()) })
            authorizations.append(made)
            decision.authorizations.append(made)
        }
        let order = ACMEOrder(
            id: .random(), account: account.id, identifiers: identifiers, profile: profile.name,
            authorizations: authorizations.map(\.id), replaces: replaced?.certificate, createdAt: now,
            expiresAt: now + configuration.orderLife.seconds)
        decision.orders = [order]
        decision.replacement = replaced.map {
            ACMEDecision.Replacement(certificate: $0.certificate, order: order.id, instead: $0.instead)
        }
        decision.audit = [authority.sealed(.acmeOrderCreated(order, at: now))]
        guard try await commit(decision) == .done else {
            if replaced != nil { throw Self.alreadyReplaced }
            throw .later("the account is being changed by another request", after: 1)
        }
        return self.order(ACMEOrderRecord(order: order, authorizations: authorizations), 201, place)
    }

    /// A reused authorization lasts at least until a client has finalized.
    private static let leastLife: TimeInterval = 600

    /// RFC 8555 §8.1: at least 128 bits; 256 here.
    private static func token() -> String {
        Base64URL.encode([UInt8].random(32))
    }

    /// §7.1.3, §7.4. Each in its one spelling and once.
    private static func identifiers(_ payload: JSONValue) throws(ACMERefusal) -> [ACMEIdentifier] {
        guard let list = payload["identifiers"]?.array, !list.isEmpty else {
            throw ACMERefusal(.malformed, "an order has a list of identifiers")
        }
        guard list.count <= IssuingAuthority.mostNames else {
            throw ACMERefusal(.malformed, "an order has at most \(IssuingAuthority.mostNames) identifiers")
        }
        var identifiers: [ACMEIdentifier] = []
        for element in list {
            let identifier = try identifier(element)
            if !identifiers.contains(identifier) { identifiers.append(identifier) }
        }
        return identifiers
    }

    private static func identifier(_ json: JSONValue) throws(ACMERefusal) -> ACMEIdentifier {
        guard let type = json["type"]?.string, let value = json["value"]?.string else {
            throw ACMERefusal(.malformed, "an identifier has a type and a value")
        }
        switch type {
        case "dns":
            do throws(NameFailure) {
                return .dns(try DNSPattern(value))
            } catch {
                throw ACMERefusal(.malformed, error.explanation)
            }
        case "ip":
            // RFC 8738 §3: in the form of RFC 5952.
            guard let address = try? IPAddress(value), address.description == value else {
                throw ACMERefusal(.malformed, "an address is written in its one form (RFC 5952)")
            }
            return .ip(address)
        default:
            throw ACMERefusal(
                .unsupportedIdentifier, "identifiers are of type dns or ip, not \(type.prefix(64).debugDescription)")
        }
    }

    // MARK: What may be ordered

    /// draft-ietf-acme-profiles §4: the profile asked for; when none is, the first that takes all identifiers.
    private func profile(
        _ payload: JSONValue, for identifiers: [ACMEIdentifier], of account: ACMEAccount
    ) throws(ACMERefusal) -> ACMEProfile {
        let policy = account.policy ?? configuration.policy
        let allowed = configuration.profiles.filter { policy.profiles?.contains($0.name) ?? true }
        if let asked = payload["profile"] {
            guard let found = allowed.first(where: { .string($0.name) == asked }) else {
                throw ACMERefusal(
                    .invalidProfile,
                    "this account may ask for the profiles \(allowed.map(\.name).joined(separator: ", "))")
            }
            if let problem = refusal(of: identifiers, under: found, policy) { throw ACMERefusal(problem) }
            return found
        }
        var first: ACMEProblem?
        for profile in allowed {
            guard let problem = refusal(of: identifiers, under: profile, policy) else { return profile }
            first = first ?? problem
        }
        throw ACMERefusal(first ?? ACMEProblem(.invalidProfile, "this account may ask for no profile"))
    }

    /// Every identifier is looked at by itself, and each that is refused is named (RFC 8555 §6.7.1; ATTACKS C09).
    func refusal(
        of identifiers: [ACMEIdentifier], under profile: ACMEProfile, _ policy: ACMEPolicy
    ) -> ACMEProblem? {
        var subproblems: [ACMEProblem.Subproblem] = []
        for identifier in identifiers {
            if let cause = cause(against: identifier, under: profile, policy) {
                subproblems.append(ACMEProblem.Subproblem(.rejectedIdentifier, cause, for: identifier))
            }
        }
        guard let first = subproblems.first else { return nil }
        return ACMEProblem(
            .rejectedIdentifier, subproblems.count == 1 ? first.detail : "\(subproblems.count) identifiers are refused",
            subproblems: subproblems)
    }

    private func cause(
        against identifier: ACMEIdentifier, under profile: ACMEProfile, _ policy: ACMEPolicy
    ) -> String? {
        do throws(NameRefusal) {
            try authority.configuration.check(identifier.subjectName, under: profile.profile)
        } catch {
            return error.explanation
        }
        return policy.permits(identifier) ? nil : "this account may not ask for \(identifier)"
    }

    /// E18: by the identifier in its one spelling, and by the account.
    private func requireRoom(
        for account: ACMEAccount, _ identifiers: [ACMEIdentifier], at now: Date
    ) async throws(ACMERefusal) {
        let orders = (account.policy ?? configuration.policy).orders
        let isFull = try await stored {
            try await store.hasMade(orders.count, ordersSince: now - orders.window.seconds, account.id)
        }
        guard !isFull else {
            throw .later(
                "this account has made \(orders.count) orders lately",
                after: orders.window.seconds / Double(max(1, orders.count)))
        }
        let failures = configuration.failures
        for identifier in identifiers {
            let count = try await stored {
                try await store.failureCount(of: account.id, for: identifier, since: now - failures.window.seconds)
            }
            guard count < failures.count else {
                throw .later(
                    "validating \(identifier) has failed \(failures.count) times lately; mend what is wrong and wait",
                    after: failures.window.seconds / Double(max(1, failures.count)))
            }
        }
    }

    // MARK: Looking at orders

    /// §7.4, POST-as-GET.
    func order(
        _ id: ResourceID, of account: ACMEAccount, _ envelope: ACMEEnvelope, _ place: ACMEPlace
    ) async throws(ACMERefusal) -> ACMEResponse {
        try Self.requireEmpty(envelope)
        return order(try await own(id, of: account), 200, place)
    }

    /// E02: another's order is as if it were not there.
    func own(_ id: ResourceID, of account: ACMEAccount) async throws(ACMERefusal) -> ACMEOrderRecord {
        let record = try await stored { try await store.order(id) }
        guard let record, record.order.account == account.id else { throw .notThere("order") }
        return record
    }

    static func requireEmpty(_ envelope: ACMEEnvelope) throws(ACMERefusal) {
        guard envelope.jws.payload.isEmpty else {
            throw ACMERefusal(.malformed, "this resource is only read: its payload is empty (POST-as-GET)")
        }
    }

    /// §7.1.2.1: pages of 100.
    func orders(
        of account: ACMEAccount, _ id: ResourceID, _ after: ResourceID?, _ envelope: ACMEEnvelope, _ place: ACMEPlace
    ) async throws(ACMERefusal) -> ACMEResponse {
        try Self.requireEmpty(envelope)
        guard account.id == id else { throw .notThere("list of orders") }
        let page = Self.ordersOnPage
        let found = try await stored { try await store.orders(of: id, after: after, limit: page + 1) }
        let response = ACMEResponse(
            200, json: ["orders": .texts(found.prefix(page).map { place.url(.order($0)) })])
        guard found.count > page else { return response }
        return response.adding("Link", "<\(place.url(.orders(id, after: found[page - 1])))>;rel=\"next\"")
    }

    static let ordersOnPage = 100

    // MARK: Rendering

    /// §7.1.3.
    func order(_ record: ACMEOrderRecord, _ status: Int, _ place: ACMEPlace) -> ACMEResponse {
        let order = record.order
        let now = clock()
        let shown = record.status(at: now)
        var members = [
            JSONMember("status", .string(shown.rawValue)),
            JSONMember("expires", .string(CertificateTime(order.expiresAt).description)),
            JSONMember("identifiers", .array(order.identifiers.map(\.json))),
            JSONMember("profile", .string(order.profile)),
            JSONMember("authorizations", .texts(order.authorizations.map { place.url(.authorization($0)) })),
            JSONMember("finalize", .string(place.url(.finalize(order.id)))),
        ]
        // An order keeps the serial number alone: which of several issuing authorities issued it, it does not say again.
        let issuers = authority.allIssuers.filter { $0.role == .issuing }
        if let replaces = order.replaces, issuers.count == 1 {
            let name = certificateName(replaces, of: issuers[0].certificate.publicKey)
            members.append(JSONMember("replaces", .string(name)))
        }
        if case .valid(let serialNumber) = order.state {
            members.append(JSONMember("certificate", .string(place.url(.certificate(serialNumber)))))
        }
        if let problem = record.problem(at: now) { members.append(JSONMember("error", problem.document())) }
        let response = ACMEResponse(status, json: .object(members)).adding("Location", place.url(.order(order.id)))
        // §7.4: how long to wait before looking again.
        return shown == .processing ? response.adding("Retry-After", "2") : response
    }
}

extension ACMEIdentifier {
    var json: JSONValue { ["type": .string(type), "value": .string(value)] }
}

extension ACMEPolicy {
    func permits(_ identifier: ACMEIdentifier) -> Bool {
        if identifier.isWildcard, !allowsWildcards { return false }
        guard let permitted else { return true }
        return permitted.contains { permission in
            switch (permission, identifier) {
            case (.dns(let suffix), .dns(let pattern)): pattern.base.isAtOrBelow(suffix)
            case (.network(let network), .ip(let address)): network.contains(address)
            case (.dns, .ip), (.network, .dns), (.mail, _): false
            }
        }
    }
}

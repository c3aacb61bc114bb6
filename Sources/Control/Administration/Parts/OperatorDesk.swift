internal import SymbolonAudit
public import SymbolonAuthority
internal import SymbolonNames

/// Says who the operators are.
public struct OperatorDesk: Sendable {
    let authority: IssuingAuthority
    let operators: any OperatorStore

    public init(authority: IssuingAuthority, operators: any OperatorStore) {
        self.authority = authority
        self.operators = operators
    }

    func list() async throws(AdministrationFailure) -> OperatorList {
        do {
            return OperatorList(operators: try await operators.operators())
        } catch {
            throw AdministrationFailure(error)
        }
    }

    func put(_ wish: PutOperator, in call: Call) async throws(AdministrationFailure) -> OperatorReport {
        try check(wish.identity)
        let entry = Operator(
            identity: wish.identity, role: wish.role, since: authority.now, addedBy: call.actor)
        let event = AuditEvent(
            .operatorPut, at: entry.since, actor: call.actor, subject: wish.identity,
            details: ["role": wish.role.rawValue])
        do {
            let isNews = try await operators.put(entry, audit: authority.sealed(event))
            let found = try await operators.operators().first { $0.identity == wish.identity }
            return OperatorReport(operator: found ?? entry, changed: isNews)
        } catch let failure as OperatorFailure {
            throw AdministrationFailure(failure)
        } catch {
            throw AdministrationFailure(reading: error)
        }
    }

    func remove(_ identity: String, in call: Call) async throws(AdministrationFailure) -> Done {
        let event = AuditEvent(.operatorRemoved, at: authority.now, actor: call.actor, subject: identity)
        do {
            try await operators.remove(identity, audit: authority.sealed(event))
            return Done()
        } catch {
            throw AdministrationFailure(error)
        }
    }

    /// A SPIFFE ID of this trust domain in its one spelling, that a person or a client can prove.
    private func check(_ identity: String) throws(AdministrationFailure) {
        let domain = authority.configuration.trustDomain
        let parsed = try Asked.parse(identity, "a SPIFFE ID") { text throws(NameFailure) in try SPIFFEID(text) }
        guard parsed.description == identity, parsed.trustDomain == domain, !parsed.path.isEmpty else {
            throw AdministrationFailure(
                .refused, what: "\(identity.debugDescription) cannot be an operator here",
                why: "operators prove a name of this trust domain, such as spiffe://\(domain)/person/alice")
        }
    }
}

extension AdministrationFailure {
    init(_ failure: OperatorFailure) {
        switch failure {
        case .unknown(let identity):
            self.init(
                .notFound, what: "\(identity.debugDescription) is no operator",
                mend: "see who is: symbolon operator list")
        case .lastAdministrator(let identity):
            self.init(
                .conflict, what: "\(identity) is the last administrator, and stays so",
                why: "without one nobody could add an operator over the network again",
                mend: "make another one first: symbolon operator add NAME --role administrator")
        case .store(let failure):
            self.init(failure)
        }
    }
}

extension Call {
    /// Refuses to touch the name of an operator whose role is above the caller's: a certificate for it would be that role.
    public func requireRank(
        over identity: String, _ operators: any OperatorStore
    ) async throws(AdministrationFailure) {
        let found: Role?
        do {
            found = try await operators.role(of: identity)
        } catch {
            throw AdministrationFailure(error)
        }
        guard let found, found > (role ?? .viewer) || role == nil else { return }
        throw AdministrationFailure(
            .forbidden, what: "\(identity) may not be certified by you",
            why: "it has the role \(found.rawValue) here, and you have \(role?.rawValue ?? "none")",
            mend: "let an administrator do it")
    }
}

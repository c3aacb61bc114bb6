import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonTokens
import SymbolonWire

/// RFC 8555 §7.4: from a ready order to one certificate.
extension ACMEServer {
    func finalize(
        _ id: ResourceID, of account: ACMEAccount, _ envelope: ACMEEnvelope, _ place: ACMEPlace
    ) async throws(ACMERefusal) -> ACMEResponse {
        guard let text = try envelope.payload()?["csr"]?.string, let der = try? Base64URL.decode(text) else {
            throw ACMERefusal(.malformed, "a finalization has a csr, the DER of a PKCS #10 request in base64url")
        }
        let record = try await own(id, of: account)
        try requireReady(record)
        let request = try await checkedRequest(der, for: record.order, of: account)
        try await checkCAA(record, account)
        var order = record.order
        order.begin(ACMEOrder.Finalization(request: der, since: clock()))
        var decision = ACMEDecision()
        decision.orders = [order]
        decision.unchangedAccounts = [account]
        decision.unchangedAuthorizations = record.authorizations
        let finished = try await issue(request, for: order, from: record.order, claim: decision)
        return self.order(ACMEOrderRecord(order: finished, authorizations: record.authorizations), 200, place)
    }

    /// §7.4: "If the order's status is not ready: orderNotReady". E08: every authorization is looked at again, for its end too.
    private func requireReady(_ record: ACMEOrderRecord) throws(ACMERefusal) {
        let status = record.status(at: clock())
        guard status == .ready else {
            throw ACMERefusal(.orderNotReady, "the order is \(status.rawValue), not ready")
        }
    }

    // MARK: The request

    /// E04: the request names exactly what was ordered, and brings a key of its own.
    private func checkedRequest(
        _ der: [UInt8], for order: ACMEOrder, of account: ACMEAccount
    ) async throws(ACMERefusal) -> IssuanceRequest {
        let request: CertificateRequest
        do throws(CertificateFailure) {
            request = try CertificateRequest(der: der)
        } catch {
            throw ACMERefusal(.badCSR, error.explanation)
        }
        let key = request.publicKey
        guard key != account.key else {
            throw ACMERefusal(.badCSR, "the certificate's key is the account's; make another (RFC 8555 §11.1)")
        }
        if try await stored({ try await store.account(withKey: key.fingerprint) }) != nil {
            throw ACMERefusal(.badCSR, "the certificate's key is an account's; make another")
        }
        if let weakness = key.weakness {
            throw ACMERefusal(.badPublicKey, "others can find this key (\(weakness)); make a new one")
        }
        try checkNames(of: request, order)
        return try issuance(request, for: order)
    }

    /// §7.4: "the CSR MUST indicate the exact same set of requested identifiers". The common name is one of them, or none.
    private func checkNames(of request: CertificateRequest, _ order: ACMEOrder) throws(ACMERefusal) {
        var asked: Set<ACMEIdentifier> = []
        for general in request.extensions.subjectAlternativeNames ?? [] {
            guard let name = try? general.subjectName(), let identifier = ACMEIdentifier(name) else {
                throw ACMERefusal(
                    .badCSR, "the request names its subject by something else than DNS names and addresses")
            }
            asked.insert(identifier)
        }
        let ordered = Set(order.identifiers)
        for text in request.subject.texts(of: .commonName) {
            guard let named = Self.identifier(commonName: text), ordered.contains(named) else {
                throw ACMERefusal(.badCSR, "the common name \(text.prefix(128).debugDescription) was not ordered")
            }
            asked.insert(named)
        }
        let missing = ordered.subtracting(asked)
        let extra = asked.subtracting(ordered)
        guard missing.isEmpty, extra.isEmpty else {
            let words = [
                extra.isEmpty ? nil : "names \(Self.list(extra)), not ordered",
                missing.isEmpty ? nil : "lacks \(Self.list(missing)), which was ordered",
            ]
            throw ACMERefusal(.badCSR, "the request " + words.compactMap(\.self).joined(separator: " and "))
        }
    }

    private static func identifier(commonName text: String) -> ACMEIdentifier? {
        if let address = try? IPAddress(text) { return .ip(address) }
        return (try? DNSPattern(text)).map { .dns($0) }
    }

    private static func list(_ identifiers: Set<ACMEIdentifier>) -> String {
        identifiers.map(\.description).sorted().joined(separator: ", ")
    }

    /// Everything else that the request asks for is what the profile gives anyway, or refuses it (C07).
    private func issuance(
        _ request: CertificateRequest, for order: ACMEOrder
    ) throws(ACMERefusal) -> IssuanceRequest {
        guard let profile = configuration.profiles.first(where: { $0.name == order.profile }) else {
            throw ACMERefusal(.invalidProfile, "the profile \(order.profile) is not offered any more; make a new order")
        }
        do throws(RequestFailure) {
            var asked = try IssuanceRequest(
                request, profile: profile.profile, name: Self.identity(of: order.identifiers),
                names: order.identifiers.map(\.subjectName), life: profile.life, actor: order.actor,
                configuration: authority.configuration)
            asked.replaces = order.replaces
            return asked
        } catch {
            throw ACMERefusal(.badCSR, error.explanation)
        }
    }

    /// `host/NAME` by the first DNS name, else `wildcard/BASE`, else `address/ADDRESS` with hyphens for colons.
    static func identity(of identifiers: [ACMEIdentifier]) -> String {
        var wildcard: String?
        var address: String?
        for identifier in identifiers {
            switch identifier {
            case .dns(let pattern) where !pattern.isWildcard: return "host/\(pattern)"
            case .dns(let pattern): wildcard = wildcard ?? "wildcard/\(pattern.base)"
            case .ip(let ip): address = address ?? "address/" + ip.description.map { $0 == ":" ? "-" : $0 }
            }
        }
        return wildcard ?? address ?? ""
    }

    /// RFC 8659 §3: every name again, at the time of issuance (E08).
    private func checkCAA(_ record: ACMEOrderRecord, _ account: ACMEAccount) async throws(ACMERefusal) {
        guard !(caa is NoCAACheck) else { return }
        let url = accountURL(account.id)
        let questions = record.authorizations.compactMap { authorization in
            authorization.validatedBy.map {
                CAAQuestion(identifier: authorization.identifier, method: $0, accountURL: url)
            }
        }
        let caa = caa
        let subproblems = await withTaskGroup(of: ACMEProblem.Subproblem?.self) { group in
            for question in questions {
                group.addTask {
                    do throws(ValidationFailure) {
                        try await caa.check(question)
                        return nil
                    } catch {
                        return ACMEProblem.Subproblem(
                            error.problem.kind, error.problem.detail, for: question.identifier)
                    }
                }
            }
            var found: [ACMEProblem.Subproblem] = []
            for await one in group { if let one { found.append(one) } }
            return found
        }
        guard let first = subproblems.first else { return }
        throw ACMERefusal(ACMEProblem(first.kind, first.detail, subproblems: subproblems))
    }

    // MARK: Issuing

    /// Signs and notes it in the order: two transactions in all. What cannot be stored once the order is claimed is left as
    /// it is: `finish` takes it up.
    /// - Parameters:
    ///   - order: as it is in `processing`.
    ///   - before: as it is stored until the claim is.
    private func issue(
        _ request: IssuanceRequest, for order: ACMEOrder, from before: ACMEOrder, claim: ACMEDecision
    ) async throws(ACMERefusal) -> ACMEOrder {
        let ledger = OrderLedger(store, order, claim: claim)
        var next = order
        do throws(IssuanceFailure) {
            next.complete(with: try await authority.issue(request, in: ledger).serialNumber)
            return next
        } catch {
            switch (error, ledger.isClaimed) {
            case (.store(.overtaken), false):
                // E03: whoever was faster has the certificate.
                if let found = try await stored({ try await store.order(order.id) }) { try requireReady(found) }
                throw .later("the order is being changed by another request", after: 1)
            case (.store(let failure), false): throw ACMERefusal(failure)
            case (.store, true): return order
            case (_, let isClaimed):
                next = isClaimed ? order : before
                next.fail(ACMEProblem(.serverInternal, error.explanation))
                return await store(next, insteadOf: order)
            }
        }
    }

    private func store(_ next: ACMEOrder, insteadOf order: ACMEOrder) async -> ACMEOrder {
        var decision = ACMEDecision()
        decision.orders = [next]
        switch try? await store.commit(decision) {
        case .done?: return next
        case nil: return order
        case .conflict?: return (try? await store.order(order.id))?.order ?? order
        }
    }

    /// An order that was in `processing` when its server ended. A certificate that was issued for it already is found by who
    /// asked for it.
    func finish(_ order: ACMEOrder) async {
        guard case .processing(let finalization) = order.state else { return }
        var taken = order
        taken.begin(ACMEOrder.Finalization(request: finalization.request, since: clock()))
        var decision = ACMEDecision()
        decision.orders = [taken]
        guard (try? await store.commit(decision)) == .done else { return }
        var next = taken
        if let issued = try? await certificateIssued(for: order) {
            next.complete(with: issued)
            _ = await store(next, insteadOf: taken)
            return
        }
        do throws(ACMERefusal) {
            guard let account = try await stored({ try await store.account(order.account) }) else { return }
            let request = try await checkedRequest(finalization.request, for: order, of: account)
            _ = try await issue(request, for: taken, from: taken, claim: ACMEDecision())
        } catch {
            guard error.cause == nil else { return }
            next.fail(error.problem)
            _ = await store(next, insteadOf: taken)
        }
    }

    private func certificateIssued(for order: ACMEOrder) async throws(StoreFailure) -> SerialNumber? {
        let name = Self.identity(of: order.identifiers)
        let path = name.split(separator: "/").map(String.init)
        guard let id = try? SPIFFEID(trustDomain: authority.configuration.trustDomain, path: path) else { return nil }
        let records = try await certificates.certificates(
            matching: CertificateQuery(identity: id.description, states: [.issued]))
        return records.first { $0.intent.actor == order.actor }?.intent.serialNumber
    }
}

extension ACMEOrder {
    /// Who asked for its certificate: in the audit record, and how the certificate is found again.
    var actor: String { "acme account \(account) order \(id)" }
}

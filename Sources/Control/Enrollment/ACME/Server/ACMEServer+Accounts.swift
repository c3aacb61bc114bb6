import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonKeys
import SymbolonNames
import SymbolonTokens
import SymbolonWire

/// RFC 8555 §7.3: accounts.
extension ACMEServer {
    /// §7.3, §7.3.1.
    func newAccount(_ envelope: ACMEEnvelope, _ place: ACMEPlace) async throws(ACMERefusal) -> ACMEResponse {
        guard case .key(let key) = envelope.signer else {
            throw ACMERefusal(.malformed, "a request for an account carries its key as jwk")
        }
        try envelope.verify(by: key)
        guard let payload = try envelope.payload() else {
            throw ACMERefusal(.malformed, "a request for an account has a payload")
        }
        if let known = try await stored({ try await store.account(withKey: key.fingerprint) }) {
            try requireValid(known)
            return account(known, 200, place)
        }
        guard payload["onlyReturnExisting"] != true else {
            throw ACMERefusal(.accountDoesNotExist, "no account has this key")
        }
        try await checkAccountKey(key)
        let contacts = try Self.contacts(payload) ?? []
        let binding = try await externalAccount(payload, key, envelope)
        let now = clock()
        try await requireRoom(for: place.request.network, at: now)
        let made = ACMEAccount(
            id: .random(), key: key, contacts: contacts, externalAccount: binding?.id, policy: binding?.policy,
            createdAt: now, createdFrom: place.request.network)
        var decision = ACMEDecision()
        decision.accounts = [made]
        if var bound = binding {
            bound.bind(to: made.id, at: now)
            decision.externalAccountKeys = [bound]
        }
        decision.audit = [authority.sealed(.acmeAccountCreated(made, at: now))]
        if try await commit(decision) == .done { return account(made, 201, place) }
        // Somebody was faster: with this key, and then its account is the one; or with the external account key.
        if let known = try await stored({ try await store.account(withKey: key.fingerprint) }) {
            try requireValid(known)
            return account(known, 200, place)
        }
        throw Self.bindingRefused
    }

    /// C05: a key that others can use, that is blocked, or that is the authority's own.
    private func checkAccountKey(_ key: PublicKey) async throws(ACMERefusal) {
        if let weakness = key.weakness {
            throw ACMERefusal(.badPublicKey, "others can find this key (\(weakness)); make a new one")
        }
        let isBlocked = try await stored { try await certificates.isBlocked(key.fingerprint) }
        guard !isBlocked, !authority.isOwn(key.fingerprint) else {
            throw ACMERefusal(.badPublicKey, "this key may not be used; make a new one")
        }
    }

    /// E18: many accounts from one place do not lift what one may do.
    private func requireRoom(for network: String, at now: Date) async throws(ACMERefusal) {
        let allowance = configuration.accounts
        let since = now - allowance.window.seconds
        let count = try await stored { try await store.accountCount(from: network, since: since) }
        guard count < allowance.count else {
            throw .later(
                "\(allowance.count) accounts were made from \(network) lately; use one of them",
                after: allowance.window.seconds / Double(max(1, allowance.count)))
        }
    }

    /// §7.3.2, §7.3.6.
    func update(
        _ account: ACMEAccount, _ id: ResourceID, _ envelope: ACMEEnvelope, _ place: ACMEPlace
    ) async throws(ACMERefusal) -> ACMEResponse {
        guard account.id == id else { throw .notThere("account") }
        guard let payload = try envelope.payload() else { return self.account(account, 200, place) }
        let contacts = try Self.contacts(payload)
        let deactivates = try Self.deactivates(payload)
        guard contacts != nil || deactivates else { return self.account(account, 200, place) }
        let now = clock()
        let changed = try await deciding { () async throws(ACMERefusal) -> (ACMEDecision?, ACMEAccount) in
            guard var next = try await self.stored({ try await self.store.account(id) }) else {
                throw ACMERefusal.notThere("account")
            }
            try self.requireValid(next)
            if let contacts { next.contacts = contacts }
            if deactivates { next.status = .deactivated }
            next.revision += 1
            var decision = ACMEDecision()
            decision.accounts = [next]
            if deactivates {
                decision.audit = [
                    self.authority.sealed(.acmeAccountDeactivated(next, actor: next.actor, at: now))
                ]
            }
            return (decision, next)
        }
        return self.account(changed, 200, place)
    }

    /// Whether a payload asks for the one status that a client may set.
    static func deactivates(_ payload: JSONValue) throws(ACMERefusal) -> Bool {
        guard let status = payload["status"] else { return false }
        guard status == "deactivated" else {
            throw ACMERefusal(.malformed, "the only status that can be asked for is deactivated")
        }
        return true
    }

    /// §7.3.5.
    func changeKey(
        of account: ACMEAccount, _ envelope: ACMEEnvelope, _ place: ACMEPlace
    ) async throws(ACMERefusal) -> ACMEResponse {
        guard let payload = try envelope.payload() else {
            throw ACMERefusal(.malformed, "the payload of a key change is a JWS by the new key")
        }
        let inner: FlattenedJWS
        do throws(JWSFailure) {
            inner = try FlattenedJWS(payload, limits: ACMEEnvelope.limits)
        } catch {
            throw ACMERefusal(error)
        }
        let key = try Self.newKey(in: inner, of: account, url: place.requestURL)
        try await checkAccountKey(key)
        let now = clock()
        var next = account
        next.key = key
        next.revision += 1
        var decision = ACMEDecision()
        decision.accounts = [next]
        decision.audit = [authority.sealed(.acmeKeyChanged(from: account, to: next, at: now))]
        if try await commit(decision) == .done { return self.account(next, 200, place) }
        // "If there is an existing account associated with the new key": 409, with its URL.
        if let other = try await stored({ try await store.account(withKey: key.fingerprint) }) {
            var refusal = ACMERefusal(.malformed, "the new key is an account's already", status: 409)
            refusal.headers = [("Location", place.url(.account(other.id)))]
            throw refusal
        }
        throw .later("the account is being changed by another request", after: 1)
    }

    /// §7.3.5, the numbered checks of the inner JWS.
    private static func newKey(
        in inner: FlattenedJWS, of account: ACMEAccount, url: String
    ) throws(ACMERefusal) -> PublicKey {
        guard let jwk = inner.header["jwk"], inner.header["kid"] == nil else {
            throw ACMERefusal(.malformed, "the inner JWS carries the new key as jwk, and no kid")
        }
        let key = try ACMEEnvelope.key(jwk)
        do throws(JWSFailure) {
            try inner.verify(by: key)
        } catch {
            throw ACMERefusal(error)
        }
        guard inner.header["nonce"] == nil else {
            throw ACMERefusal(.malformed, "the inner JWS has no nonce")
        }
        guard inner.header["url"] == .string(url) else {
            throw ACMERefusal(.malformed, "the inner JWS has the url of the outer one")
        }
        let payload: JSONValue
        do throws(JSONFailure) {
            payload = try JSONReader.parse(inner.payload, limits: ACMEEnvelope.limits)
        } catch {
            throw ACMERefusal(.malformed, error.explanation)
        }
        guard let named = payload["account"]?.string, ACMEPlace.account(in: named) == account.id else {
            throw ACMERefusal(.malformed, "the inner payload names another account than kid does")
        }
        guard let old = payload["oldKey"], try ACMEEnvelope.key(old) == account.key else {
            throw ACMERefusal(.malformed, "oldKey is not the account's key")
        }
        return key
    }

    // MARK: Contacts

    /// §7.3: mailto without hfields and with one address; other schemes are unsupported. Nil when the member is not there.
    private static func contacts(_ payload: JSONValue) throws(ACMERefusal) -> [String]? {
        guard let member = payload["contact"] else { return nil }
        // 10: nobody reads more, and the store keeps them for good.
        guard let list = member.array, list.count <= 10 else {
            throw ACMERefusal(.invalidContact, "contact is a list of at most 10 URLs")
        }
        var contacts: [String] = []
        for element in list {
            guard let url = element.string else { throw ACMERefusal(.invalidContact, "a contact is a URL") }
            let scheme = "mailto:"
            guard url.lowercased().hasPrefix(scheme) else {
                throw ACMERefusal(.unsupportedContact, "contacts are mailto: URLs")
            }
            guard let mailbox = try? Mailbox(url.dropFirst(scheme.count)) else {
                throw ACMERefusal(.invalidContact, "a mailto: contact has one address and nothing behind it")
            }
            contacts.append(scheme + mailbox.description)
        }
        return contacts
    }

    // MARK: Rendering

    /// §7.1.2.
    private func account(_ account: ACMEAccount, _ status: Int, _ place: ACMEPlace) -> ACMEResponse {
        let url = place.url(.account(account.id))
        return ACMEResponse(
            status,
            json: [
                "status": .string(account.status.rawValue), "contact": .texts(account.contacts),
                "orders": .string(place.url(.orders(account.id, after: nil))),
            ]
        ).adding("Location", url)
    }
}

extension ACMEAccount {
    /// As the audit record names who asked.
    var actor: String { "acme account \(id)" }
}

extension Duration {
    /// Whole seconds.
    var seconds: TimeInterval { TimeInterval(components.seconds) }
}

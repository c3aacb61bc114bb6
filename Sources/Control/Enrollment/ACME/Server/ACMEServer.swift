public import Foundation
import SymbolonAudit
public import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonWire

/// An ACME server (RFC 8555) over values: a request goes in, a response comes out. Sockets, HTTP and tables are elsewhere.
///
/// It keeps no state of its own that another server on the same store needs, but for nonces (`NonceSource`).
public final class ACMEServer: Sendable {
    public let configuration: ACMEConfiguration
    let authority: IssuingAuthority
    let certificates: any AuthorityStore
    let store: any ACMEStore
    let validation: any ChallengeValidation
    let caa: any CAACheck
    let renewal: RenewalPolicy
    let clock: @Sendable () -> Date
    let nonces = NonceSource()
    let validations = ValidationQueue()
    /// When a first look has been waited for long enough.
    let alarms: Alarms

    /// - Parameters:
    ///   - certificates: the store of the authority.
    ///   - store: may be the same.
    ///   - clock: now. Passed in, so that tests choose.
    public init(
        _ configuration: ACMEConfiguration, authority: IssuingAuthority, certificates: any AuthorityStore,
        store: any ACMEStore, validation: any ChallengeValidation, caa: any CAACheck,
        renewal: RenewalPolicy = RenewalPolicy(), clock: @escaping @Sendable () -> Date
    ) {
        self.configuration = configuration
        alarms = Alarms(after: configuration.firstLook)
        self.authority = authority
        self.certificates = certificates
        self.store = store
        self.validation = validation
        self.caa = caa
        self.renewal = renewal
        self.clock = clock
    }

    /// Below which all its resources are.
    public static let root = "/acme"

    /// The largest body that is read: see `ACMEEnvelope.limits`.
    public static let largestBody = 1 << 17

    /// Answers a request. Never throws: a refusal is a response.
    public func answer(_ request: ACMERequest) async -> ACMEResponse {
        let base = configuration.externalURL ?? "https://\(request.authority)"
        let place = ACMEPlace(base: base, request: request)
        var response: ACMEResponse
        do throws(ACMERefusal) {
            response = try await route(place)
        } catch {
            response = error.response
        }
        // RFC 8555 §6.5: with every answer to a POST, also a refusal, comes a fresh nonce.
        if request.method == .post { response.headers.append(("Replay-Nonce", nonces.make())) }
        // §7.1: from everything but the directory a link leads back to it.
        if place.resource != .directory {
            response.headers.append(("Link", "<\(place.url(.directory))>;rel=\"index\""))
        }
        if request.method == .head { response.body = [] }
        return response
    }

    private func route(_ place: ACMEPlace) async throws(ACMERefusal) -> ACMEResponse {
        guard let resource = place.resource else {
            throw ACMERefusal(.malformed, "there is no such resource; begin at \(place.url(.directory))", status: 404)
        }
        guard resource.methods.contains(place.request.method) else {
            var refusal = ACMERefusal(
                .malformed, "this resource is asked with \(resource.methods.map(\.name).joined(separator: " or "))",
                status: 405)
            refusal.headers = [("Allow", resource.methods.map(\.name).joined(separator: ", "))]
            throw refusal
        }
        switch resource {
        case .directory: return ACMEResponse(200, json: directory(place))
        case .newNonce: return newNonce(place)
        case .renewalInformation(let name): return try await renewalInformation(name)
        default: return try await post(resource, place)
        }
    }

    /// RFC 8555 §6.2: JWS in a POST.
    private func post(_ resource: ACMEResource, _ place: ACMEPlace) async throws(ACMERefusal) -> ACMEResponse {
        let type = place.request.contentType?.split(separator: ";").first.map(String.init) ?? ""
        guard type.lowercased() == "application/jose+json" else {
            throw ACMERefusal(.malformed, "the body is sent as application/jose+json", status: 415)
        }
        let envelope = try ACMEEnvelope(place.request.body, url: place.requestURL)
        // §6.5: taken once, before the signature is looked at.
        guard nonces.use(envelope.nonce) else {
            throw ACMERefusal(
                .badNonce, "the nonce was not given out here, or was used; take the one that came with this")
        }
        switch resource {
        case .newAccount: return try await newAccount(envelope, place)
        case .revokeCertificate: return try await revokeCertificate(envelope, place)
        default: break
        }
        let account = try await account(of: envelope)
        switch resource {
        case .newOrder: return try await newOrder(account, envelope, place)
        case .keyChange: return try await changeKey(of: account, envelope, place)
        case .account(let id): return try await update(account, id, envelope, place)
        case .orders(let id, let after): return try await orders(of: account, id, after, envelope, place)
        case .order(let id): return try await order(id, of: account, envelope, place)
        case .finalize(let id): return try await finalize(id, of: account, envelope, place)
        case .authorization(let id): return try await authorization(id, of: account, envelope, place)
        case .challenge(let id, let kind): return try await challenge(id, kind, of: account, envelope, place)
        case .certificate(let serialNumber):
            return try await certificate(serialNumber, of: account, envelope)
        case .directory, .newNonce, .newAccount, .revokeCertificate, .renewalInformation:
            throw ACMERefusal(.malformed, "this resource takes no account's request", status: 404)
        }
    }

    // MARK: Signers

    /// RFC 8555 §6.2: the account that kid names made the signature, and may still ask.
    func account(of envelope: ACMEEnvelope) async throws(ACMERefusal) -> ACMEAccount {
        guard case .account(let url) = envelope.signer else {
            throw ACMERefusal(.malformed, "this request names its account by kid, not its key by jwk")
        }
        guard let id = ACMEPlace.account(in: url), let account = try await stored({ try await store.account(id) })
        else {
            throw ACMERefusal(
                .accountDoesNotExist, "there is no account \(url.prefix(200).debugDescription); make one first")
        }
        try envelope.verify(by: account.key)
        try requireValid(account)
        return account
    }

    /// §7.3.6: what a deactivated account asks is unauthorized.
    func requireValid(_ account: ACMEAccount) throws(ACMERefusal) {
        guard account.status == .valid else {
            throw ACMERefusal(.unauthorized, "the account is \(account.status.rawValue)", status: 401)
        }
    }

    // MARK: Storing

    /// What the store gives; its failure as the client may know it.
    func stored<Value: Sendable>(
        _ work: () async throws -> Value
    ) async throws(ACMERefusal) -> Value {
        do {
            return try await work()
        } catch {
            throw ACMERefusal((error as? StoreFailure) ?? .unavailable("\(error)"))
        }
    }

    /// Commits, or says that something has changed meanwhile.
    func commit(_ decision: ACMEDecision) async throws(ACMERefusal) -> ACMECommit {
        try await stored { try await store.commit(decision) }
    }

    /// Decides again for as long as somebody else was faster. 8: each time one of them has got on.
    func deciding<Value: Sendable>(
        _ decide: () async throws(ACMERefusal) -> (ACMEDecision?, Value)
    ) async throws(ACMERefusal) -> Value {
        for _ in 0..<8 {
            let (decision, value) = try await decide()
            guard let decision else { return value }
            if try await commit(decision) == .done { return value }
        }
        throw .later("the same thing is being changed by many requests at once", after: 1)
    }

    // MARK: Directory and nonces

    /// RFC 8555 §7.1.1; RFC 9773 §4.1; draft-ietf-acme-profiles §3. There is no newAuthz: authorizations come with orders.
    private func directory(_ place: ACMEPlace) -> JSONValue {
        var meta = [
            JSONMember("externalAccountRequired", .bool(configuration.requiresExternalAccount)),
            JSONMember(
                "profiles", .object(configuration.profiles.map { JSONMember($0.name, .string($0.purpose)) })),
        ]
        if !configuration.caaIdentities.isEmpty {
            meta.append(JSONMember("caaIdentities", .texts(configuration.caaIdentities)))
        }
        return [
            "newNonce": .string(place.url(.newNonce)), "newAccount": .string(place.url(.newAccount)),
            "newOrder": .string(place.url(.newOrder)), "revokeCert": .string(place.url(.revokeCertificate)),
            "keyChange": .string(place.url(.keyChange)),
            "renewalInfo": .string(place.base + Self.root + "/renewal-info"), "meta": .object(meta),
        ]
    }

    /// RFC 8555 §7.2: 200 to HEAD, 204 to GET, neither to be cached.
    private func newNonce(_ place: ACMEPlace) -> ACMEResponse {
        ACMEResponse(place.request.method == .head ? 200 : 204)
            .adding("Replay-Nonce", nonces.make()).adding("Cache-Control", "no-store")
    }
}

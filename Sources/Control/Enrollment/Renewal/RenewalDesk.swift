public import Foundation
import SymbolonAudit
public import SymbolonAuthority
public import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
public import SymbolonVerification

/// Where holders of this authority's certificates renew them: what was proved decides what is issued, and no operator is
/// asked.
public actor RenewalDesk {
    public nonisolated let policy: RenewalPolicy
    private nonisolated let authority: IssuingAuthority
    private nonisolated let store: any AuthorityStore
    private nonisolated let clock: @Sendable () -> Date
    private var admission: RenewalAdmission
    private var nonces = RenewalNonces()
    private var random = SystemRandomNumberGenerator()
    /// Since this desk was opened.
    public private(set) var counters = RenewalCounters()

    /// - Parameter clock: now. Passed in, so that tests choose.
    public init(
        _ authority: IssuingAuthority, store: any AuthorityStore, policy: RenewalPolicy = RenewalPolicy(),
        clock: @escaping @Sendable () -> Date
    ) {
        self.authority = authority
        self.store = store
        self.policy = policy
        self.clock = clock
        admission = RenewalAdmission(rate: policy.rate)
    }

    // MARK: Renewing

    /// Renews the certificate that a connection proved. It names no certificate: what one proof renews is never another's.
    /// - Parameter actor: the peer, as the audit record shall name it.
    public func renew(
        _ request: CertificateRequest, provedBy peer: VerifiedPeer, actor: String
    ) async throws(RenewalRefusal) -> RenewedCertificate {
        let held = peer.path.leaf
        return try await counting { () async throws(RenewalRefusal) in
            let check = try await self.check(held)
            let now = self.clock()
            try check.requireLive(at: now)
            let issuance = try self.issuance(check, request, actor, at: now)
            try await self.admit(check, at: now)
            return try await self.issue(issuance, for: held)
        }
    }

    /// For a holder that comes back after its certificate's end.
    public func nonce() -> [UInt8] { nonces.make(at: clock(), using: &random) }

    /// Renews a certificate that has ended, for whoever has its key; also a living one that is for servers alone, since no
    /// handshake takes it for a client's.
    /// - Parameters:
    ///   - signature: the key's, over `LapsedStatement.bytes`.
    ///   - address: where it comes from.
    public func bringBack(
        _ held: Certificate, _ request: CertificateRequest, nonce: [UInt8], signature: [UInt8], from address: String
    ) async throws(RenewalRefusal) -> RenewedCertificate {
        // Until the key has shown itself, nothing is written down: strangers do not fill the record.
        guard nonces.isOurs(nonce, at: clock()) else { throw .nonce }
        let check = try await check(held)
        guard LapsedStatement.isSigned(signature, certificate: held, request: request, nonce: nonce) else {
            throw .signature
        }
        let actor = "\(check.record.intent.identity) (lapsed certificate \(held.serialNumber), from \(address))"
        do throws(RenewalRefusal) {
            return try await counting { () async throws(RenewalRefusal) in
                let now = self.clock()
                guard await self.use(nonce, at: now) else { throw .nonce }
                if check.canProveClient {
                    try check.requireLapsed(at: now)
                } else {
                    try check.requireNotTooLate(at: now)
                }
                let issuance = try self.issuance(check, request, actor, at: now)
                try await self.admit(check, at: now)
                let renewed = try await self.issue(issuance, for: held)
                await self.note(
                    .identityReturned, check.record.intent.identity, actor,
                    ["lapsed": held.serialNumber.description, "serial": renewed.issued.serialNumber.description])
                return renewed
            }
        } catch {
            switch error {
            // Come again is no refusal, and the issuing authority writes down what it refuses itself.
            case .notYet, .issuance: throw error
            default: break
            }
            await note(
                .renewalRefused, check.record.intent.identity, actor,
                [
                    "serial": held.serialNumber.description, "because": error.explanation,
                    "key": request.publicKey.fingerprint.description,
                ])
            throw error
        }
    }

    private func use(_ nonce: [UInt8], at now: Date) -> Bool { nonces.use(nonce, at: now) }

    // MARK: Renewal information

    /// When to renew a certificate; nil for one that is not known here. RFC 9773 §4.1.
    public nonisolated func window(
        of serialNumber: SerialNumber
    ) async throws(RenewalRefusal) -> RenewalWindow? {
        guard let record = try await record(of: serialNumber) else { return nil }
        return policy.window(for: record, issuedBy: authority.allIssuers, at: clock())
    }

    // MARK: The steps

    private nonisolated func record(of serialNumber: SerialNumber) async throws(RenewalRefusal) -> IssuanceRecord? {
        do throws(StoreFailure) {
            return try await store.certificate(serialNumber)
        } catch {
            throw .store(error)
        }
    }

    private nonisolated func check(_ held: Certificate) async throws(RenewalRefusal) -> RenewalCheck {
        try RenewalCheck(held, record: try await record(of: held.serialNumber), policy: policy)
    }

    private nonisolated func issuance(
        _ check: RenewalCheck, _ request: CertificateRequest, _ actor: String, at now: Date
    ) throws(RenewalRefusal) -> IssuanceRequest {
        try check.issuance(
            for: request, actor: actor, at: now, issuerEnd: authority.issuing.notAfter,
            configuration: authority.configuration)
    }

    /// After the checks, which are cheap, and before the issuance, which is not: who asks for what it may not have takes
    /// nobody's place.
    private func admit(_ check: RenewalCheck, at now: Date) throws(RenewalRefusal) {
        let held = check.held
        let early = RenewalPolicy.replacement(of: check.record, authority.allIssuers, at: now)
        let deadline = early.map { min($0.end, held.notAfter) } ?? held.notAfter
        switch admission.ask(held.serialNumber, deadline: deadline, at: now) {
        case .admitted: return
        case .comeAgain(let seconds): throw .notYet(retryAfter: seconds)
        }
    }

    private nonisolated func issue(
        _ request: IssuanceRequest, for held: Certificate
    ) async throws(RenewalRefusal) -> RenewedCertificate {
        let issued: IssuedCertificate
        do throws(IssuanceFailure) {
            issued = try await authority.issue(request)
        } catch {
            throw .issuance(error)
        }
        // What was proved may have been revoked meanwhile, by one who could not know of the certificate that has just been
        // made. It goes the same way then.
        if let record = try await record(of: held.serialNumber), case .revoked(let revocation, _) = record.state {
            do {
                _ = try await authority.revoke(
                    issued.serialNumber, reason: revocation.reason, actor: request.actor)
            } catch .store(let failure) {
                throw .store(failure)
            } catch {
                throw .revoked(held.serialNumber)
            }
            throw .revoked(held.serialNumber)
        }
        return RenewedCertificate(
            issued: issued, replaced: held.serialNumber,
            window: CertificateLife(of: issued.certificate).suggestedWindow)
    }

    // MARK: Accounting

    /// How many were sent away and are expected now.
    public func waiting() -> Int { admission.waiting(at: clock()) }

    private nonisolated func counting(
        _ work: @Sendable () async throws(RenewalRefusal) -> RenewedCertificate
    ) async throws(RenewalRefusal) -> RenewedCertificate {
        do throws(RenewalRefusal) {
            let renewed = try await work()
            await count { $0.renewed += 1 }
            return renewed
        } catch {
            if case .notYet = error { await count { $0.deferred += 1 } } else { await count { $0.refused += 1 } }
            throw error
        }
    }

    private func count(_ change: @Sendable (inout RenewalCounters) -> Void) { change(&counters) }

    /// A record that cannot be written now is no reason to answer otherwise: issuance writes its own, or fails.
    private nonisolated func note(
        _ kind: AuditEventKind, _ subject: String, _ actor: String, _ details: [String: String]
    ) async {
        try? await authority.note(kind, subject: subject, actor: actor, details: details)
    }
}

/// What a renewal gave.
public struct RenewedCertificate: Equatable, Sendable {
    public let issued: IssuedCertificate
    public let replaced: SerialNumber
    /// When the new one should be renewed in its turn.
    public let window: RenewalWindow?
}

/// What a desk has done.
public struct RenewalCounters: Equatable, Sendable {
    public var renewed = 0
    public var refused = 0
    /// Sent away to come again.
    public var deferred = 0

    public init(renewed: Int = 0, refused: Int = 0, deferred: Int = 0) {
        self.renewed = renewed
        self.refused = refused
        self.deferred = deferred
    }
}

import Foundation
public import SymbolonAuthority
import SymbolonCertificates
import SymbolonNames

/// What a renewal may be: the certificate that was proved, once more, for a new key. Nothing else can be asked for.
struct RenewalCheck {
    /// What was proved.
    let held: Certificate
    /// What the store says of it.
    let record: IssuanceRecord
    let policy: RenewalPolicy

    /// - Throws: `.notOurs` when the store has another certificate under this number: the proof is then worth nothing here.
    init(_ held: Certificate, record: IssuanceRecord?, policy: RenewalPolicy) throws(RenewalRefusal) {
        guard let record else { throw .notOurs(held.serialNumber) }
        switch record.state {
        case .revoked: throw .revoked(held.serialNumber)
        case .issued(let certificate, at: _) where certificate == held.der: break
        case .issued, .intended, .abandoned: throw .notOurs(held.serialNumber)
        }
        self.held = held
        self.record = record
        self.policy = policy
    }

    /// While it lives, a certificate is believed through its last second.
    func requireLive(at now: Date) throws(RenewalRefusal) {
        guard now < held.notAfter + 1 else { throw .expired(notAfter: held.notAfter) }
    }

    /// After its end, for as long as the policy says.
    func requireLapsed(at now: Date) throws(RenewalRefusal) {
        guard now >= held.notAfter + 1 else { throw .notLapsed(notAfter: held.notAfter) }
        try requireNotTooLate(at: now)
    }

    func requireNotTooLate(at now: Date) throws(RenewalRefusal) {
        guard now <= held.notAfter + TimeInterval(policy.lapsed.components.seconds) else {
            throw .lapsedTooLong(notAfter: held.notAfter, allowed: policy.lapsed)
        }
    }

    /// RFC 5280 §4.2.1.12: whether a handshake could prove it, while it lives.
    var canProveClient: Bool { held.extensions.extendedKeyUsage?.contains(.clientAuth) ?? true }

    /// The request to the authority that a presented request comes to. RFC 7030 §4.2.2: subject and alternative names are
    /// identical to those of the certificate being renewed.
    /// - Parameter issuerEnd: a renewed certificate ends with its issuer at the latest, so that the last months of an
    ///   authority are no outage of those who renew.
    func issuance(
        for request: CertificateRequest, actor: String, at now: Date, issuerEnd: Date,
        configuration: AuthorityConfiguration
    ) throws(RenewalRefusal) -> IssuanceRequest {
        guard let profile = ProfileName(rawValue: record.intent.profile), policy.profiles.contains(profile) else {
            throw .profile(record.intent.profile)
        }
        guard request.publicKey != held.publicKey else { throw .sameKey }
        guard request.subject == held.subject else {
            throw .otherSubject(asked: request.subject.description, held: held.subject.description)
        }
        let names = try heldNames()
        // An authorization does not last for ever (RFC 8555 §7.5): who proved a name once would keep it by renewing.
        guard !names.prefix(1).contains(where: AuthorityConfiguration.isProved) else {
            throw .proved(record.intent.identity)
        }
        guard let asked = Self.names(of: request), Set(asked) == Set(names) else {
            throw .otherNames(
                asked: Self.names(of: request)?.map(\.description) ?? ["names of a kind that is not certified"],
                held: names.map(\.description))
        }
        guard let name = held.subject.texts(of: .commonName).first else { throw .notOurs(held.serialNumber) }
        // Under the mail profile the identity is one of the names; a SPIFFE ID is made from the short name.
        let beside = if case .spiffe = names.first { Array(names.dropFirst()) } else { names }
        let life = min(record.intent.life, .seconds(Int64(issuerEnd.timeIntervalSince(now).rounded(.down))))
        do throws(RequestFailure) {
            var asked = try IssuanceRequest(
                request, profile: profile, name: name, names: beside, life: life, actor: actor,
                configuration: configuration)
            asked.replaces = held.serialNumber
            return asked
        } catch {
            throw .request(error)
        }
    }

    private func heldNames() throws(RenewalRefusal) -> [SubjectName] {
        do {
            return try record.intent.names.map { text throws(NameFailure) in try SubjectName(text) }
        } catch {
            throw .notOurs(held.serialNumber)
        }
    }

    /// Nil when there is one that no certificate here carries.
    private static func names(of request: CertificateRequest) -> [SubjectName]? {
        var names: [SubjectName] = []
        for general in request.extensions.subjectAlternativeNames ?? [] {
            guard let name = try? general.subjectName() else { return nil }
            names.append(name)
        }
        return names
    }
}

extension IssuanceIntent {
    /// The life that was asked for: its end was cut to the second, so that its length is the next whole number.
    public var life: Duration { .seconds(notAfter.timeIntervalSince(at).rounded(.up)) }
}

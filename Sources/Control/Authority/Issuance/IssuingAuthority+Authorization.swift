import Foundation
import SymbolonAudit
import SymbolonCertificates
public import SymbolonKeys
public import SymbolonNames

/// Step 1 of issuance: may this be certified, for this long, now?
extension IssuingAuthority {
    /// The most names on one certificate: more than any service is reached by, few enough to read.
    public static let mostNames = 100
    /// How far the clock may be behind the last audit entry: what a good time source corrects in one step.
    public static let clockTolerance: Duration = .seconds(300)

    /// - Parameter issuing: the certificate that it is to be signed with.
    func authorize(
        _ request: IssuanceRequest, at now: Date, below issuing: Certificate
    ) async throws(IssuanceFailure) -> AuthorizedRequest {
        try checkNotHalted()
        guard !request.actor.isEmpty else { throw .actorMissing }
        let profile = CertificateProfile.named(request.profile)
        guard let form = request.identityForm else { throw .profileIsNotForLeaves(profile.name) }
        try await checkClock(now, issuing)
        try await checkKey(request.publicKey)
        let names = try permittedNames(of: request, profile, form)
        let (notBefore, notAfter) = try validity(of: request, profile, at: now, below: issuing)
        return AuthorizedRequest(
            profile: profile, name: request.name, names: names, publicKey: request.publicKey, notBefore: notBefore,
            notAfter: notAfter, actor: request.actor, at: now, replaces: request.replaces)
    }

    /// Whether this could be issued now, as far as that can be said before a key is known.
    /// - Returns: the identity that it would have.
    public func check(
        _ profile: ProfileName, name: String, names: [SubjectName], life: Duration?
    ) throws(IssuanceFailure) -> SubjectName {
        let profile = CertificateProfile.named(profile)
        guard case .leaf(let form) = profile.role else { throw .profileIsNotForLeaves(profile.name) }
        let request = IssuanceRequest(
            profile: profile.name, name: name, names: names, publicKey: sealer.publicKey, life: life, actor: "")
        _ = try validity(of: request, profile, at: clock(), below: issuing)
        return try permittedNames(of: request, profile, form)[0]
    }

    /// A clock that went back makes certificates that have ended already, or that outlive what they should.
    private func checkClock(_ now: Date, _ issuing: Certificate) async throws(IssuanceFailure) {
        guard now >= issuing.notBefore else { throw .clockBeforeIssuer(now: now, notBefore: issuing.notBefore) }
        let end: AuditEnd?
        do throws(StoreFailure) {
            end = try await store.auditEnd()
        } catch {
            throw .store(error)
        }
        guard let end else { return }
        let last: Date
        do throws(AuditFailure) {
            last = try sealer.time(of: end.last)
        } catch {
            throw .store(.audit(error))
        }
        guard now >= last - Self.clockTolerance.wholeSeconds else {
            throw .clockBeforeRecord(now: now, lastEntry: last)
        }
    }

    private func checkKey(_ key: PublicKey) async throws(IssuanceFailure) {
        guard KeyPolicy.certifiedKinds.contains(key.kind) else { throw .keyKind(key.kind) }
        guard !isOwn(key.fingerprint) else { throw .keyIsTheAuthoritys(key.fingerprint) }
        let isBlocked: Bool
        do throws(StoreFailure) {
            isBlocked = try await store.isBlocked(key.fingerprint)
        } catch {
            throw .store(error)
        }
        guard !isBlocked else { throw .keyBlocked(key.fingerprint) }
    }

    /// Whether this is a key of the authority itself, which is never certified or believed for anybody else.
    public func isOwn(_ key: KeyFingerprint) -> Bool {
        key == sealer.publicKey.fingerprint || issuers.all.contains { $0.key == key }
    }

    /// The identity first, then every other name once, each checked by itself.
    private func permittedNames(
        of request: IssuanceRequest, _ profile: CertificateProfile, _ form: CertificateProfile.IdentityForm
    ) throws(IssuanceFailure) -> [SubjectName] {
        guard request.names.count <= Self.mostNames else {
            throw .tooManyNames(request.names.count, allowed: Self.mostNames)
        }
        let identity: SubjectName
        do throws(IdentityFailure) {
            identity = try configuration.identity(
                request.name, form: form, names: request.names, isAuthoritys: request.isAuthoritys)
        } catch {
            throw .identity(error)
        }
        var names = [identity]
        for name in request.names where !names.contains(name) { names.append(name) }
        let policy = NamePolicy(configuration: configuration, profile: profile)
        for name in names {
            do throws(NameRefusal) {
                try policy.check(name, beside: identity)
            } catch {
                throw .name(error)
            }
        }
        return names
    }

    /// A certificate never outlives its issuer: that is an error, not a silent cut.
    private func validity(
        of request: IssuanceRequest, _ profile: CertificateProfile, at now: Date, below issuing: Certificate
    ) throws(IssuanceFailure) -> (notBefore: Date, notAfter: Date) {
        let life = request.life ?? profile.defaultLife
        guard life >= .seconds(1), life <= profile.maximumLife else {
            throw .life(life, maximum: profile.maximumLife)
        }
        let notBefore = max((now - Self.backdating.wholeSeconds).cutToSecond, issuing.notBefore)
        let notAfter = (now + life.wholeSeconds).cutToSecond
        guard notAfter <= issuing.notAfter else {
            throw .outlivesIssuer(notAfter: notAfter, issuerNotAfter: issuing.notAfter)
        }
        return (notBefore, notAfter)
    }
}

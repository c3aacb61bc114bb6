public import SymbolonCertificates
public import SymbolonKeys
import Synchronization

/// What the authority issues with, which may become another while it is at work.
extension IssuingAuthority {
    var issuers: IssuersInForce { inForce.withLock { $0 } }

    /// The root that new certificates are under.
    public var root: Certificate { issuers.root }
    /// The certificate that new ones are signed with.
    public var issuing: Certificate { issuers.issuing.certificate }
    var issuer: LintIssuer { issuers.issuing.issuer }
    /// With its key, for what else it signs.
    public var signingIssuer: SigningIssuer { issuers.issuing }
    /// Every root and issuing authority that there is or was, as far as `refreshIssuers` has seen it.
    public var allIssuers: [Issuer] { issuers.all }
    /// The roots that are believed, the active one first.
    public var anchors: [Certificate] { issuers.all.anchors }

    /// Takes up what was prepared, activated or retired, by whichever process: from then on the active one issues.
    /// - Returns: whether another one issues now.
    @discardableResult
    public func refreshIssuers() async throws(AuthorityFailure) -> Bool {
        let record = try await Self.record(in: store)
        let all = try await Self.issuers(in: store)
        guard let active = all.active(.issuing) else { throw .notCreated }
        let known = issuers
        guard active.key != known.issuing.key else {
            let next = try IssuersInForce(record, all, signer: known.issuing.signer)
            inForce.withLock { $0 = next }
            return false
        }
        let signer: (any CertificateSigner)?
        do throws(KeysUnavailable) {
            signer = try await findKey(active.key)
        } catch {
            throw .keyNotHere(active.name, because: error.explanation)
        }
        guard let signer else { throw .keyNotHere(active.name, because: "there is no such file") }
        let next = try IssuersInForce(record, all, signer: signer)
        inForce.withLock { $0 = next }
        return true
    }

    /// An issuer of this authority with its key, if that is here.
    public func signingIssuer(_ key: KeyFingerprint) async throws(KeysUnavailable) -> SigningIssuer? {
        let issuers = issuers
        if issuers.issuing.key == key { return issuers.issuing }
        guard let issuer = issuers.all.first(where: { $0.key == key }), let signer = try await findKey(key) else {
            return nil
        }
        return SigningIssuer(issuer.certificate, signer: signer)
    }
}

import Foundation
import SymbolonAudit
public import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import Synchronization

/// An authority at work: the only thing that signs certificates.
///
/// One at a time decides; many requests may be under way. After each suspension the actor looks again before it signs.
public actor IssuingAuthority {
    /// With all that was permitted since, as far as `permit` or `refreshPermissions` has seen it.
    public nonisolated var configuration: AuthorityConfiguration { permitted.withLock { $0 } }
    public nonisolated let root: Certificate
    public nonisolated let issuing: Certificate
    nonisolated let store: any AuthorityStore
    nonisolated let clock: @Sendable () -> Date
    nonisolated let sealer: AuditSealer
    /// The authority's own keys, which are never certified for anybody.
    nonisolated let ownKeys: Set<KeyFingerprint>
    nonisolated let issuer: LintIssuer
    nonisolated let permitted: Mutex<AuthorityConfiguration>
    nonisolated let signing: CertificateSigning
    private nonisolated let faults: IssuanceFaults
    private var serialNumbers: SerialNumberSource
    /// Drawn, and not yet known to the store.
    private var reserved: Set<SerialNumber> = []
    private var haltedBecause: String?

    /// Certificates begin a minute before they are made, for peers whose clock is behind.
    public static let backdating: Duration = .seconds(60)

    init(
        _ parts: AuthorityParts, signer: any CertificateSigner, sealer: AuditSealer, store: any AuthorityStore,
        clock: @escaping @Sendable () -> Date, random: any RandomNumberGenerator & Sendable, faults: IssuanceFaults
    ) {
        permitted = Mutex(parts.configuration)
        root = parts.root
        issuing = parts.issuing
        issuer = parts.issuer
        ownKeys = [parts.rootKey.fingerprint, signer.publicKey.fingerprint, sealer.publicKey.fingerprint]
        self.store = store
        self.clock = clock
        self.sealer = sealer
        self.faults = faults
        signing = CertificateSigning(signer: signer, faults: faults)
        serialNumbers = SerialNumberSource(random: random)
    }

    /// Issues one certificate, or nothing: what this returns is durable and in the audit record.
    ///
    /// When an error is thrown after the intent was stored, the serial number is abandoned.
    /// - Parameter ledger: on this authority's store; the store itself unless told.
    public func issue(
        _ request: IssuanceRequest, in ledger: (any IssuanceLedger)? = nil
    ) async throws(IssuanceFailure) -> IssuedCertificate {
        var intended: SerialNumber?
        do {
            return try await issue(request, at: clock(), in: ledger ?? store, intended: &intended)
        } catch {
            // Who was faster leaves the entries.
            if intended == nil, error == .store(.overtaken) { throw error }
            await account(for: error, of: request, intended: intended)
            throw error
        }
    }

    /// The nine steps.
    private func issue(
        _ request: IssuanceRequest, at now: Date, in ledger: any IssuanceLedger, intended: inout SerialNumber?
    ) async throws(IssuanceFailure) -> IssuedCertificate {
        let authorized = try await authorize(request, at: now)  // 1. authorisation
        faults.reach(.authorized)
        let serialNumber = try reserveSerialNumber()  // 2. serial number
        defer { reserved.remove(serialNumber) }
        faults.reach(.serialReserved)
        // One configuration for both: another task may be told of a new one at any time.
        let configuration = configuration
        let tbs = try build(authorized, serialNumber, configuration)  // 3. build
        faults.reach(.built)
        let linted = try lint(tbs, authorized.profile, configuration)  // 4. lint
        faults.reach(.linted)
        let intent = intent(to: authorized, linted)  // 5. intent
        faults.reach(.intentPrepared)
        let permit = try await record(intent, linted, in: ledger, intended: &intended)  // 6. intent and audit
        faults.reach(.intentRecorded)
        let signed = try sign(permit)  // 7. sign
        faults.reach(.signed)
        let certificate = try compare(signed, linted)  // 8. compare
        faults.reach(.compared)
        let issued = try await complete(certificate, authorized, in: ledger)  // 9. store
        faults.reach(.stored)
        return issued
    }

    private func reserveSerialNumber() throws(IssuanceFailure) -> SerialNumber {
        // 8: of numbers with 158 random bits not even two are ever the same.
        for _ in 0..<8 {
            do throws(CertificateFailure) {
                let serialNumber = try serialNumbers.next()
                if reserved.insert(serialNumber).inserted { return serialNumber }
            } catch {
                throw .certificate(error)
            }
        }
        throw .serialNumbersRepeat
    }

    private func build(
        _ request: AuthorizedRequest, _ serialNumber: SerialNumber, _ configuration: AuthorityConfiguration
    ) throws(IssuanceFailure) -> [UInt8] {
        do throws(CertificateFailure) {
            return try request.profile.leaf(
                for: request, serialNumber: serialNumber, configuration: configuration, issuer: issuer)
        } catch {
            throw .certificate(error)
        }
    }

    private func lint(
        _ tbs: [UInt8], _ profile: CertificateProfile, _ configuration: AuthorityConfiguration
    ) throws(IssuanceFailure) -> LintedCertificate {
        try Lint.pass(tbs, against: profile, issuer: issuer, configuration: configuration)
    }

    private func intent(to request: AuthorizedRequest, _ linted: LintedCertificate) -> IssuanceIntent {
        IssuanceIntent(
            serialNumber: linted.serialNumber, issuerKey: issuer.publicKey.fingerprint,
            profile: request.profile.name.rawValue, identity: request.identity.description,
            names: request.names.map(\.description), publicKey: request.publicKey.fingerprint,
            notBefore: linted.notBefore, notAfter: linted.notAfter, tbs: linted.tbs, actor: request.actor,
            at: request.at)
    }

    /// Intent and audit entry become durable together, or nothing is signed.
    private func record(
        _ intent: IssuanceIntent, _ linted: LintedCertificate, in ledger: any IssuanceLedger,
        intended: inout SerialNumber?
    ) async throws(IssuanceFailure) -> IssuancePermit {
        do throws(StoreFailure) {
            try await ledger.record(intent, audit: AuditAppend(.intended(intent), sealedBy: sealer))
        } catch {
            throw .store(error)
        }
        intended = intent.serialNumber
        return IssuancePermit(for: linted)
    }

    private func sign(_ permit: consuming IssuancePermit) throws(IssuanceFailure) -> UnreleasedCertificate {
        try checkNotHalted()
        return try signing.sign(permit)
    }

    private func compare(
        _ signed: UnreleasedCertificate, _ linted: LintedCertificate
    ) throws(IssuanceFailure) -> Certificate {
        do throws(IssuanceFailure) {
            return try signing.release(signed, linted: linted)
        } catch {
            if case .signedBytesDiffer = error { haltedBecause = error.explanation }
            throw error
        }
    }

    private func complete(
        _ certificate: Certificate, _ request: AuthorizedRequest, in ledger: any IssuanceLedger
    ) async throws(IssuanceFailure) -> IssuedCertificate {
        let now = clock()
        do throws(StoreFailure) {
            try await ledger.complete(
                certificate.serialNumber, certificate: certificate.der, at: now,
                audit: AuditAppend(.issued(certificate, request, at: now), sealedBy: sealer))
        } catch {
            throw .store(error)
        }
        return IssuedCertificate(
            certificate: certificate, chain: [certificate, issuing], anchor: root, profile: request.profile.name,
            identity: request.identity)
    }

    func checkNotHalted() throws(IssuanceFailure) {
        if let haltedBecause { throw .halted(because: haltedBecause) }
    }
}

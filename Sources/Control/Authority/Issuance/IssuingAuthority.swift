import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import Synchronization

/// An authority at work: the only thing that signs certificates.
///
/// One at a time decides; many requests may be under way. After each suspension the actor looks again before it signs.
public actor IssuingAuthority {
    /// With all that was permitted since, as far as `permit` or `refreshPermissions` has seen it.
    public nonisolated var configuration: AuthorityConfiguration { permitted.withLock { $0 } }
    nonisolated let store: any AuthorityStore
    nonisolated let clock: @Sendable () -> Date
    nonisolated let sealer: AuditSealer
    nonisolated let permitted: Mutex<AuthorityConfiguration>
    /// As far as `refreshIssuers` has seen it.
    nonisolated let inForce: Mutex<IssuersInForce>
    nonisolated let findKey: AuthorityKeys.Finder
    private nonisolated let faults: IssuanceFaults
    private var serialNumbers: SerialNumberSource
    /// Drawn, and not yet known to the store.
    private var reserved: Set<SerialNumber> = []
    private var haltedBecause: String?

    /// Certificates begin a minute before they are made, for peers whose clock is behind.
    public static let backdating: Duration = .seconds(60)

    init(
        _ configuration: AuthorityConfiguration, _ issuers: IssuersInForce, findKey: @escaping AuthorityKeys.Finder,
        sealer: AuditSealer, store: any AuthorityStore,
        clock: @escaping @Sendable () -> Date, random: any RandomNumberGenerator & Sendable, faults: IssuanceFaults
    ) {
        permitted = Mutex(configuration)
        inForce = Mutex(issuers)
        self.findKey = findKey
        self.store = store
        self.clock = clock
        self.sealer = sealer
        self.faults = faults
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
        let issuer = key
        do {
            return try await issue(request, at: clock(), in: ledger ?? store, intended: &intended)
        } catch {
            // Another process has activated another issuing authority, and this one was not told yet.
            if intended == nil, case .store(.forbidden) = error {
                _ = try? await refreshIssuers()
                if key != issuer { return try await issue(request, in: ledger) }
            }
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
        // One configuration and one issuer for all steps: another task may be told of new ones at any time.
        let (configuration, issuers) = (configuration, issuers)
        let issuer = issuers.issuing.issuer
        let signing = CertificateSigning(signer: issuers.issuing.signer, faults: faults)
        let tbs = try build(authorized, serialNumber, configuration, issuer)  // 3. build
        faults.reach(.built)
        let linted = try Lint.pass(
            tbs, against: authorized.profile, issuer: issuer, configuration: configuration)  // 4. lint
        faults.reach(.linted)
        let intent = intent(to: authorized, linted, issuer)  // 5. intent
        faults.reach(.intentPrepared)
        let permit = try await record(intent, linted, in: ledger, intended: &intended)  // 6. intent and audit
        faults.reach(.intentRecorded)
        let signed = try sign(permit, signing)  // 7. sign
        faults.reach(.signed)
        let certificate = try compare(signed, linted, signing)  // 8. compare
        faults.reach(.compared)
        let issued = try await complete(certificate, authorized, issuers, in: ledger)  // 9. store
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
        _ request: AuthorizedRequest, _ serialNumber: SerialNumber, _ configuration: AuthorityConfiguration,
        _ issuer: LintIssuer
    ) throws(IssuanceFailure) -> [UInt8] {
        do throws(CertificateFailure) {
            return try request.profile.leaf(
                for: request, serialNumber: serialNumber, configuration: configuration, issuer: issuer)
        } catch {
            throw .certificate(error)
        }
    }

    private func intent(
        to request: AuthorizedRequest, _ linted: LintedCertificate, _ issuer: LintIssuer
    ) -> IssuanceIntent {
        IssuanceIntent(
            serialNumber: linted.serialNumber, issuerKey: issuer.publicKey.fingerprint,
            profile: request.profile.name.rawValue, identity: request.identity.description,
            names: request.names.map(\.description), publicKey: request.publicKey.fingerprint,
            notBefore: linted.notBefore, notAfter: linted.notAfter, tbs: linted.tbs, actor: request.actor,
            at: request.at, replaces: request.replaces)
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

    private func sign(
        _ permit: consuming IssuancePermit, _ signing: CertificateSigning
    ) throws(IssuanceFailure) -> UnreleasedCertificate {
        try checkNotHalted()
        return try signing.sign(permit)
    }

    private func compare(
        _ signed: UnreleasedCertificate, _ linted: LintedCertificate, _ signing: CertificateSigning
    ) throws(IssuanceFailure) -> Certificate {
        do throws(IssuanceFailure) {
            return try signing.release(signed, linted: linted)
        } catch {
            if case .signedBytesDiffer = error { haltedBecause = error.explanation }
            throw error
        }
    }

    private func complete(
        _ certificate: Certificate, _ request: AuthorizedRequest, _ issuers: IssuersInForce,
        in ledger: any IssuanceLedger
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
            certificate: certificate, chain: [certificate] + issuers.all.chain(above: issuers.issuing.key),
            anchors: issuers.all.anchors, profile: request.profile.name, identity: request.identity)
    }

    func checkNotHalted() throws(IssuanceFailure) {
        if let haltedBecause { throw .halted(because: haltedBecause) }
    }
}

import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import Synchronization

/// An authority at work: the only thing that signs certificates.
///
/// Many requests may be under way at once, each where its task runs. What they share is changed under a lock, in one step.
public final class IssuingAuthority: Sendable {
    /// With all that was permitted since, as far as `permit` or `refreshPermissions` has seen it.
    public var configuration: AuthorityConfiguration { permitted.withLock { $0 } }
    let store: any AuthorityStore
    let clock: @Sendable () -> Date
    let sealer: AuditSealer
    let permitted: Mutex<AuthorityConfiguration>
    /// As far as `refreshIssuers` has seen it.
    let inForce: Mutex<IssuersInForce>
    let findKey: AuthorityKeys.Finder
    private let faults: IssuanceFaults
    private let serialNumbers: Mutex<SerialNumbers>
    private let haltedBecause = Mutex<String?>(nil)

    private struct SerialNumbers {
        var source: SerialNumberSource
        /// Drawn, and not yet known to the store.
        var reserved: Set<SerialNumber> = []
    }

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
        serialNumbers = Mutex(SerialNumbers(source: SerialNumberSource(random: random)))
    }

    /// Issues one certificate, or nothing: what this returns is durable and in the audit record.
    ///
    /// When an error is thrown after the intent was stored, the serial number is abandoned.
    /// - Parameter ledger: on this authority's store; the store itself unless told.
    public func issue(
        _ request: IssuanceRequest, in ledger: (any IssuanceLedger)? = nil
    ) async throws(IssuanceFailure) -> IssuedCertificate {
        try await issue(request, below: nil, in: ledger)
    }

    /// - Parameter named: nil: the one that is active.
    func issue(
        _ request: IssuanceRequest, below named: SigningIssuer?, in ledger: (any IssuanceLedger)? = nil
    ) async throws(IssuanceFailure) -> IssuedCertificate {
        var intended: SerialNumber?
        let issuer = key
        do {
            return try await issue(request, below: named, at: clock(), in: ledger ?? store, intended: &intended)
        } catch {
            // Another process has activated another issuing authority, and this one was not told yet.
            if named == nil, intended == nil, case .store(.forbidden) = error {
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
        _ request: IssuanceRequest, below named: SigningIssuer?, at now: Date, in ledger: any IssuanceLedger,
        intended: inout SerialNumber?
    ) async throws(IssuanceFailure) -> IssuedCertificate {
        let authorized = try await authorize(
            request, at: now, below: (named ?? signingIssuer).certificate)  // 1. authorisation
        faults.reach(.authorized)
        let serialNumber = try reserveSerialNumber()  // 2. serial number
        defer { serialNumbers.withLock { _ = $0.reserved.remove(serialNumber) } }
        faults.reach(.serialReserved)
        // One configuration and one issuer for all steps: another task may be told of new ones at any time.
        let (configuration, issuers) = (configuration, issuers)
        let issuing = named ?? issuers.issuing
        let issuer = issuing.issuer
        let signing = CertificateSigning(signer: issuing.signer, faults: faults)
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
        let issued = try await complete(certificate, authorized, issuers, issuing, in: ledger)  // 9. store
        faults.reach(.stored)
        return issued
    }

    private func reserveSerialNumber() throws(IssuanceFailure) -> SerialNumber {
        // 8: of numbers with 158 random bits not even two are ever the same.
        for _ in 0..<8 {
            let drawn: SerialNumber?
            do throws(CertificateFailure) {
                drawn = try serialNumbers.withLock { (numbers) throws(CertificateFailure) in
                    let next = try numbers.source.next()
                    return numbers.reserved.insert(next).inserted ? next : nil
                }
            } catch {
                throw .certificate(error)
            }
            if let drawn { return drawn }
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
            if case .signedBytesDiffer = error { haltedBecause.withLock { $0 = error.explanation } }
            throw error
        }
    }

    private func complete(
        _ certificate: Certificate, _ request: AuthorizedRequest, _ issuers: IssuersInForce,
        _ issuing: SigningIssuer, in ledger: any IssuanceLedger
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
            certificate: certificate, chain: [certificate] + issuers.all.chain(above: issuing.key),
            anchors: issuers.all.anchors, profile: request.profile.name, identity: request.identity)
    }

    func checkNotHalted() throws(IssuanceFailure) {
        if let cause = haltedBecause.withLock({ $0 }) { throw .halted(because: cause) }
    }
}

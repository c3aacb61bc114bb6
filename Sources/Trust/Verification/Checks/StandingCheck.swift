import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation

/// The two checks whose answer changes with time: validity and revocation. Live connections are put to them again.
struct StandingCheck: Sendable {
    let revocation: RevocationSnapshot
    let mode: RevocationMode
    /// Whole seconds.
    let now: Date

    /// RFC 5280 §6.1.3(a)(2), §4.1.2.5: the validity period, both ends included, has the current time in it.
    func checkValidity(of certificate: Certificate) throws(VerificationFailure) {
        guard now >= certificate.notBefore else { throw .notYetValid(notBefore: certificate.notBefore, at: now) }
        guard now <= certificate.notAfter else { throw .expired(notAfter: certificate.notAfter, at: now) }
    }

    /// RFC 5280 §6.1.3(a)(3): the certificate is not revoked, as far as `mode` asks.
    func checkRevocation(
        of certificate: Certificate, issuedBy issuer: PathCertificate
    ) throws(VerificationFailure) -> RevocationStatus {
        let status = self.status(of: certificate, issuedBy: issuer)
        switch (status, mode) {
        case (.revoked(let reason, let since), _): throw .revoked(reason, since: since)
        case (.unknown(let silence), .required): throw .revocationUnknown(silence)
        case (.good, _), (.unknown, .bestEffort): return status
        }
    }

    private func status(of certificate: Certificate, issuedBy issuer: PathCertificate) -> RevocationStatus {
        guard let issuerKey = issuer.publicKey?.fingerprint else { return .unknown(.noSource) }
        return revocation.status(
            of: CertificateIdentifier(issuerKey: issuerKey, serialNumber: certificate.serialNumber), at: now)
    }
}

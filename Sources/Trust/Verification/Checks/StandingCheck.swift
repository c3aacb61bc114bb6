import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation

/// The two checks whose answer changes with time: validity and revocation. Live connections are put to them again.
struct StandingCheck: Sendable {
    let revocation: RevocationSources
    let mode: RevocationMode
    let evidence: RevocationEvidence
    /// Whole seconds.
    let now: Date

    /// RFC 5280 §6.1.3(a)(2), §4.1.2.5: the validity period, both ends included, has the current time in it.
    func checkValidity(of certificate: Certificate) throws(VerificationFailure) {
        guard now >= certificate.notBefore else { throw .notYetValid(notBefore: certificate.notBefore, at: now) }
        guard now <= certificate.notAfter else { throw .expired(notAfter: certificate.notAfter, at: now) }
    }

    /// RFC 5280 §6.1.3(a)(3): the certificate at `index` is not revoked, as far as `mode` asks.
    func checkRevocation(at index: Int, of path: SignedPath) throws(VerificationFailure) -> RevocationStatus {
        let certificate = path.certificates[index].certificate
        let status = self.status(at: index, of: path)
        switch status {
        case .good: return status
        case .revoked(let reason, let since): throw .revoked(reason, since: since)
        case .unknown(let silence):
            guard passesSilence(about: certificate) else { throw .revocationUnknown(silence) }
            return status
        }
    }

    private func passesSilence(about certificate: Certificate) -> Bool {
        // RFC 7633 §4.2.3.1: a certificate that promises a stapled answer is not let in without any.
        guard !certificate.promisesStapledAnswer else { return false }
        return switch mode {
        case .required: false
        case .requiredUnlessLife(let hours):
            certificate.notAfter.timeIntervalSince(certificate.notBefore) < Double(hours) * 3600
        case .bestEffort: true
        }
    }

    private func status(at index: Int, of path: SignedPath) -> RevocationStatus {
        let certificate = path.certificates[index].certificate
        if evidence.answers.isEmpty, !revocation.mayConcern(certificate) {
            guard let issuerKey = path.issuer(of: index).publicKey?.fingerprint else { return .unknown(.noSource) }
            return revocation.status(
                of: CertificateIdentifier(issuerKey: issuerKey, serialNumber: certificate.serialNumber), at: now)
        }
        var above: [Certificate] = []
        above.reserveCapacity(path.certificates.count - index)
        for issuer in path.certificates[(index + 1)...] { above.append(issuer.certificate) }
        above.append(path.anchor.certificate)
        return revocation.status(
            of: certificate, under: IssuerPath(authorities: above, others: evidence.certificates),
            stapled: evidence.answers, at: now)
    }
}

/// What a peer brought with it that bears on revocation; kept for as long as the peer is judged again.
struct RevocationEvidence: Sendable {
    let answers: [StatusAnswer]
    /// Beside the path; signers of lists may be among them.
    let certificates: [Certificate]
}

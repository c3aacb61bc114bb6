import Foundation
public import SymbolonCertificates

/// Bytes that were read back and found to keep RFC 5280 and their profile. Only `Lint` makes one.
public struct LintedCertificate: Equatable, Sendable {
    public let tbs: [UInt8]
    public let serialNumber: SerialNumber
    let notBefore: Date
    let notAfter: Date

    fileprivate init(_ certificate: Certificate, tbs: [UInt8]) {
        self.tbs = tbs
        serialNumber = certificate.serialNumber
        notBefore = certificate.notBefore
        notAfter = certificate.notAfter
    }
}

extension Lint {
    /// Reads the very bytes that will be signed; any finding refuses them.
    static func pass(
        _ tbs: [UInt8], against profile: CertificateProfile, issuer: LintIssuer, configuration: AuthorityConfiguration
    ) throws(IssuanceFailure) -> LintedCertificate {
        let reading = Lint.read(tbs, against: profile, issuer: issuer, configuration: configuration)
        guard let certificate = reading.certificate, reading.findings.isEmpty else { throw .lint(reading.findings) }
        return LintedCertificate(certificate, tbs: tbs)
    }
}

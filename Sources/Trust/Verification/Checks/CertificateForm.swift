import SymbolonCertificates
import SymbolonKeys

/// RFC 5280 §4.1: what a certificate must be, whatever its place in the path.
enum CertificateForm {
    static func check(_ parsed: PathCertificate, by rules: Rules) throws(VerificationFailure) {
        try checkAnchor(parsed, by: rules)
        guard rules.askConformance else { return }
        try checkSerialNumber(of: parsed.certificate)
        try checkTimes(of: parsed.certificate)
    }

    /// Of an anchor only what its use as an issuer rests on. Roots in wide use have serial number zero; nobody looks an
    /// anchor up by its number, nor revokes it by one.
    static func checkAnchor(_ parsed: PathCertificate, by rules: Rules) throws(VerificationFailure) {
        try checkVersion(of: parsed.certificate)
        try checkNames(of: parsed)
        try checkKey(of: parsed, by: rules)
    }

    /// RFC 5280 §4.1.2.1: extensions need version 3, and without extensions there is no telling an authority.
    private static func checkVersion(of certificate: Certificate) throws(VerificationFailure) {
        guard certificate.version == 3 else { throw .notVersion3(found: certificate.version) }
    }

    /// RFC 5280 §4.1.2.2: positive, and at most 20 octets.
    private static func checkSerialNumber(of certificate: Certificate) throws(VerificationFailure) {
        if let violation = certificate.serialNumber.violation { throw .serialNumber(violation) }
    }

    /// RFC 5280 §4.1.2.4, §4.1.2.6: an issuer has a name, and so has an authority.
    private static func checkNames(of parsed: PathCertificate) throws(VerificationFailure) {
        guard !parsed.certificate.issuer.isEmpty else { throw .issuerEmpty }
        guard !parsed.isAuthority || !parsed.certificate.subject.isEmpty else { throw .authoritySubjectEmpty }
    }

    /// RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050.
    private static func checkTimes(of certificate: Certificate) throws(VerificationFailure) {
        let (notBefore, notAfter) = certificate.validity
        for time in [notBefore, notAfter] where !time.isInRequiredForm { throw .timeFormWrong(time) }
    }

    /// The key is of a kind that is believed.
    private static func checkKey(of parsed: PathCertificate, by rules: Rules) throws(VerificationFailure) {
        switch parsed.key {
        case .failure(let failure): throw .keyNotAllowed(failure)
        case .success(let key):
            guard rules.profile.requiresWholeModulusOctets else { return }
            if case .rsa(let bits) = key.kind, !bits.isMultiple(of: 8) { throw .rsaModulusNotWholeOctets(bits: bits) }
        }
    }
}

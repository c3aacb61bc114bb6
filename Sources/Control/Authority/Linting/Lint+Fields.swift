import Foundation
import SymbolonCertificates
import SymbolonKeys

/// The basic fields, in the order of RFC 5280 §4.1.2.
extension Lint {
    func checkFields() {
        require(certificate.version == 3, .version, found: "version \(certificate.version)", expected: "version 3")
        checkSerialNumber()
        checkIssuer()
        checkValidity()
        checkSubject()
        checkSubjectKey()
    }

    /// Stricter than the clause: exactly the length that `SerialNumberSource` draws.
    private func checkSerialNumber() {
        let serial = certificate.serialNumber
        require(
            serial.violation == nil, .serialNumber, found: serial.violation?.explanation ?? "",
            expected: "a positive number of at most \(SerialNumber.longest) octets")
        require(
            serial.magnitude.count == SerialNumber.longest, .serialNumber, found: "\(serial.magnitude.count) octets",
            expected: "\(SerialNumber.longest) octets")
    }

    /// Byte for byte: a verifier that compares names less leniently than RFC 5280 §7.1 must still find the issuer.
    private func checkIssuer() {
        require(
            certificate.issuer.derBytes == issuer.name.derBytes && !certificate.issuer.isEmpty, .issuer,
            found: "issuer \(certificate.issuer)", expected: "\(issuer.name)")
    }

    private func checkValidity() {
        let (notBefore, notAfter) = certificate.validity
        require(
            notBefore.isInRequiredForm && notAfter.isInRequiredForm, .validityForm, found: "a time in the wrong form",
            expected: "UTCTime through 2049 and GeneralizedTime after")
        require(
            certificate.notBefore < certificate.notAfter, .validityOrder, found: "\(notBefore) to \(notAfter)",
            expected: "notBefore before notAfter")
        let life = certificate.notAfter.timeIntervalSince(certificate.notBefore)
        let maximum = profile.maximumLife + IssuingAuthority.backdating
        require(
            life <= maximum.wholeSeconds, .life, found: "\(Int64(life)) s",
            expected: "at most \(maximum.components.seconds) s")
        guard let validity = issuer.validity else { return }
        require(
            validity.contains(certificate.notBefore) && validity.contains(certificate.notAfter), .withinIssuer,
            found: "\(notBefore) to \(notAfter)",
            expected: "a time within \(CertificateTime(validity.lowerBound)) to \(CertificateTime(validity.upperBound))"
        )
    }

    /// One organisation, the configured one, and one common name; nothing else is told of the subject.
    private func checkSubject() {
        let subject = certificate.subject
        let commonNames = subject.texts(of: .commonName)
        require(
            subject.texts(of: .organizationName) == [configuration.organisation] && commonNames.count == 1
                && subject.relativeNames.joined().count == 2, .subject, found: "subject \(subject)",
            expected: "the organisation \(configuration.organisation) and one common name")
        for name in commonNames {
            let length = name.unicodeScalars.count
            require(
                1...DistinguishedName.longestText ~= length, .subject, found: "a common name of \(length) characters",
                expected: "1 to \(DistinguishedName.longestText)")
        }
        let isRoot = issuer.isSelfSigned
        require(
            (subject.derBytes == issuer.name.derBytes) == isRoot, .subject,
            found: isRoot ? "another subject than the issuer" : "the issuer's own name as subject",
            expected: isRoot ? "the issuer" : "another name than the issuer's")
    }

    private func checkSubjectKey() {
        guard let key = certificate.publicKey else {
            return require(
                false, .subjectKey, found: certificate.publicKeyFailure?.explanation ?? "no key",
                expected: "a key that can be read")
        }
        require(
            KeyPolicy.certifiedKinds.contains(key.kind), .subjectKey, found: "a \(key.kind) key",
            expected: "P-256, P-384 or Ed25519")
        require(
            (key == issuer.publicKey) == issuer.isSelfSigned, .subjectKey,
            found: issuer.isSelfSigned ? "another key than the root's" : "the issuer's own key",
            expected: issuer.isSelfSigned ? "the root's own key" : "another key than the issuer's")
    }
}

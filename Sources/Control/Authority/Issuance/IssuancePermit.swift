/// Leave to sign one linted certificate, once: a second signature does not compile. Made only where the intent to sign
/// has become durable.
public struct IssuancePermit: ~Copyable, Sendable {
    let certificate: LintedCertificate

    init(for certificate: LintedCertificate) {
        self.certificate = certificate
    }
}

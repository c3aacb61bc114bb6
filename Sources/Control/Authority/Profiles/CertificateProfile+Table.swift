import SymbolonCertificates

/// Every profile there is. A leaf lives a day, a person's working day 8 h, a device that is seldom on line 90 d. At
/// most 397 d: no key should be in use for much longer than a year without a look at it.
extension CertificateProfile {
    public static let all = ProfileName.allCases.map(named)

    public static let root = CertificateProfile(
        name: .root, purpose: "the authority's root: signs issuing certificates, can be kept offline",
        role: .authority(maximumPathLength: 1),
        keyUsage: [.keyCertSign, .crlSign], extendedKeyUsage: [], extraNames: [], allowsWildcards: false,
        defaultLife: .years(10), maximumLife: .years(25))

    public static let issuing = CertificateProfile(
        name: .issuing, purpose: "the authority's issuing certificate: signs leaves only",
        role: .authority(maximumPathLength: 0),
        keyUsage: [.keyCertSign, .crlSign], extendedKeyUsage: [], extraNames: [], allowsWildcards: false,
        defaultLife: .years(2), maximumLife: .years(5))

    /// A week: its key is in a node's memory, and id-pkix-ocsp-nocheck lets nobody ask whether it was revoked.
    public static let responder = CertificateProfile(
        name: .responder, purpose: "a node's OCSP responder: answers what was revoked, and nothing else",
        role: .responder,
        keyUsage: [.digitalSignature], extendedKeyUsage: [.ocspSigning], extraNames: [], allowsWildcards: false,
        defaultLife: .days(7), maximumLife: .days(7))

    public static let service = CertificateProfile(
        name: .service, purpose: "a server that proved clients reach by a DNS name or an address",
        role: .leaf(.plain),
        keyUsage: [.digitalSignature], extendedKeyUsage: [.serverAuth], extraNames: [.dns, .ip],
        allowsWildcards: true,
        defaultLife: .hours(24), maximumLife: .days(397))

    public static let client = CertificateProfile(
        name: .client, purpose: "a program that reaches services",
        role: .leaf(.plain),
        keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth], extraNames: [], allowsWildcards: false,
        defaultLife: .hours(24), maximumLife: .days(397))

    public static let workload = CertificateProfile(
        name: .workload, purpose: "a program that is both server and client (an X.509-SVID)",
        role: .leaf(.plain),
        keyUsage: [.digitalSignature], extendedKeyUsage: [.serverAuth, .clientAuth], extraNames: [.dns, .ip],
        allowsWildcards: false,
        defaultLife: .hours(24), maximumLife: .days(90))

    public static let person = CertificateProfile(
        name: .person, purpose: "a person, for a working day",
        role: .leaf(.inFolder("person")),
        keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth], extraNames: [.mail], allowsWildcards: false,
        defaultLife: .hours(8), maximumLife: .days(7))

    public static let device = CertificateProfile(
        name: .device, purpose: "a device that renews by itself",
        role: .leaf(.inFolder("device")),
        keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth], extraNames: [.dns], allowsWildcards: false,
        defaultLife: .days(90), maximumLife: .days(397))

    public static let mail = CertificateProfile(
        name: .mail, purpose: "a mailbox that signs mail",
        role: .leaf(.mailbox),
        keyUsage: [.digitalSignature], extendedKeyUsage: [.emailProtection], extraNames: [.mail],
        allowsWildcards: false,
        defaultLife: .hours(24), maximumLife: .days(397))
}

/// A case that we decide otherwise than its suite, with the reason; docs/Divergences.md has the same lines.
struct Divergence: Sendable {
    let suite: String
    let id: String
    let clause: String
    let reason: String

    /// x509-limbo, under the profile in brackets when only one is meant.
    static let limbo: [Divergence] = [
        Divergence(
            suite: "x509-limbo [strict]", id: "rfc5280::ca-as-leaf", clause: "CA/B TLS BR §7.1.2.7.8",
            reason: "refused under strict, as the suite's own webpki::ca-as-leaf asks; accepted under rfc5280"),
        Divergence(
            suite: "x509-limbo [strict]", id: "rfc5280::nc::permitted-dn-match", clause: "RFC 9525 §4.1",
            reason: "its only name is a directory name, by which no peer is known; accepted under rfc5280"),
    ]

    static let pkits: [Divergence] = [
        Divergence(
            suite: "PKITS", id: "Section1ValidDSASignaturesTest4", clause: "FIPS 186-5",
            reason: "DSA is withdrawn, and refused by name"),
        Divergence(
            suite: "PKITS", id: "Section1ValidDSAParameterInheritanceTest5", clause: "FIPS 186-5",
            reason: "DSA is withdrawn, and refused by name"),
    ]
}

import SymbolonCertificates

/// The anchors by subject, for path building. The subject only finds them; the key decides (RFC 5280 §6.1.1(d)).
struct AnchorSet: Sendable {
    private let bySubject: [DistinguishedName: [TrustAnchor]]
    /// The same groups by the octets of their members' subjects: most chains repeat them, and octets need no folding.
    private let byEncoding: [[UInt8]: [TrustAnchor]]

    init(_ anchors: [TrustAnchor]) {
        let bySubject = Dictionary(grouping: anchors, by: \.subject)
        self.bySubject = bySubject
        self.byEncoding = Dictionary(
            anchors.map { ($0.subject.derBytes, bySubject[$0.subject] ?? []) }, uniquingKeysWith: { first, _ in first })
    }

    func named(_ subject: DistinguishedName) -> [TrustAnchor] {
        byEncoding[subject.derBytes] ?? bySubject[subject] ?? []
    }

    func contains(_ anchor: TrustAnchor) -> Bool {
        named(anchor.subject).contains(anchor)
    }
}

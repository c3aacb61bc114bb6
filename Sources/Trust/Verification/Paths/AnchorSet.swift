import SymbolonCertificates

/// The anchors by subject, for path building. The subject only finds them; the key decides (RFC 5280 §6.1.1(d)).
struct AnchorSet: Sendable {
    private let bySubject: [DistinguishedName: [TrustAnchor]]
    /// The same groups by the octets of their members' subjects: most chains repeat them, and octets need no folding.
    private let byEncoding: [[UInt8]: [TrustAnchor]]
    /// By the last octets of the certificate, those of its signature: hashing a whole one costs about as much as parsing it.
    private let byLastOctets: [UInt64: [TrustAnchor]]
    /// One group after another, where there are so few that comparing each is quicker than folding a name to look it up.
    private let few: [(subject: DistinguishedName, anchors: [TrustAnchor])]?

    /// 8: about where the two cost the same.
    private static let most = 8

    init(_ anchors: [TrustAnchor]) {
        let bySubject = Dictionary(grouping: anchors, by: \.subject)
        self.bySubject = bySubject
        self.byEncoding = Dictionary(
            anchors.map { ($0.subject.derBytes, bySubject[$0.subject] ?? []) }, uniquingKeysWith: { first, _ in first })
        self.byLastOctets = Dictionary(grouping: anchors) { Self.lastOctets(of: $0.certificate) }
        self.few = bySubject.count <= Self.most ? bySubject.map { (subject: $0.key, anchors: $0.value) } : nil
    }

    func named(_ subject: DistinguishedName) -> [TrustAnchor] {
        if let few { return few.first { $0.subject == subject }?.anchors ?? [] }
        return byEncoding[subject.derBytes] ?? bySubject[subject] ?? []
    }

    /// The anchors that are this very certificate.
    func identical(to certificate: Certificate) -> [TrustAnchor] {
        guard let alike = byLastOctets[Self.lastOctets(of: certificate)] else { return [] }
        return alike.filter { $0.certificate == certificate }
    }

    func contains(_ anchor: TrustAnchor) -> Bool {
        identical(to: anchor.certificate).contains(anchor)
    }

    private static func lastOctets(of certificate: Certificate) -> UInt64 {
        certificate.der.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

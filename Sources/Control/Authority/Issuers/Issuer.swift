public import Foundation
public import SymbolonCertificates
public import SymbolonKeys
public import SymbolonRevocation

/// One of an authority's own certificates: a root, or an issuing authority below one.
///
/// ```text
/// prepared ──► active ◄──► superseded ──► retired
///     └──────────────────────────────────────┘
/// ```
/// Of each role one is active. What is prepared is believed and issues nothing yet; what is superseded is still believed and
/// issues nothing more; what is retired is believed no more, and signs its lists to the end.
public struct Issuer: Equatable, Sendable {
    public enum Role: String, Codable, CaseIterable, Sendable { case root, issuing }

    public enum State: String, Codable, CaseIterable, Sendable { case prepared, active, superseded, retired }

    /// Its key is in strange hands, or may be: all below it is replaced.
    public struct Replacement: Equatable, Sendable {
        public let begun: Date
        /// From then on it is not believed, whoever has not changed over.
        public let by: Date

        public init(begun: Date, by: Date) {
            self.begun = begun
            self.by = by
        }
    }

    public let role: Role
    public let certificate: Certificate
    public let key: KeyFingerprint
    /// The key of the root that it is below; a root is below itself.
    public let root: KeyFingerprint
    /// The same key, certified by the root before. Of a root it is that one's word for its successor, for ends that know only the
    /// older (RFC 4210 §4.4, newWithOld); of an issuing authority below a new root, a second way up, for peers that do.
    public let link: Certificate?
    public var state: State
    /// When this state began.
    public var since: Date
    /// The value of the change counter from which the state is known: who has heard that has heard of it.
    public var changeCounter: UInt64
    /// On its root's list.
    public var revocation: Revocation?
    public var replacement: Replacement?

    /// - Parameter changeCounter: a store sets it when it takes the issuer in.
    public init(
        _ role: Role, _ certificate: Certificate, key: KeyFingerprint, root: KeyFingerprint, link: Certificate? = nil,
        state: State, since: Date, changeCounter: UInt64 = 0, revocation: Revocation? = nil,
        replacement: Replacement? = nil
    ) {
        self.role = role
        self.certificate = certificate
        self.key = key
        self.root = root
        self.link = link
        self.state = state
        self.since = since
        self.changeCounter = changeCounter
        self.revocation = revocation
        self.replacement = replacement
    }

    /// As operators call it: the beginning of its key's fingerprint, which its common name has too.
    public var name: String { Self.name(of: key) }

    /// Of the root that it is below.
    public var rootName: String { Self.name(of: root) }

    static func name(of key: KeyFingerprint) -> String { String(key.description.prefix(16)) }

    public var isBelieved: Bool { state != .retired }

}

extension [Issuer] {
    /// The word of each root's predecessor for it, also of those that are believed no more: who was away for long goes from one
    /// to the next.
    public var introductions: [Certificate] { filter { $0.role == .root }.compactMap(\.link) }

    /// The roots that are believed, the active one first.
    public var anchors: [Certificate] {
        filter { $0.role == .root && $0.isBelieved }
            .sorted { ($0.state == .active ? 0 : 1, $0.since) < ($1.state == .active ? 0 : 1, $1.since) }
            .map(\.certificate)
    }

    /// What holders of a leaf send behind it: the certificate of the issuing authority that signed it and, while the root
    /// before its own is believed, the other one for the same key. RFC 8446 §4.4.2: more than one path may be sent.
    public func chain(above key: KeyFingerprint) -> [Certificate] {
        guard let issuing = first(where: { $0.role == .issuing && $0.key == key }) else { return [] }
        guard let link = issuing.link, root(of: link)?.isBelieved ?? false else { return [issuing.certificate] }
        return [issuing.certificate, link]
    }

    /// The root that signed a certificate.
    private func root(of certificate: Certificate) -> Issuer? {
        first { $0.role == .root && $0.certificate.subject == certificate.issuer }
    }

    /// What lists of roots call what they have taken back of an issuing authority: each of its certificates.
    func identifiers(of issuing: Issuer) -> [CertificateIdentifier] {
        [issuing.certificate, issuing.link].compactMap(\.self).compactMap { certificate in
            root(of: certificate).map {
                CertificateIdentifier(issuerKey: $0.key, serialNumber: certificate.serialNumber)
            }
        }
    }

    /// Those that operators call so: by the whole name, or by a beginning of it that only one has.
    public func called(_ word: String) -> [Issuer] {
        let word = word.lowercased()
        guard word.count >= Issuer.shortestName else { return [] }
        return filter { $0.key.description.hasPrefix(word) }
    }

    func under(_ root: KeyFingerprint) -> [Issuer] { filter { $0.role == .issuing && $0.root == root } }

    func active(_ role: Issuer.Role) -> Issuer? { first { $0.role == role && $0.state == .active } }
}

extension Issuer {
    /// Four digits tell the few keys of an authority apart, and are no slip of the finger.
    static let shortestName = 4
}

extension Certificate {
    /// Whether an older root says by this that its holder is a root, and not an issuing authority below it.
    public func isIntroduction(by older: Certificate) -> Bool {
        issuer == older.subject
            && subject.texts(of: .commonName).contains { $0.hasPrefix(IssuerMaking.rootWord + " ") }
            && older.publicKey.map { isSigned(by: $0) } ?? false
    }
}

extension RevocationChanges {
    /// With those of an authority's own certificates that were revoked in the same time.
    public func with(_ issuers: [Issuer]) -> RevocationChanges {
        var all = revoked
        for issuer in issuers where issuer.role == .issuing && issuer.changeCounter > since {
            for identifier in issuers.identifiers(of: issuer) { all[identifier] = issuer.revocation }
        }
        return RevocationChanges(since: since, changeCounter: changeCounter, revoked: all, released: released)
    }
}

extension RevocationRecords {
    /// With those of an authority's own certificates that are revoked.
    public func with(_ issuers: [Issuer]) -> RevocationRecords {
        var all = revoked
        for issuer in issuers where issuer.role == .issuing {
            for identifier in issuers.identifiers(of: issuer) { all[identifier] = issuer.revocation }
        }
        return RevocationRecords(revoked: all, changeCounter: changeCounter)
    }
}

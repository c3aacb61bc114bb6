public import Foundation
public import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonAuthority
public import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
public import SymbolonRevocation
import SymbolonVerification
import SymbolonWire

/// What those who believe an authority need to know of it beyond its anchors: which keys it signs with, what it has taken
/// back, and which other domains it vouches for. Of what it has taken back either all, or what changed since a version.
public struct TrustStatement: Codable, Equatable, Sendable {
    /// Another authority's domain, believed for names in that domain and until a day.
    public struct Federated: Codable, Equatable, Sendable {
        public let trustDomain: String
        /// PEM.
        public let anchor: String
        public let until: Date

        public init(trustDomain: String, anchor: String, until: Date) {
            self.trustDomain = trustDomain
            self.anchor = anchor
            self.until = until
        }
    }

    /// What one issuing key's certificates lost.
    public struct Revoked: Codable, Equatable, Sendable {
        /// SHA-256 over SubjectPublicKeyInfo.
        public let issuerKey: String
        /// Each `SERIAL REASON SECONDS`, the time since 1970: short, for there may be many. Among changes also `SERIAL
        /// removeFromCRL`: its hold was lifted (RFC 5280 §5.3.1).
        public let certificates: [String]

        public init(issuerKey: String, certificates: [String]) {
            self.issuerKey = issuerKey
            self.certificates = certificates
        }
    }

    /// An issuing authority whose certificates are to be replaced now: its key was compromised.
    public struct Replaced: Codable, Equatable, Sendable {
        /// SHA-256 over SubjectPublicKeyInfo.
        public let issuerKey: String
        /// When it is not believed any more.
        public let by: Date

        public init(issuerKey: String, by: Date) {
            self.issuerKey = issuerKey
            self.by = by
        }
    }

    public let trustDomain: String
    /// PEM: the roots that are believed, the one that issues first.
    public let anchors: String
    /// PEM, may be empty: for a root, the word of the root before it. Who knows that one takes up the new one by it, and not
    /// because somebody says so who has an issuing key.
    public let introductions: String
    /// PEM: what leaves are signed with, or were, or will be.
    public let issuing: String
    public let replaced: [Replaced]
    /// One more with every change.
    public let changeCounter: UInt64
    /// The change counter after which `revoked` tells; nil: it tells all.
    public let since: UInt64?
    public let revoked: [Revoked]
    /// `RevocationDigest` of all that is revoked: who has followed the changes has the same.
    public let digest: String
    public let federated: [Federated]
    /// Which policy is in force: those who judge by it ask for it when it is another than theirs. Nil: none was published yet.
    public let policy: PolicyNumbers?
    /// Signals of machines, each `SUBJECT SIGNAL SECONDS`, the time since 1970 at which it lapses; among changes also `SUBJECT
    /// SIGNAL withdrawn`. Either all that hold, or what was said since a version. Nil: nothing was said.
    public let posture: [String]?

    public init(
        trustDomain: String, anchors: String, introductions: String = "", issuing: String, replaced: [Replaced] = [],
        changeCounter: UInt64, since: UInt64? = nil, revoked: [Revoked], digest: String, federated: [Federated],
        policy: PolicyNumbers? = nil, posture: [String]? = nil
    ) {
        self.trustDomain = trustDomain
        self.anchors = anchors
        self.introductions = introductions
        self.issuing = issuing
        self.replaced = replaced
        self.changeCounter = changeCounter
        self.since = since
        self.revoked = revoked
        self.digest = digest
        self.federated = federated
        self.policy = policy
        self.posture = posture
    }

    /// Without what is revoked.
    init(
        of trustDomain: TrustDomain, _ issuers: [Issuer], changeCounter: UInt64, digest: RevocationDigest,
        federated: [Federated], policy: PolicyNumbers?
    ) {
        let believed = issuers.filter { $0.role == .issuing && $0.isBelieved }
        self.init(
            trustDomain: trustDomain.description, anchors: CertificateBundle(issuers.anchors).pem,
            introductions: CertificateBundle(issuers.introductions).pem,
            issuing: CertificateBundle(believed.map(\.certificate)).pem,
            replaced: believed.compactMap { one in
                one.replacement.map { Replaced(issuerKey: one.key.description, by: $0.by) }
            }, changeCounter: changeCounter, revoked: [], digest: digest.description, federated: federated,
            policy: policy)
    }

    // MARK: Telling

    /// The same with all that is revoked.
    public func telling(_ revoked: RevokedSet) -> TrustStatement {
        var lines: [KeyFingerprint: [String]] = [:]
        revoked.forEach { lines[$0.issuerKey, default: []].append(Self.line($0, $1)) }
        return telling(lines, since: nil)
    }

    /// The same with what has changed.
    func telling(_ changes: RevocationChanges) -> TrustStatement {
        var lines: [KeyFingerprint: [String]] = [:]
        for (identifier, revocation) in changes.revoked {
            lines[identifier.issuerKey, default: []].append(Self.line(identifier, revocation))
        }
        for identifier in changes.released {
            lines[identifier.issuerKey, default: []].append("\(identifier.serialNumber) \(Self.released)")
        }
        return telling(lines, since: changes.since)
    }

    /// The same without what is revoked, and without signals.
    public var head: TrustStatement { telling([:], since: nil) }

    private func telling(_ lines: [KeyFingerprint: [String]], since: UInt64?) -> TrustStatement {
        let revoked = lines.map { Revoked(issuerKey: $0.key.description, certificates: $0.value) }
        return TrustStatement(
            trustDomain: trustDomain, anchors: anchors, introductions: introductions, issuing: issuing,
            replaced: replaced, changeCounter: changeCounter, since: since,
            revoked: revoked.sorted { $0.issuerKey < $1.issuerKey }, digest: digest, federated: federated,
            policy: policy)
    }

    /// The same with signals of machines.
    private func telling(posture lines: [String]) -> TrustStatement {
        TrustStatement(
            trustDomain: trustDomain, anchors: anchors, introductions: introductions, issuing: issuing,
            replaced: replaced, changeCounter: changeCounter, since: since, revoked: revoked, digest: digest,
            federated: federated, policy: policy, posture: lines.isEmpty ? nil : lines)
    }

    /// The same with what was said of machines, as far as it is of use then.
    func telling(_ records: [PostureRecord], at now: Date) -> TrustStatement {
        telling(
            posture: records.filter { now < $0.end && ($0.holds(at: now) || since != nil) }.map { one in
                "\(one.subject) \(one.signal) "
                    + (one.isWithdrawn ? Self.withdrawn : "\(Int64(one.end.timeIntervalSince1970))")
            })
    }

    /// The same with all signals that are known.
    public func telling(_ board: PostureBoard) -> TrustStatement {
        telling(
            posture: board.signals.flatMap { peer, signals in
                signals.map { "\(peer) \($0.key) \(Int64($0.value.timeIntervalSince1970))" }
            }.sorted())
    }

    private static let withdrawn = "withdrawn"

    private static let released = "removeFromCRL"

    private static func line(_ identifier: CertificateIdentifier, _ revocation: Revocation) -> String {
        "\(identifier.serialNumber) \(revocation.reason.rawValue) \(Int64(revocation.since.timeIntervalSince1970))"
    }

    // MARK: Reading

    /// The roots that are believed now, as far as one that is known vouches for them, or for one that does. Empty: none of them.
    public func anchors(knowing known: [Certificate]) -> [Certificate] {
        var trusted = known
        var words = introductions.isEmpty ? [] : (try? CertificateBundle(pem: introductions).certificates) ?? []
        while let index = words.firstIndex(where: { word in trusted.contains { word.isIntroduction(by: $0) } }) {
            trusted.append(words.remove(at: index))
        }
        return ((try? CertificateBundle(pem: anchors).certificates) ?? []).filter { one in
            trusted.contains { $0.subject == one.subject && $0.publicKey == one.publicKey }
        }
    }

    public func issuingCertificates() throws(CertificateFailure) -> [Certificate] {
        try CertificateBundle(pem: issuing).certificates
    }

    /// What is known of machines after what is told here. A line that does not read as one is passed over.
    public func posture(after board: PostureBoard, at now: Date) -> PostureBoard {
        var next = since == nil ? PostureBoard() : board
        for line in posture ?? [] {
            let parts = line.split(separator: " ")
            guard parts.count == 3, let subject = try? SPIFFEID(String(parts[0])),
                let signal = PostureSignal(String(parts[1]))
            else { continue }
            if parts[2] == Self.withdrawn {
                next.withdraw([signal], of: .name(.spiffe(subject)))
            } else if let seconds = Int64(parts[2]) {
                let end = Date(timeIntervalSince1970: TimeInterval(seconds))
                // The authority has bounded them.
                _ = next.report([signal], of: .name(.spiffe(subject)), until: end, at: now)
            }
        }
        next.forget(before: now)
        return next
    }

    /// What is told, for verifiers: all that is revoked, or what has changed. A line that does not read as one is passed
    /// over: it was never in force here, and what reads is.
    public var changes: RevocationChanges {
        var found: [CertificateIdentifier: Revocation] = [:]
        var released: Set<CertificateIdentifier> = []
        for one in revoked {
            guard let octets = try? Hex.decode(one.issuerKey), let key = try? KeyFingerprint(octets) else { continue }
            for line in one.certificates {
                let parts = line.split(separator: " ")
                guard parts.count > 1, let serial = SerialNumber(parts[0]) else { continue }
                let identifier = CertificateIdentifier(issuerKey: key, serialNumber: serial)
                if parts.count == 2, parts[1] == Self.released {
                    released.insert(identifier)
                } else if parts.count == 3, let reason = RevocationReason(rawValue: String(parts[1])),
                    let seconds = Int64(parts[2])
                {
                    found[identifier] = Revocation(reason, since: Date(timeIntervalSince1970: TimeInterval(seconds)))
                }
            }
        }
        return RevocationChanges(
            since: since ?? 0, changeCounter: changeCounter, revoked: found, released: released)
    }
}

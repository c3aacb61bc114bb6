import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonStorage

/// How an authority stands, for `symbolon up`.
struct AuthoritySummary: Encodable {
    let isNew: Bool
    let home: String
    let trustDomain: String
    let organisation: String
    let keyAlgorithm: String
    let root: Part
    let issuing: Part
    let rootKeyIsHere: Bool
    let passphrase: String
    let permittedDNS: [String]
    let permittedNetworks: [String]
    let permittedMail: [String]
    /// Where new certificates say that their lists are; nil: nowhere.
    let publishedAt: String?
    /// Certificates that have not ended.
    let live: Int
    let revoked: Int
    let auditEntries: Int64
    /// SHA-256 over SubjectPublicKeyInfo.
    let auditKey: String
    /// Only where a restored store was accepted just now.
    let acceptedRestoration: RestorationSummary?

    struct Part: Encodable {
        let subject: String
        let fingerprint: String
        let notAfter: Date
    }

    init(
        _ authority: LocalAuthority, isNew: Bool, passphrase: PassphraseSource, accepted: StoreRestoration? = nil
    ) async throws {
        acceptedRestoration = accepted.map(RestorationSummary.init)
        let configuration = authority.issuing.configuration
        let now = Date()
        self.isNew = isNew
        home = authority.home.path
        trustDomain = configuration.trustDomain.description
        organisation = configuration.organisation
        keyAlgorithm = configuration.keyAlgorithm.rawValue
        let (root, issuing) = (authority.issuing.root, authority.issuing.issuing)
        self.root = Part(
            subject: root.subject.description, fingerprint: root.fingerprint.description, notAfter: root.notAfter)
        self.issuing = Part(
            subject: issuing.subject.description, fingerprint: issuing.fingerprint.description,
            notAfter: issuing.notAfter)
        let keys = HomeIssuerKeys(home: authority.home, passphrase: authority.passphrase)
        rootKeyIsHere = authority.issuing.allIssuers.contains {
            $0.role == .root && $0.state == .active && keys.isHere($0)
        }
        self.passphrase = passphrase.description
        permittedDNS = configuration.permittedDNS.map(\.description)
        permittedNetworks = configuration.permittedNetworks.map(\.description)
        permittedMail = configuration.permittedMail.map(\.description)
        publishedAt = configuration.publishedAt.first?.description
        live = try await authority.store.certificates(
            matching: CertificateQuery(states: [.issued], validAt: now, limit: .max)
        ).count
        revoked = try await authority.store.certificates(matching: CertificateQuery(states: [.revoked], limit: .max))
            .count
        auditEntries = try await authority.store.auditEnd()?.last.sequence ?? 0
        let record = try await authority.store.authority()
        auditKey = try PublicKey(subjectPublicKeyInfo: record?.auditKey ?? []).fingerprint.description
    }

    func lines(_ terminal: Terminal) -> [String] {
        func row(_ label: String, _ value: String) -> String {
            "  " + terminal.styled(label.padded(to: 14), .dim) + value
        }
        let title = isNew ? "An authority for \(trustDomain) is made." : "The authority for \(trustDomain) is in order."
        let rootKey =
            rootKeyIsHere
            ? "in \(home)/keys/root.key.pem; not needed day by day: move it to a safe place offline"
            : "not on this machine (good: it is needed only for a new issuing authority)"
        let restoration = acceptedRestoration?.lines(terminal) ?? []
        var lines =
            restoration + [
                terminal.styled(title, .bold),
                row("home", home),
                row("root", "\(root.subject), until \(Moment.text(root.notAfter))"),
                row("", "SHA-256 \(root.fingerprint)"),
                row("issuing", "\(issuing.subject), until \(Moment.text(issuing.notAfter))"),
                row("", "SHA-256 \(issuing.fingerprint)"),
                row("keys", "sealed (PKCS #8, AES-256) under the passphrase from \(passphrase)"),
                row("root key", rootKey),
                row("may certify", "DNS \(permittedDNS.joined(separator: ", "))"),
                row("", "IP \(permittedNetworks.joined(separator: ", "))"),
                row("", "mail \(permittedMail.joined(separator: ", "))"),
            ]
        if let publishedAt { lines.append(row("lists", "\(publishedAt); named in every new certificate")) }
        return lines + [
            row("certificates", "\(live) live, \(revoked) revoked"),
            row(
                "audit record",
                "\(auditEntries == 1 ? "1 entry" : "\(auditEntries) entries"); check: symbolon audit verify"),
            row("audit key", "SHA-256 \(auditKey) (note it elsewhere)"),
        ]
    }

    /// What to do with it, for who has not said so.
    static func next(isServed: Bool) -> [String] {
        let serve = isServed ? [] : [("symbolon up", "serve it")]
        let steps =
            serve + [
                ("symbolon invite laptop", "a code that introduces a machine"),
                ("symbolon protect web --to 127.0.0.1:8080 --allow laptop", "a service, and who may reach it"),
            ]
        let lines = steps.enumerated().map { index, step in
            (index == 0 ? "Next: " : "      ") + step.0.padded(to: 57) + step.1
        }
        return [""] + lines
    }
}

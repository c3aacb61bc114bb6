import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation

/// One certificate as the identity verbs show it.
struct IdentityReport: Encodable {
    let name: String?
    let identity: String
    let profile: String
    let serial: String
    let state: String
    let names: [String]
    let notBefore: Date
    let notAfter: Date
    let key: String?
    let keyFingerprint: String
    let certificateFingerprint: String?
    let revokedAt: Date?
    let reason: String?

    /// A certificate that has just been issued.
    init(_ certificate: Certificate, name: String, profile: String, state: String) {
        self.name = name
        self.profile = profile
        self.state = state
        let presented = (certificate.extensions.subjectAlternativeNames ?? []).compactMap { try? $0.subjectName() }
        identity = presented.first?.description ?? certificate.subject.description
        names = presented.map(\.description)
        serial = certificate.serialNumber.description
        notBefore = certificate.notBefore
        notAfter = certificate.notAfter
        key = certificate.publicKey?.kind.description
        keyFingerprint = certificate.publicKey?.fingerprint.description ?? ""
        certificateFingerprint = certificate.fingerprint.description
        revokedAt = nil
        reason = nil
    }

    /// A record of the store.
    init(_ record: IssuanceRecord, name: String? = nil) {
        let intent = record.intent
        let certificate = record.certificate.flatMap { try? Certificate(der: $0) }
        self.name = name
        identity = intent.identity
        profile = intent.profile
        serial = intent.serialNumber.description
        names = intent.names
        notBefore = intent.notBefore
        notAfter = intent.notAfter
        key = certificate?.publicKey?.kind.description
        keyFingerprint = intent.publicKey.description
        certificateFingerprint = certificate?.fingerprint.description
        switch record.state {
        case .revoked(let revocation, certificate: _):
            state = "revoked"
            revokedAt = revocation.since
            reason = revocation.reason.rawValue
        case .issued where intent.notAfter < Date():
            state = "expired"
            (revokedAt, reason) = (nil, nil)
        case .issued, .intended, .abandoned:
            state = record.state.name.rawValue
            (revokedAt, reason) = (nil, nil)
        }
    }

    /// What is left of its life, in words.
    func remaining(at now: Date) -> String {
        switch state {
        case "revoked", "abandoned", "intended": "–"
        case _ where notAfter < now: "ended \(Moment.span(now.timeIntervalSince(notAfter))) ago"
        default: Moment.span(notAfter.timeIntervalSince(now))
        }
    }

    func rows(_ terminal: Terminal) -> [String] {
        func row(_ label: String, _ value: String) -> String {
            "  " + terminal.styled(label.padded(to: 12), .dim) + " " + value
        }
        let now = Date()
        var rows = [
            row("profile", profile),
            row("names", names.joined(separator: "\n" + String(repeating: " ", count: 15))),
            row("serial", serial),
            row("valid", "\(Moment.text(notBefore)) to \(Moment.text(notAfter)) (\(remaining(at: now)) left)"),
            row("key", "\(key.map { "\($0), " } ?? "")SHA-256 \(keyFingerprint)"),
        ]
        if let certificateFingerprint { rows.append(row("certificate", "SHA-256 \(certificateFingerprint)")) }
        if let revokedAt, let reason { rows.append(row("revoked", "\(Moment.text(revokedAt)), \(reason)")) }
        return rows
    }
}

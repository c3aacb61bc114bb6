import Foundation
import SymbolonAdministration

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

    /// - Parameter name: the short name that it was asked for by, where it was.
    init(_ report: CertificateReport, name: String? = nil) {
        self.name = name
        identity = report.identity.printable
        profile = report.profile.printable
        serial = report.serial.printable
        state = report.state.rawValue
        names = report.names.map(\.printable)
        notBefore = report.notBefore
        notAfter = report.notAfter
        key = report.key?.printable
        keyFingerprint = report.keyFingerprint.printable
        certificateFingerprint = report.certificateFingerprint?.printable
        revokedAt = report.revokedAt
        reason = report.reason?.printable
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

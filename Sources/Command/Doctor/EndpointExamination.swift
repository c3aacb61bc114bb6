import Foundation
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys
import SymbolonTransport
import SymbolonVerification

/// What is weak at a live endpoint, or about to expire.
struct EndpointExamination {
    let address: HostAndPort
    let findings: [Finding]

    init(
        _ address: HostAndPort, _ probe: Probe.Findings, _ report: EndpointReport,
        _ answer: Result<VerifiedPeer, Refusal>, at now: Date
    ) {
        self.address = address
        var found: [Finding] = []
        switch answer {
        case .success(let peer):
            found.append(.well("certificate", "leads to an authority that is trusted here: \(peer.identity)"))
        case .failure(let refusal):
            found.append(
                .failure(
                    "certificate", "is not believed here", why: "\(refusal.finding) [\(refusal.clause)]",
                    mend: refusal.remedy))
        }
        for (index, der) in probe.chain.enumerated() {
            guard let certificate = try? Certificate(der: der) else { continue }
            found += Self.life(certificate, index == 0 ? "life" : "issuer \(index)", at: now)
        }
        found += Self.connection(probe, report)
        found += Self.clients(report)
        findings = found
    }

    private static func life(_ certificate: Certificate, _ subject: String, at now: Date) -> [Finding] {
        let life = CertificateLife(of: certificate)
        let left = life.left(at: now)
        let text = "ends in \(Moment.span(left)), on \(Moment.text(life.end))"
        if left < 0 {
            return [.failure(subject, "ended \(Moment.span(left)) ago", mend: "renew it")]
        }
        if left < life.length / 4 {
            return [
                .warning(
                    subject, text, why: "three quarters of its life are over",
                    mend: "see what keeps it from being renewed")
            ]
        }
        // 398 days: CA/Browser Forum Baseline Requirements §6.3.2 until 2026; longer ones outlive what is known of them.
        if subject == "life", life.length > 398 * 86_400 {
            return [
                .warning(
                    subject, text, why: "it lives \(Moment.span(life.length))", mend: "issue for days, not for years")
            ]
        }
        return [.well(subject, text)]
    }

    private static func connection(_ probe: Probe.Findings, _ report: EndpointReport) -> [Finding] {
        guard let session = probe.session else {
            return [.note("connection", report.end.map { "it ended: \($0)" } ?? "it did not come through to the end")]
        }
        var found: [Finding] = []
        if session.version == .tls13 {
            found.append(.well("connection", "TLS 1.3, \(session.cipher)"))
        } else {
            found.append(
                .warning(
                    "connection", "\(session.version.rawValue), \(session.cipher)",
                    why: "certificates go in the clear, and old ways stay open", mend: "switch TLS 1.3 on"))
        }
        if session.group.contains("MLKEM") {
            found.append(.well("key exchange", "\(session.group): safe from later quantum computers"))
        } else {
            found.append(
                .note("key exchange", "\(session.group): what is recorded today could be read by a later machine"))
        }
        return found
    }

    private static func clients(_ report: EndpointReport) -> [Finding] {
        switch report.certificate {
        case .required, .presented: return [.well("clients", "must prove themselves")]
        case .optional:
            return [.note("clients", "are asked for a certificate, and get through the handshake without one")]
        case .none:
            return [
                .warning(
                    "clients", "prove nothing: the endpoint asks for no certificate",
                    mend: "put it behind symbolon protect, if it is not meant for everybody")
            ]
        }
    }
}

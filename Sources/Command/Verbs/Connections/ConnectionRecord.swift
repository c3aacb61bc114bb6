import Foundation

/// A line that an end wrote about a connection, and what it tells a person.
struct ConnectionRecord: Equatable {
    let line: String
    private let fields: Fields

    /// Nil: it is about something else.
    init?(_ line: Substring) {
        guard line.first == "{", let fields = try? JSONDecoder().decode(Fields.self, from: Data(line.utf8)) else {
            return nil
        }
        self.line = String(line)
        self.fields = fields
    }

    private struct Fields: Decodable, Equatable {
        enum Event: String, Decodable { case accepted, refused, closed, backendFailed, request, requestRefused }

        private enum CodingKeys: String, CodingKey {
            case event = "event_type"
            case timestamp, role, service, id, address, peer, own, serial, key, version, group, signatureAlgorithm
            case revocation, validUntil, rule, stage, reason, clause, place, subject, explanation, remedy, alert
            case method, path, status, actingFor, tokenIssuer, personRule
            case from = "src_ip"
            case fromPort = "src_port"
            case to = "dest_ip"
            case toPort = "dest_port"
        }

        let event: Event
        let timestamp: String
        let role: String
        let service: String
        let id: UInt64
        let address: String?
        let from: String?
        let fromPort: Int?
        let to: String?
        let toPort: Int?
        let peer: String?
        let own: String?
        let serial: String?
        let key: String?
        let version: String?
        let group: String?
        let signatureAlgorithm: String?
        let revocation: String?
        let validUntil: String?
        let rule: String?
        let stage: String?
        let reason: String?
        let clause: String?
        let place: String?
        let subject: String?
        let explanation: String?
        let remedy: String?
        let alert: String?
        let method: String?
        let path: String?
        let status: Int?
        let actingFor: String?
        let tokenIssuer: String?
        let personRule: String?
    }

    var role: String { fields.role }

    private var reference: String { "\(fields.role)/\(fields.service)/\(fields.id)" }

    /// `198.51.100.7:40112 → 203.0.113.5:7443`
    var flow: String { "\(side(fields.from, fields.fromPort)) → \(side(fields.to, fields.toPort))" }

    private func side(_ address: String?, _ port: Int?) -> String {
        guard let address, let port else { return "an unknown address" }
        return HostAndPort(host: address, port: port).description
    }

    func isNamed(_ name: String) -> Bool {
        let sides = [side(fields.from, fields.fromPort), side(fields.to, fields.toPort)]
        return [reference, fields.address].contains(name) || sides.contains(name)
    }

    func isOfSameFlow(as other: ConnectionRecord) -> Bool {
        fields.from != nil && fields.to != nil && flow == other.flow
    }

    /// Whether this is the end of what the other is the beginning of.
    func completes(_ other: ConnectionRecord) -> Bool {
        fields.event == .closed && other.fields.event == .accepted
            && (fields.role, fields.service, fields.id, fields.serial)
                == (other.fields.role, other.fields.service, other.fields.id, other.fields.serial)
            && flow == other.flow
    }

    // MARK: For people

    private enum Mark: String { case passed = "✓", failed = "✗", notAsked = "·" }

    func story(on terminal: Terminal) -> [String] {
        let head = "\(reference)  \(fields.timestamp)  \(flow)"
        var lines = [terminal.styled(head.printable, .bold)]
        func add(_ mark: Mark, _ check: String, _ what: String) {
            let style: Terminal.Style = mark == .passed ? .green : mark == .failed ? .red : .dim
            lines.append("  \(terminal.styled(mark.rawValue, style)) \(check.padded(to: 12)) \(what.printable)")
        }
        switch fields.event {
        case .refused:
            let checks = ["handshake", "verification", "policy"]
            let failed = checks.firstIndex(of: fields.stage ?? "")
            for (place, check) in checks.enumerated() {
                guard let failed else { break }
                if place == failed {
                    let clause = fields.clause.map { $0.isEmpty ? "" : " [\($0)]" } ?? ""
                    add(.failed, check, (fields.explanation ?? "") + clause)
                } else {
                    add(
                        place < failed ? .passed : .notAsked, check,
                        place < failed ? "nothing was wrong" : "was not asked")
                }
            }
            if failed == nil { add(.failed, fields.stage ?? "limit", fields.explanation ?? "") }
            if let alert = fields.alert { lines.append("    it was told \(alert.printable)") }
            if let remedy = fields.remedy { lines.append("    do: \(remedy.printable)") }
        case .accepted, .closed:
            add(
                .passed, "handshake",
                "\(fields.version ?? "TLS"), \(fields.group ?? ""); signed with \(fields.signatureAlgorithm ?? "its key") [RFC 8446 §4.4.3]"
            )
            add(
                .passed, "verification",
                "\(fields.peer ?? "") by certificate \(fields.serial ?? "") until \(fields.validUntil ?? "") [RFC 5280 §6.1]"
            )
            add(.passed, "revocation", fields.revocation ?? "")
            add(.passed, "policy", "rule: \(fields.rule ?? "")")
            lines.append("    this end showed itself as \((fields.own ?? "").printable)")
            if fields.event == .closed {
                add(fields.reason == "finished" ? .notAsked : .failed, "ended", fields.explanation ?? "")
                if let alert = fields.alert { lines.append("    it was told \(alert.printable)") }
            }
        case .backendFailed: add(.failed, "connecting", fields.explanation ?? "")
        case .request, .requestRefused:
            let asked = [fields.method, fields.path].compactMap(\.self).joined(separator: " ")
            let isRefused = fields.event == .requestRefused
            add(isRefused ? .failed : .passed, "request", "\(asked.isEmpty ? "none" : asked)  \(fields.status ?? 0)")
            if let person = fields.actingFor {
                add(.passed, "person", "\(person), by a token of \(fields.tokenIssuer ?? "")")
            }
            if let rule = fields.rule { add(.passed, "policy", "rule for \(fields.peer ?? "the peer"): \(rule)") }
            if let rule = fields.personRule { add(.passed, "policy", "rule for \(fields.actingFor ?? ""): \(rule)") }
            if isRefused { add(.failed, fields.reason ?? "", fields.explanation ?? "") }
            if let remedy = fields.remedy { lines.append("    do: \(remedy.printable)") }
        }
        return lines
    }
}

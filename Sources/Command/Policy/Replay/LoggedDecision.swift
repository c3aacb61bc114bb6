import Foundation
import SymbolonAccessPolicy
import SymbolonKeys
import SymbolonNames
import SymbolonProxy
import SymbolonWire

/// What an end once decided about a proved peer, as its line says it.
struct LoggedDecision: Equatable {
    enum Outcome: Equatable {
        case allowed(by: String)
        case denied(because: String)
    }

    let end: NamedEnd
    /// As operators name the connection.
    let reference: String
    let peer: String
    /// Nil: the line is of a release that did not write them.
    let names: [SubjectName]?
    let certificate: Party.CertificateFacts
    let posture: [PostureSignal: Date]
    let address: IPAddress?
    let outcome: Outcome
    let at: Date
    /// How long the connection had lived, in seconds.
    let age: Double

    /// The same question again. What the line does not say is not recorded; what no end knows was not known then, either.
    func question(isClockDoubted: Bool) -> Question {
        let party = Party(names ?? [], certificate: certificate, posture: posture, usage: .unknown(.notRecorded))
        return Question(
            from: party, to: end.service, address: address.map(Fact.known) ?? .unknown(.notRecorded),
            at: isClockDoubted ? .doubtful(at) : .sure(at), age: age)
    }
}

/// A line of an end's log, as far as a replay is concerned.
enum LogLine: Equatable {
    /// Nil: the decision is in the line that the connection's beginning had, if that is in the log.
    case admitted(LoggedDecision, connection: Int)
    /// A connection has ended; by the rules, if there is a second decision.
    case ended(admission: LoggedDecision, connection: Int, LoggedDecision?)
    case refused(LoggedDecision)
    /// Rules of this end do not believe the clock from here on, or believe it again.
    case clock(NamedEnd, isDoubted: Bool)
    /// Something else that an end has written.
    case other

    /// Why a line is none of an end's.
    struct Fault: Error, Equatable {
        let explanation: String
    }

    /// 1 MiB: a line has its peer's names, and a certificate of 64 KiB has not so many.
    static let longest = 1 << 20

    init(_ line: some Collection<UInt8>) throws(Fault) {
        let value: JSONValue
        do throws(JSONFailure) {
            value = try JSONReader.parse(line, limits: .init(octets: Self.longest, values: 1 << 16))
        } catch {
            throw Fault(explanation: "it is no JSON object of a line: \(error)")
        }
        guard let event = value["event_type"]?.string else {
            throw Fault(explanation: "it has no event_type, which every line of an end has")
        }
        let line = LineReading(value)
        switch event {
        case "accepted":
            self = .admitted(try line.admission(), connection: try line.connection())
        case "closed":
            self = .ended(
                admission: try line.admission(), connection: try line.connection(), try line.endingByRules())
        case "refused":
            // Other refusals are no decisions of rules.
            guard value["stage"]?.string == RefusalFacts.Stage.policy.rawValue else {
                self = .other
                return
            }
            self = .refused(try line.refusal())
        case "clockDoubted", "clockBelieved":
            self = .clock(try line.end(), isDoubted: event == "clockDoubted")
        case "listening":
            // A process that was started anew believes its clock.
            self = .clock(try line.end(), isDoubted: false)
        default: self = .other
        }
    }
}

/// Takes the members of one line.
private struct LineReading {
    let value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    func end() throws(LogLine.Fault) -> NamedEnd {
        guard let role = EndRole(rawValue: try text("role")) else { throw fault("role") }
        return NamedEnd(role: role, service: try text("service"))
    }

    /// The beginning of a connection and its end have the same.
    func connection() throws(LogLine.Fault) -> Int {
        var hasher = Hasher()
        hasher.combine(try reference())
        hasher.combine(try text("since"))
        hasher.combine(try text("serial"))
        return hasher.finalize()
    }

    func admission() throws(LogLine.Fault) -> LoggedDecision {
        try decision(.allowed(by: try text("rule")), of: try text("peer"), at: try moment("since"), age: 0)
    }

    /// Nil: it ended otherwise.
    func endingByRules() throws(LogLine.Fault) -> LoggedDecision? {
        guard value["reason"]?.string == "policy" else { return nil }
        let (since, end) = (try moment("since"), try moment("at"))
        return try decision(
            .denied(because: try text("explanation")), of: try text("peer"), at: end,
            age: max(0, end.timeIntervalSince(since)))
    }

    func refusal() throws(LogLine.Fault) -> LoggedDecision {
        try decision(
            .denied(because: try text("explanation")), of: try text("subject"), at: try moment("at"), age: 0)
    }

    private func decision(
        _ outcome: LoggedDecision.Outcome, of peer: String, at moment: Date, age: Double
    ) throws(LogLine.Fault) -> LoggedDecision {
        let end = try end()
        var address: IPAddress?
        if let text = value[end.role == .protect ? "src_ip" : "dest_ip"]?.string {
            address = try named("address", text) { text throws(NameFailure) in try IPAddress(text) }
        }
        return LoggedDecision(
            end: end, reference: try reference(), peer: peer, names: try names(), certificate: try certificate(),
            posture: try posture(),
            address: address, outcome: outcome, at: moment, age: age)
    }

    private func reference() throws(LogLine.Fault) -> String {
        let end = try end()
        guard let id = value["id"]?.integer else { throw fault("id") }
        return "\(end)/\(id)"
    }

    private func names() throws(LogLine.Fault) -> [SubjectName]? {
        guard let texts = value["names"]?.array else { return nil }
        var names: [SubjectName] = []
        for one in texts {
            guard let text = one.string else { throw fault("names") }
            names.append(try named("names", text) { text throws(NameFailure) in try SubjectName(text) })
        }
        return names
    }

    /// Lines that have `validFrom` have whatever else was known.
    private func certificate() throws(LogLine.Fault) -> Party.CertificateFacts {
        guard value["validFrom"] != nil else {
            return .init(
                kind: .unknown(.notRecorded), notBefore: .unknown(.notRecorded), issuerKey: .unknown(.notRecorded),
                issuerDomain: .unknown(.notRecorded))
        }
        var facts = Party.CertificateFacts(notBefore: .known(try moment("validFrom")))
        if let text = value["profile"]?.string {
            guard let kind = CertificateKind(rawValue: text) else { throw fault("profile") }
            facts.kind = .known(kind)
        }
        if let text = value["issuer"]?.string {
            facts.issuerDomain = .known(
                try named("issuer", text) { text throws(NameFailure) in try TrustDomain(text) })
        }
        if let text = value["issuerKey"]?.string {
            guard text.hasPrefix("sha256:"), let octets = try? Hex.decode(text.dropFirst(7)),
                let key = try? KeyFingerprint(octets)
            else { throw fault("issuerKey") }
            facts.issuerKey = .known(key)
        }
        return facts
    }

    private func posture() throws(LogLine.Fault) -> [PostureSignal: Date] {
        var signals: [PostureSignal: Date] = [:]
        for member in value["posture"]?.members ?? [] {
            guard let signal = PostureSignal(member.name), let text = member.value.string,
                let end = try? RFC3339.parse(text)
            else { throw fault("posture") }
            signals[signal] = end
        }
        return signals
    }

    private func text(_ name: String) throws(LogLine.Fault) -> String {
        guard let text = value[name]?.string else { throw fault(name) }
        return text
    }

    private func moment(_ name: String) throws(LogLine.Fault) -> Date {
        guard let moment = try? RFC3339.parse(try text(name)) else { throw fault(name) }
        return moment
    }

    private func named<Value>(
        _ name: String, _ text: String, _ read: (String) throws(NameFailure) -> Value
    ) throws(LogLine.Fault) -> Value {
        do throws(NameFailure) { return try read(text) } catch {
            throw LogLine.Fault(explanation: "its \(name) is none: \(error.explanation)")
        }
    }

    private func fault(_ name: String) -> LogLine.Fault {
        LogLine.Fault(explanation: "its \(name) is missing, or is none that an end writes")
    }
}

import Foundation
import SymbolonKeys
import SymbolonNames

/// What a condition asks for, and what was found, as a person reads it.
extension Condition {
    /// The values, as they are written in a policy.
    public var values: [String] {
        switch self {
        case .identity(let patterns): patterns.map(\.description)
        case .service(let names): names.sorted()
        case .profile(let kinds): kinds.map(\.rawValue).sorted()
        case .issuer(let patterns): patterns.map(\.description)
        case .key(let needed): needed.words
        case .network(let networks): networks.map(\.description)
        case .method(let methods): methods.sorted()
        case .path(let patterns): patterns.map(\.description)
        case .assurance(let least): [least.rawValue]
        case .posture(let signals): signals.sorted().map(\.description)
        case .connections(let limit): ["\(limit)"]
        case .rate(let limit, let seconds): ["\(limit) per \(Span.text(Double(seconds)))"]
        case .certificateAge(let limit), .proofAge(let limit): [Span.text(limit)]
        case .time(let windows): windows.map(\.description)
        }
    }

    /// `from: spiffe://example.org/web is not spiffe://example.org/app`.
    func found(for party: Party, asking question: Question) -> String {
        let asked = values.joined(separator: " or ")
        switch standing(for: party, asking: question).truth {
        case .yes: return "\(kind.word): \(fact(party, question)) is \(relation)\(asked)"
        case .no: return "\(kind.word): \(fact(party, question)) is not \(relation)\(asked)"
        case .unknown(let why):
            return "\(kind.word): whether it is \(relation)\(asked) is not known: \(why.explanation)"
        }
    }

    private var relation: String {
        switch self {
        case .network, .time: "in "
        case .connections, .rate: "below "
        case .certificateAge, .proofAge: "younger than "
        case .assurance: "at least "
        case .key: "protected by "
        default: ""
        }
    }

    private func fact(_ party: Party, _ question: Question) -> String {
        switch self {
        case .identity: return party.names.map(\.description).joined(separator: ", ")
        case .service: return question.service
        case .profile: return Self.text(party.certificate.kind, \.rawValue)
        case .issuer:
            let certificate = party.certificate
            return "\(Self.text(certificate.issuerDomain, \.description)), "
                + "key sha256:\(Self.text(certificate.issuerKey, \.description))"
        case .key:
            return Self.text(party.key) {
                $0.words.isEmpty ? "a key in software" : "a key (\($0.words.joined(separator: ", ")))"
            }
        case .network: return Self.text(question.address, \.description)
        case .method: return Self.text(question.request) { Self.text($0.method, \.self) }
        case .path: return Self.text(question.request) { Self.text($0.path, \.description) }
        case .assurance: return Self.text(party.proof, \.assurance.rawValue)
        case .posture: return party.posture.keys.sorted().map(\.description).joined(separator: ", ")
        case .connections: return Self.text(party.usage) { "\($0.live) live" }
        case .rate(_, let seconds):
            return Self.text(party.usage) { "\($0.arrivals(within: seconds) ?? 0) in \(Span.text(Double(seconds)))" }
        case .certificateAge:
            return Self.text(party.certificate.notBefore) { "a certificate of \($0.formatted(.iso8601))" }
        case .proofAge: return Self.text(party.proof) { "a proof of \($0.at.formatted(.iso8601))" }
        case .time: return question.moment.date.formatted(.iso8601)
        }
    }

    private static func text<Value>(_ fact: Fact<Value>, _ render: (Value) -> String) -> String {
        switch fact {
        case .known(let value): render(value)
        case .unknown: "unknown"
        }
    }
}

/// A span as policies write it: `90s`, `30m`, `24h`, `7d`.
enum Span {
    static func text(_ seconds: Double) -> String {
        let whole = Int(seconds)
        for (unit, length) in [("d", 86_400), ("h", 3600), ("m", 60)] where whole > 0 && whole % length == 0 {
            return "\(whole / length)\(unit)"
        }
        return "\(whole)s"
    }

    /// Nil unless it is a whole number over 0 and a unit, of a century at most.
    static func parse(_ text: some StringProtocol) -> Int? {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }) else { return nil }
        let digits = text.dropLast()
        guard (1...10).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let count = Int(digits), count > 0, count * unit <= 36_525 * 86_400
        else { return nil }
        return count * unit
    }
}

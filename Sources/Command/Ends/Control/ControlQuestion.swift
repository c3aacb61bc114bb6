import Foundation
import SymbolonAccessPolicy
import SymbolonNames
import SymbolonProxy
import SymbolonVerification
import SymbolonWire

/// What a running process is asked over its control socket: one JSON object on one line.
struct ControlQuestion: Codable, Equatable, Sendable {
    enum Ask: String, Codable, Sendable {
        /// The live connections, one JSON object a line, oldest first.
        case connections
        /// To end them.
        case close
        /// The last records of connections, as the end writes them.
        case recent
        /// To take what is reported of a peer's machine.
        case posture
        /// What is reported of peers' machines, and holds.
        case postures
        /// To bring its listening sockets to a process that serves the same ends.
        case handOver
        /// To take nothing new, and to end when what is live has ended: another process goes on.
        case retire
    }

    let ask: Ask
    var filter = ConnectionFilter()
    /// Only this process is meant; nil: every one that hears it.
    var process: Int32?
    /// At most so many lines.
    var most: Int?
    /// Why they are closed, in the operator's words.
    var because: String?
    /// What is reported.
    var report: PostureReport?
    /// Which ends the successor serves.
    var ends: [NamedEnd]?
    /// Where it waits: a number of `ends/` in the home.
    var place: Int?

    /// In octets, as a line: room for a hundred ids and a sentence.
    static let largest = 16_384
}

/// Which connections are meant. Where several things are said, all of them hold.
struct ConnectionFilter: Codable, Equatable, Sendable {
    /// As a list shows them: `protect/web/17`.
    var ids: [String]?
    /// An identity pattern, as rules have it; the trust domain that it leaves out is that of the end's own identity.
    var peer: String?
    var service: String?
    var rule: String?

    var isEmpty: Bool { ids == nil && peer == nil && service == nil && rule == nil }

    func take(from live: [LiveConnection]) throws(PatternFailure) -> [LiveConnection] {
        let ids = ids.map(Set.init)
        var patterns: [TrustDomain?: IdentityPattern] = [:]
        var found: [LiveConnection] = []
        for one in live {
            if let ids, !ids.contains(one.facts.reference.description) { continue }
            if let service, service != one.facts.service { continue }
            if let rule, rule != one.facts.rule { continue }
            if let peer {
                let domain: TrustDomain? =
                    if case .spiffe(let own) = one.facts.own.name { own.trustDomain } else { nil }
                if patterns[domain] == nil { patterns[domain] = try IdentityPattern(peer, defaultDomain: domain) }
                guard let pattern = patterns[domain], one.facts.peer.names.contains(where: pattern.matches)
                else { continue }
            }
            found.append(one)
        }
        return found
    }
}

/// A line of the answer: a connection.
struct ListedConnection: JSONMembers, Sendable {
    let live: LiveConnection
    let process: Int32
    let now: Date

    func write(to object: inout JSONText) {
        let (end, left) = live.end(at: now)
        object.member("connection", live.facts.reference.description)
        object.member("process", Int(process))
        live.write(to: &object)
        object.member("endsBy", end.rawValue)
        object.member("secondsLeft", left)
    }
}

/// The last line of an answer: without it, an answer is not whole.
struct ControlEnd: Codable, Equatable, Sendable {
    let process: Int32
    /// Connections of which the filter holds, or records.
    var found: Int
    /// Connections that were closed; nil: nothing was to be.
    var closed: Int?
    /// Why there is no answer; nil: this is one.
    var failure: String?
}

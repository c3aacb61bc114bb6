import Foundation
import SymbolonCertificates
import SymbolonHTTPServices
import SymbolonKeys
import SymbolonNames
import SymbolonProxy
import SymbolonStorage
import SymbolonTransport
import SymbolonVerification

/// An event as a person reads it: a mark, the service, the event, who and what; below it what to do, where there is something.
struct EndLine: Equatable {
    enum Mark: String {
        case good = "✓"
        case bad = "✗"
        case warning = "!"
        case neutral = "·"

        var style: Terminal.Style {
            switch self {
            case .good: .green
            case .bad: .red
            case .warning: .yellow
            case .neutral: .dim
            }
        }
    }

    let mark: Mark
    let service: String
    let event: String
    let what: String
    var why: String?
    var mend: String?

    func text(at moment: Date, on terminal: Terminal) -> String {
        let time = Moment.text(moment).dropFirst(11).dropLast()
        let colour = mark == .neutral ? .bold : mark.style
        var lines = [
            terminal.styled(String(time), .dim) + "  " + terminal.styled(mark.rawValue, mark.style) + " "
                + service.printable.padded(to: 10) + " " + terminal.styled(event.padded(to: 10), colour) + " "
                + what.printable
        ]
        let indent = String(repeating: " ", count: 34)
        if let why { lines.append(indent + terminal.styled("why: ", .dim) + why.printable) }
        if let mend { lines.append(indent + terminal.styled("do:  ", .dim) + mend.printable) }
        return lines.joined(separator: "\n")
    }
}

extension EndLine {
    init(_ event: EndEvent) {
        switch event {
        case .listening(let service, let role, let address):
            let door = role == .protect ? "only proved and permitted peers get further" : "a door for programs here"
            self.init(mark: .good, service: service, event: "listening", what: "\(address)  \(door)")
        case .accepted(let facts):
            let direction = facts.role == .protect ? "from" : "at"
            let left = Moment.span(facts.peer.validUntil.timeIntervalSince(facts.since))
            self.init(
                mark: .good, service: facts.service, event: "accepted",
                what: "\(facts.peer.identity) \(direction) \(facts.address)",
                why: "rule: \(facts.rule); \(facts.session.version), \(facts.session.group), \(facts.peerKey); "
                    + "revocation \(facts.revocation); valid for \(left)")
        case .refused(let facts):
            let who = facts.subject.isEmpty ? facts.address : "\(facts.address) (\(facts.subject))"
            let clause = facts.clause.isEmpty ? "" : " [\(facts.clause)]"
            self.init(
                mark: .bad, service: facts.service, event: "refused", what: who,
                why: facts.explanation + clause, mend: facts.remedy)
        case .backendFailed(let facts):
            self.init(
                mark: .warning, service: facts.service, event: "unreached", what: facts.explanation,
                mend: facts.role == .protect ? "start the service, or correct --to" : "start the service's protect end")
        case .closed(let facts):
            let isUsual = facts.reason == "finished"
            let bytes = "\(ByteText(facts.bytesUp)) up, \(ByteText(facts.bytesDown)) down"
            let time = facts.seconds < 1 ? "\(Int(facts.seconds * 1000)) ms" : Moment.span(facts.seconds)
            self.init(
                mark: isUsual ? .neutral : .warning, service: facts.facts.service, event: "closed",
                what: "\(facts.facts.peer.identity)  \(bytes), \(time)", why: isUsual ? nil : facts.explanation)
        case .request(let facts):
            let asked = [facts.method, facts.path].compactMap(\.self).joined(separator: " ")
            self.init(
                mark: facts.isRefused ? .bad : .neutral, service: facts.service, event: "\(facts.status)",
                what: "\(asked.isEmpty ? "no request" : asked)  \(facts.peer)"
                    + (facts.actingFor.map { " for \($0)" } ?? ""),
                why: facts.explanation,
                mend: facts.remedy)
        case .trustReplaced(let service, _, let epoch, let closed):
            self.init(
                mark: .neutral, service: service, event: "trust",
                what: "state \(epoch) is in force; it closed \(closed) live connection\(closed == 1 ? "" : "s")")
        case .acceptPaused(let service, _, let reason):
            self.init(
                mark: .warning, service: service, event: "paused", what: "no new connections for a moment", why: reason,
                mend: "raise the limit of open files if this machine can carry more")
        case .acceptResumed(let service, _):
            self.init(mark: .good, service: service, event: "resumed", what: "new connections are taken again")
        case .overloaded(let service, _, let waiting):
            self.init(
                mark: .bad, service: service, event: "overloaded",
                what: "more come than can be served; who has waited \(Moment.span(waiting)) or longer is turned away",
                why: "a client that waits long goes away, and what was done for it is lost",
                mend: "give it more processors, or another end beside this one; see who comes: symbolon connections")
        case .relieved(let service, _, let turnedAway):
            self.init(
                mark: .good, service: service, event: "relieved",
                what: "all who come are served again; \(turnedAway) were turned away")
        case .clockDoubted(let service, _):
            self.init(
                mark: .bad, service: service, event: "clock", what: "it was set, and rules do not believe it any more",
                why: "it is more than a minute off the clock that nobody sets",
                mend: "put it right; if it is right now, start this end anew. Until then rules by time allow nothing")
        case .clockBelieved(let service, _):
            self.init(mark: .good, service: service, event: "clock", what: "it is right again, and rules believe it")
        case .stopped(let service, _):
            self.init(mark: .neutral, service: service, event: "stopped", what: "")
        }
    }

    init(_ notice: EndNotice) {
        switch notice {
        case .identity(let change, let identity):
            self.init(
                mark: .good, service: identity.name.description, event: "identity",
                what:
                    "\(change.rawValue): certificate \(identity.leaf.serialNumber) until \(Moment.text(identity.leaf.notAfter))"
            )
        case .chosen(let identity, let service):
            self.init(
                mark: .good, service: service, event: "identity",
                what: "it is reached as \(identity), the only identity of this home")
        case .renewalFailed(let identity, let failures, let left, let next, let why):
            let rest = left > 0 ? "it ends in \(Moment.span(left))" : "it ended \(Moment.span(left)) ago"
            self.init(
                mark: .bad, service: identity.name.description, event: "not renewed",
                what: "\(failures) \(failures == 1 ? "try" : "tries") failed; \(rest)", why: why,
                mend: "it is tried again at \(Moment.text(next)); look with: symbolon doctor")
        case .authorityHeard(let seconds):
            self.init(
                mark: .good, service: "", event: "authority", what: "is heard again, after \(Moment.span(seconds))")
        case .tracesRecovered(let collector, let lost):
            self.init(
                mark: .good, service: "", event: "traces",
                what: "\(collector) takes spans again; \(lost) were lost")
        case .policy(let service, let file, let rules):
            self.init(
                mark: .good, service: service, event: "policy",
                what: "\(rules) rule\(rules == 1 ? "" : "s") of \(file) are in force")
        case .issuerKeys(let service, let issuer, let keys):
            self.init(
                mark: .good, service: service, event: "tokens",
                what: "\(keys) key\(keys == 1 ? "" : "s") of \(issuer) are in force")
        case .policyVersion(let service, let numbers, let rules):
            self.init(
                mark: .good, service: service, event: "policy",
                what: "\(rules) rule\(rules == 1 ? "" : "s") of the authority's policy, \(numbers), are in force")
        case .policyRefused(let service?, let file, let faults):
            self.init(
                mark: .bad, service: service, event: "policy",
                what: "\(file) is not taken up; the rules before it stay in force", why: faults.joined(separator: "; "),
                mend: "mend it: symbolon policy check \(file)")
        case .policyRefused(nil, _, let faults):
            self.init(
                mark: .bad, service: "", event: "policy",
                what: "what came as the authority's policy is not taken; the one before stays in force",
                why: faults.joined(separator: "; "), mend: FollowedPolicy.mend)
        case .backendAnchors(let service, let file, let count):
            self.init(
                mark: .good, service: service, event: "anchors",
                what: "the service behind is believed by \(count) certificate\(count == 1 ? "" : "s") of \(file)")
        case .warning(let service, let what, let why, let mend):
            self.init(mark: .warning, service: service ?? "", event: "warning", what: what, why: why, mend: mend)
        case .draining(let service, _, let live, let seconds):
            self.init(
                mark: .neutral, service: service, event: "draining",
                what: "no new connections; \(live) live may finish"
                    + (seconds.map { " within \($0) s" } ?? ""))
        case .closedByHand(let service, _, let count, let user, let why, _):
            self.init(
                mark: .warning, service: service, event: "by hand",
                what: "user \(user) closed \(count) live connection\(count == 1 ? "" : "s")", why: why)
        case .metrics(let address):
            self.init(mark: .good, service: "", event: "metrics", what: "http://\(address)/metrics")
        case .tookOver(let processes, let sockets):
            let from = processes.map { "process \($0)" }.joined(separator: ", ")
            self.init(
                mark: .good, service: "", event: "took over",
                what: processes.isEmpty
                    ? "nothing: no running process of this home serves these ends"
                    : "\(sockets) socket\(sockets == 1 ? "" : "s") of \(from)")
        case .retired(let ends):
            self.init(
                mark: .neutral, service: "", event: "retired",
                what:
                    "another process goes on with \(ends.joined(separator: ", ")); what is live here goes on to its end"
            )
        case .posture(let said, let until, _):
            self.init(
                mark: .neutral, service: "", event: "posture",
                what: "\(said.peer): \(said.signals.joined(separator: ", ")) "
                    + (until.map { "until \(Moment.text($0))" } ?? "withdrawn"))
        case .emergency(let change, let notice): self.init(change, notice)
        case .confined(let user, let landlock):
            self.init(
                mark: .good, service: "", event: "confined",
                what: "user \(user), without any privilege"
                    + (landlock.map { "; files and ports by Landlock \($0), system calls by seccomp" } ?? ""))
        case .unconfined:
            self.init(
                mark: .warning, service: "", event: "as root", what: EndNotice.asRoot.what,
                mend: EndNotice.asRoot.remedy)
        case .reloaded:
            self.init(mark: .good, service: "", event: "reloaded", what: "what may have changed was looked at")
        case .server(let event): self.init(event)
        case .counters(let service, _, let counters):
            let reasons = counters.refused.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            let refused =
                reasons.isEmpty
                ? "0 refused" : "\(counters.refusedInTotal) refused (\(reasons.joined(separator: ", ")))"
            self.init(
                mark: counters.backendBytesBeforeProof == 0 ? .neutral : .bad, service: service, event: "counters",
                what: "\(counters.accepted) accepted, \(refused), \(counters.backendFailures) unreached; "
                    + "\(ByteText(counters.bytesUp)) up, \(ByteText(counters.bytesDown)) down; "
                    + "\(counters.backendBytesBeforeProof) B before proof")
        }
    }
}

/// A count of bytes for people: three significant digits, decimal units.
struct ByteText: CustomStringConvertible {
    let description: String

    init(_ count: UInt64) {
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        var value = Double(count)
        var unit = 0
        // 999.5 of a unit would be written as 1000.
        while value >= (unit == 0 ? 1000 : 999.5) {
            value /= 1000
            unit += 1
        }
        let digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
        description =
            value.formatted(
                .number.precision(.fractionLength(digits)).grouping(.never).locale(.init(identifier: "en_US_POSIX")))
            + " " + units[unit]
    }
}

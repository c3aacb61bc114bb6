internal import Foundation
internal import SymbolonAccessPolicy
internal import SymbolonAudit
public import SymbolonAuthority
internal import SymbolonNames

/// Takes what reporters say of machines, for all ends that follow this authority.
public struct PostureDesk: Sendable {
    let authority: IssuingAuthority
    let store: any PostureStore

    public init(authority: IssuingAuthority, store: any PostureStore) {
        self.authority = authority
        self.store = store
    }

    // MARK: Signals

    func report(_ wish: ReportPosture, in call: Call) async throws(AdministrationFailure) -> PostureOutcome {
        let (subjects, signals) = try Self.parse(wish.subjects, wish.signals)
        guard (1...PostureBoard.longestLife).contains(wish.seconds) else {
            throw AdministrationFailure(
                .malformed, what: "a signal holds for a second to a day", mend: "report it again before it lapses")
        }
        try await require(call, signals, subjects)
        let now = authority.now
        // Whole seconds: what ends are told, and what the store holds, is the same moment.
        let end = Date(timeIntervalSince1970: (now.timeIntervalSince1970 + Double(wish.seconds)).rounded(.down))
        var details = Self.details(subjects, signals)
        details["until"] = end.formatted(.iso8601)
        let event = AuditEvent(
            .postureReported, at: now, actor: call.actor, subject: wish.subject, details: details)
        let counter: UInt64?
        do throws(StoreFailure) {
            counter = try await store.report(
                signals, of: subjects, until: end, at: now, by: call.actor, most: PostureBoard.most,
                audit: authority.sealed(event))
        } catch {
            throw AdministrationFailure(error)
        }
        guard let counter else {
            throw AdministrationFailure(
                .refused, what: "nothing is reported",
                why: "signals of \(PostureBoard.most) subjects are known, which is the limit",
                mend: "let some lapse, or report less")
        }
        return PostureOutcome(until: end, changeCounter: counter)
    }

    func withdraw(_ wish: WithdrawPosture, in call: Call) async throws(AdministrationFailure) -> PostureOutcome {
        let (subjects, signals) = try Self.parse(wish.subjects, wish.signals)
        try await require(call, signals, subjects)
        let now = authority.now
        let event = AuditEvent(
            .postureWithdrawn, at: now, actor: call.actor, subject: wish.subject,
            details: Self.details(subjects, signals))
        do throws(StoreFailure) {
            return PostureOutcome(
                until: nil,
                changeCounter: try await store.withdraw(
                    signals, of: subjects, at: now, by: call.actor, audit: authority.sealed(event)))
        } catch {
            throw AdministrationFailure(error)
        }
    }

    func list() async throws(AdministrationFailure) -> PostureList {
        let now = authority.now
        do throws(StoreFailure) {
            return PostureList(
                signals: try await store.posture(since: nil).lazy.filter { $0.holds(at: now) }
                    .prefix(PostureList.most).map(PostureList.Entry.init))
        } catch {
            throw AdministrationFailure(error)
        }
    }

    private static func details(_ subjects: Set<SPIFFEID>, _ signals: Set<PostureSignal>) -> [String: String] {
        [
            "subjects": subjects.map(\.description).sorted().joined(separator: " "),
            "signals": signals.map(\.description).sorted().joined(separator: " "),
        ]
    }

    private static func parse(
        _ subjects: [String], _ signals: [String]
    ) throws(AdministrationFailure) -> (Set<SPIFFEID>, Set<PostureSignal>) {
        guard (1...ReportPosture.most).contains(subjects.count),
            subjects.reduce(0, { $0 + $1.utf8.count }) <= ReportPosture.mostOctets
        else {
            throw AdministrationFailure(
                subjects.isEmpty ? .malformed : .tooLarge, what: "nothing is reported",
                why: "at once are named 1 to \(ReportPosture.most) subjects, of \(ReportPosture.mostOctets >> 10) KiB",
                mend: "report in several steps")
        }
        return (Set(try subjects.map(Self.identity)), try Self.signals(signals))
    }

    private static func signals(_ texts: [String]) throws(AdministrationFailure) -> Set<PostureSignal> {
        guard (1...ReportPosture.mostSignals).contains(texts.count) else {
            throw AdministrationFailure(
                .malformed, what: "1 to \(ReportPosture.mostSignals) signals are named at once")
        }
        return Set(
            try texts.map { text throws(AdministrationFailure) in
                try Asked.parse(text, "a signal, which is lower-case letters, digits and hyphens") {
                    PostureSignal($0)
                }
            })
    }

    private static func identity(_ text: String) throws(AdministrationFailure) -> SPIFFEID {
        let identity = try Asked.parse(text, "a SPIFFE ID") { text throws(NameFailure) in try SPIFFEID(text) }
        guard !identity.path.isEmpty else {
            throw AdministrationFailure(
                .malformed, what: "\(text.debugDescription) is a trust domain, and no identity in it")
        }
        return identity
    }

    // MARK: Who may

    /// Operators report everything; a reporter what it was permitted, as it is now.
    private func require(
        _ call: Call, _ signals: Set<PostureSignal>, _ subjects: Set<SPIFFEID>
    ) async throws(AdministrationFailure) {
        if let role = call.role, role >= .operator { return }
        let identity = call.caller.identity
        let found: PostureReporter?
        do throws(StoreFailure) {
            found = try await store.reporter(identity)
        } catch {
            throw AdministrationFailure(error)
        }
        let mend =
            "let an administrator permit it: symbolon policy posture permit NAME --signal SIGNAL --about IDENTITY"
        guard let found else {
            throw AdministrationFailure(
                .forbidden, what: "\(identity) may not report", why: "it is no operator, and no reporter", mend: mend)
        }
        if let strange = signals.map(\.description).sorted().first(where: { !found.signals.contains($0) }) {
            throw AdministrationFailure(
                .forbidden, what: "\(identity) may not report \(strange)",
                why: "it may report \(found.signals.joined(separator: ", "))", mend: mend)
        }
        let patterns = found.subjects.compactMap { try? IdentityPattern($0, defaultDomain: nil) }
        let strange = subjects.sorted().first { subject in !patterns.contains { $0.matches(.spiffe(subject)) } }
        if let strange {
            throw AdministrationFailure(
                .forbidden, what: "\(identity) may not report of \(strange)",
                why: "it may report of \(found.subjects.joined(separator: ", "))", mend: mend)
        }
    }

    func permit(_ wish: PermitReporter, in call: Call) async throws(AdministrationFailure) -> PostureReporter {
        let domain = authority.configuration.trustDomain
        let identity = try Self.identity(wish.identity)
        guard identity.trustDomain == domain else {
            throw AdministrationFailure(
                .refused, what: "\(wish.identity.debugDescription) cannot report here",
                why: "reporters prove a name of this trust domain, such as spiffe://\(domain)/scanner")
        }
        let signals = try Self.signals(wish.signals)
        guard (1...PermitReporter.mostSubjects).contains(wish.subjects.count),
            wish.subjects.allSatisfy({ $0.utf8.count <= 2048 })
        else {
            throw AdministrationFailure(
                .malformed, what: "a reporter is permitted 1 to \(PermitReporter.mostSubjects) subjects",
                mend: "permit a folder: device/**")
        }
        let patterns = try wish.subjects.map { text throws(AdministrationFailure) in
            do throws(PatternFailure) {
                return try IdentityPattern(text, defaultDomain: domain)
            } catch {
                throw AdministrationFailure(
                    .malformed, what: "\(text.debugDescription) is no identity, and no pattern of identities",
                    why: error.explanation)
            }
        }
        let reporter = PostureReporter(
            identity: identity.description, signals: signals.map(\.description).sorted(),
            subjects: patterns.map(\.description), since: authority.now, addedBy: call.actor)
        let event = AuditEvent(
            .reporterPermitted, at: reporter.since, actor: call.actor, subject: reporter.identity,
            details: [
                "signals": reporter.signals.joined(separator: " "),
                "subjects": reporter.subjects.joined(separator: " "),
            ])
        do throws(StoreFailure) {
            try await store.put(reporter, audit: authority.sealed(event))
        } catch {
            throw AdministrationFailure(error)
        }
        return reporter
    }

    func reporters() async throws(AdministrationFailure) -> ReporterList {
        do throws(StoreFailure) {
            return ReporterList(reporters: try await store.reporters())
        } catch {
            throw AdministrationFailure(error)
        }
    }

    func remove(_ identity: String, in call: Call) async throws(AdministrationFailure) -> Done {
        let event = AuditEvent(.reporterRemoved, at: authority.now, actor: call.actor, subject: identity)
        let isGone: Bool
        do throws(StoreFailure) {
            isGone = try await store.removeReporter(identity, audit: authority.sealed(event))
        } catch {
            throw AdministrationFailure(error)
        }
        guard isGone else {
            throw AdministrationFailure(
                .notFound, what: "\(identity.debugDescription) is no reporter",
                mend: "see who is: symbolon policy posture reporters")
        }
        return Done()
    }
}

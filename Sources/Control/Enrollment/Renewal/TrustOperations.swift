import Foundation
public import SymbolonAdministration
public import SymbolonAuthority

/// What to believe of this authority's certificates, whole. Whoever holds one may ask, and wait for news.
public struct ShowTrust: AdministrativeOperation {
    public static let name = "showTrust"
    public static let access = Access.holder
    public static let endpoint = OperationEndpoint(.get, "trust", query: ["known": .text, "wait": .number])
    public static let recording = Recording.byChange

    /// The longest that an answer is held back. 20 s: less than what stands between them waits for.
    public static let longestWait = 20

    /// The version that the caller has.
    public let known: String?
    /// In seconds: how long to wait for another version. RFC 7240 §4.3 has the like for any request.
    public let wait: Int?

    public init(known: String? = nil, wait: Int? = nil) {
        self.known = known
        self.wait = wait
    }

    public var subject: String { "trust" }

    public func perform(with part: TrustDesk, in call: Call) async throws(AdministrationFailure) -> TrustAnswer {
        try await part.trust(known: known, waiting: try Self.patience(wait))
    }

    static func patience(_ wait: Int?) throws(AdministrationFailure) -> Duration {
        let wait = wait ?? 0
        guard (0...longestWait).contains(wait) else {
            throw AdministrationFailure(
                .malformed, what: "wait is 0 to \(longestWait) seconds", mend: "ask again and again")
        }
        return .seconds(wait)
    }
}

/// An end's one standing question: it says what it has put in force, and is told what has changed since what it knows as soon
/// as something has.
public struct FollowTrust: AdministrativeOperation {
    public static let name = "followTrust"
    public static let access = Access.holder
    public static let endpoint = OperationEndpoint(.post, "trust")
    public static let recording = Recording.byChange

    /// The version that the end has heard; nil: it wants the whole.
    public let known: String?
    /// In seconds: how long to wait for another version.
    public let wait: Int?
    /// 32 hexadecimal digits, which the end has made and keeps.
    public let end: String
    /// What people know it by.
    public let endName: String
    /// In seconds: how long it is silent at most while it lives.
    public let promise: Int
    /// The change counter of what its event loops judge by; nil: nothing is in force yet.
    public let confirmed: UInt64?
    /// How many connections are live at it.
    public let connections: Int?
    /// Each `SERIAL COUNT`: how many of them rest on this certificate of the peer; the most first, 1,000 at most.
    public let serials: [String]?

    public init(
        known: String?, wait: Int?, end: EndID, endName: String, promise: Int, confirmed: UInt64?,
        connections: Int? = nil, serials: [String: Int]? = nil
    ) {
        self.known = known
        self.wait = wait
        self.end = end.description
        self.endName = endName
        self.promise = promise
        self.confirmed = confirmed
        self.connections = connections
        self.serials = serials.map { counts in
            counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(EndConfirmation.mostSerials)
                .map { "\($0.key) \($0.value)" }
        }
    }

    public var subject: String { "trust" }

    public func perform(with part: TrustDesk, in call: Call) async throws(AdministrationFailure) -> TrustAnswer {
        let patience = try ShowTrust.patience(wait)
        try await part.heard(self, from: call.caller)
        return try await part.changes(since: known, waiting: patience)
    }

    /// What it says, as it is kept.
    func confirmation(of caller: Caller, at now: Date) throws(AdministrationFailure) -> EndConfirmation {
        guard let id = EndID(end), (1...EndStanding.longestName).contains(endName.utf8.count),
            (1...Int(EndStanding.longestPromise)).contains(promise), connections ?? 0 >= 0,
            serials?.count ?? 0 <= EndConfirmation.mostSerials
        else {
            throw AdministrationFailure(
                .malformed, what: "an end does not say who it is as ends do",
                why: "end is 32 hexadecimal digits, endName 1 to \(EndStanding.longestName) octets, promise 1 to"
                    + " \(Int(EndStanding.longestPromise)) seconds, and there are \(EndConfirmation.mostSerials) serials at most"
            )
        }
        var counts: [String: Int] = [:]
        for line in serials ?? [] {
            let parts = line.split(separator: " ")
            guard parts.count == 2, parts[0].utf8.count <= 42, let count = Int(parts[1]), count > 0 else {
                throw AdministrationFailure(.malformed, what: "serials are each SERIAL COUNT")
            }
            counts[String(parts[0])] = count
        }
        return EndConfirmation(
            EndStanding(
                end: id, identity: caller.identity, certificate: caller.certificate, kind: .ends, name: endName,
                promise: TimeInterval(promise),
                confirmed: confirmed ?? 0, confirmedAt: now, heardAt: now, live: connections ?? 0),
            connections: counts)
    }
}

/// An end stops in good order: nobody waits for it any more.
public struct LeaveTrust: AdministrativeOperation {
    public static let name = "leaveTrust"
    public static let access = Access.holder
    public static let endpoint = OperationEndpoint(.delete, "trust", query: ["end": .text])
    public static let recording = Recording.byChange

    public let end: String

    public init(end: EndID) { self.end = end.description }

    public var subject: String { "trust" }

    public func perform(with part: TrustDesk, in call: Call) async throws(AdministrationFailure) -> Done {
        guard let id = EndID(end) else { throw AdministrationFailure(.malformed, what: "end is 32 hexadecimal digits") }
        try await part.left(id, of: call.caller.identity)
        return Done()
    }
}

/// A version and, where the caller has another, what it says.
public struct TrustAnswer: Codable, Equatable, Sendable {
    public let version: String
    /// Nil: what the caller knows still holds.
    public let trust: TrustStatement?

    public init(version: String, trust: TrustStatement?) {
        self.version = version
        self.trust = trust
    }
}

public import Foundation
public import SymbolonAuthority

/// Which ends believe this authority, what each has put in force, and who is silent.
public struct ListEnds: AdministrativeOperation {
    public static let name = "listEnds"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "ends", query: ["behind": .number, "wait": .number])
    public static let recording = Recording.byChange

    /// In seconds: the longest that an answer is held back. 10 s: less than who asks waits for a first octet.
    public static let longestWait = 10

    /// A version: only live ends that have not confirmed it.
    public let behind: UInt64?
    /// In seconds: how long to wait for those that have not.
    public let wait: Int?

    public init(behind: UInt64? = nil, wait: Int? = nil) {
        self.behind = behind
        self.wait = wait
    }

    public var subject: String { "ends" }

    public func perform(with part: EndDesk, in call: Call) async throws(AdministrationFailure) -> EndList {
        let wait = wait ?? 0
        guard (0...Self.longestWait).contains(wait), wait == 0 || behind != nil else {
            throw AdministrationFailure(
                .malformed, what: "nothing is waited for that long, or for nothing",
                why: "wait is 0 to \(Self.longestWait) seconds, for ends that are behind a version")
        }
        guard let behind else { return try await part.list() }
        return try await part.list(behind: behind, waiting: .seconds(wait))
    }
}

/// Ends by name.
public struct EndList: Codable, Equatable, Sendable {
    /// 1,000: more than a person reads; how many are live is told beside it.
    public static let most = 1000

    /// The version of what is to be believed now.
    public let changeCounter: UInt64
    /// How many ends are live, listed or not.
    public let live: Int
    public let ends: [ListedEnd]

    public init(changeCounter: UInt64, live: Int, ends: [ListedEnd]) {
        self.changeCounter = changeCounter
        self.live = live
        self.ends = ends
    }
}

/// One end.
public struct ListedEnd: Codable, Equatable, Sendable {
    public let name: String
    public let identity: String
    public let kind: EndStanding.Kind
    /// The version that it has put in force.
    public let confirmed: UInt64
    public let confirmedAt: Date
    public let heardAt: Date
    /// It has kept its promise to speak.
    public let isLive: Bool
    public let connections: Int

    public init(_ standing: EndStanding, at now: Date) {
        name = standing.name
        identity = standing.identity
        kind = standing.kind
        confirmed = standing.confirmed
        confirmedAt = standing.confirmedAt
        heardAt = standing.heardAt
        isLive = standing.isLive(at: now)
        connections = standing.live
    }
}

import SymbolonCertificates
import SymbolonEnrollment
import SymbolonWire

/// One order, from the wish to the certificate, as a client goes through it (RFC 8555 §7.4 to §7.5): an answer goes in, what
/// to do next comes out. No socket, no clock: whoever drives it waits, signs and sends.
///
/// ```text
///              ┌─────────────────────────── next ◀──────────────┐
/// ordering ──▶ authorizing ──pending──▶ proving ──▶ looking ──valid
///                 │ all valid                         ▲ │ pending
///                 ▼                                   └─┘
///              readying ──ready──▶ finalizing ──▶ awaiting ──valid──▶ downloading ──▶ done
/// ```
struct ACMEEnrollment {
    enum Action: Equatable {
        case placeOrder(JSONValue)
        case lookAtAuthorization(FetchAddress, after: Double)
        /// Make the answer findable, then tell the server at this URL.
        case prove(ACMEIdentifier, token: String, tell: FetchAddress)
        case finalize(FetchAddress)
        case lookAtOrder(after: Double)
        case download(FetchAddress)
    }

    private enum State {
        case ordering
        case authorizing([FetchAddress])
        case proving(FetchAddress, left: [FetchAddress])
        case looking(FetchAddress, left: [FetchAddress])
        case readying
        case finalizing
        case awaiting
        case downloading
    }

    private let wish: ACMEWish
    private let kind: ChallengeKind
    private var state = State.ordering
    private var order: PresentedOrder?
    /// Looks at the same thing, one after the other.
    private var looks = 0

    init(_ wish: ACMEWish, by kind: ChallengeKind) {
        self.wish = wish
        self.kind = kind
    }

    // MARK: Ordering

    /// RFC 8555 §7.4; RFC 9773 §5.
    /// - Parameter replacing: false once the server would not have it.
    func begin(replacing: Bool = true) -> Action {
        var members = [JSONMember("identifiers", .array(wish.identifiers.map(\.asOrdered)))]
        if let profile = wish.profile { members.append(JSONMember("profile", .string(profile))) }
        if replacing, let name = wish.replaces?.renewalName { members.append(JSONMember("replaces", .string(name))) }
        return .placeOrder(.object(members))
    }

    /// RFC 9773 §5: a server that does not know the certificate, or has replaced it already, has no reason to refuse a
    /// plain order.
    func mayOrderWithoutReplacing(_ problem: PresentedProblem) -> Bool {
        guard case .ordering = state, wish.replaces?.renewalName != nil else { return false }
        return problem.kind == .alreadyReplaced || problem.kind == .malformed || problem.status == 404
    }

    mutating func received(
        order next: PresentedOrder, retryAfter: Double?
    ) throws(ACMEClientFailure) -> Action {
        guard next.identifiers == Set(wish.identifiers) else {
            throw .notUnderstood("the order is for other names than were asked for")
        }
        order = next
        if next.status == .invalid { throw .orderInvalid(next.error) }
        switch (state, next.status) {
        case (.ordering, .pending):
            state = .authorizing(next.authorizations)
            return try nextAuthorization()
        case (_, .ready) where !isFinalizing:
            state = .finalizing
            return .finalize(next.finalize)
        case (_, .valid):
            guard let certificate = next.certificate else { throw .notUnderstood("a valid order has no certificate") }
            state = .downloading
            return .download(certificate)
        case (.ordering, .processing), (.finalizing, _):
            state = .awaiting
            looks = 0
            return .lookAtOrder(after: pause(retryAfter))
        default:
            // Still pending when all is proved, still ready when it was finalized, or processing.
            return .lookAtOrder(after: pause(retryAfter))
        }
    }

    private var isFinalizing: Bool {
        switch state {
        case .finalizing, .awaiting, .downloading: true
        default: false
        }
    }

    // MARK: Authorizing

    private mutating func nextAuthorization() throws(ACMEClientFailure) -> Action {
        looks = 0
        guard case .authorizing(let left) = state, let next = left.first else {
            state = .readying
            return .lookAtOrder(after: 0)
        }
        return .lookAtAuthorization(next, after: 0)
    }

    mutating func received(
        _ authorization: PresentedAuthorization, retryAfter: Double?
    ) throws(ACMEClientFailure) -> Action {
        let identifier = authorization.identifier
        guard wish.identifiers.contains(where: { $0.base == identifier }) else {
            throw .notUnderstood("an authorization is for \(identifier), which was not asked for")
        }
        switch (state, authorization.status) {
        case (.authorizing(let left), .valid), (.looking(_, let left), .valid):
            // RFC 8555 §7.4.1: one that was there before counts as one that was proved now.
            if case .authorizing = state {
                state = .authorizing(Array(left.dropFirst()))
            } else {
                state = .authorizing(left)
            }
            return try nextAuthorization()
        case (.authorizing(let left), .pending):
            guard let place = left.first else { return try nextAuthorization() }
            return try prove(authorization, at: place, left: Array(left.dropFirst()))
        case (.looking(let place, _), .pending):
            // RFC 8555 §8.2: a server may try again after an error, and says so by staying as it is.
            return .lookAtAuthorization(place, after: pause(retryAfter))
        case (.authorizing, let status), (.looking, let status):
            let problem = authorization.challenges.first { $0.error != nil }?.error
            throw .notAuthorized(identifier, status: status.rawValue, problem)
        default:
            throw .notUnderstood("an authorization came that was not asked for")
        }
    }

    private mutating func prove(
        _ authorization: PresentedAuthorization, at place: FetchAddress, left: [FetchAddress]
    ) throws(ACMEClientFailure) -> Action {
        guard let challenge = authorization.challenges.first(where: { $0.type == kind.rawValue }) else {
            throw .noSuchChallenge(authorization.identifier, kind, offered: authorization.challenges.map(\.type))
        }
        guard let token = challenge.token else { throw .notUnderstood("a challenge has no token of RFC 8555 §8.1") }
        state = .proving(place, left: left)
        return .prove(authorization.identifier, token: token, tell: challenge.url)
    }

    /// RFC 8555 §7.5.1: the server was told that the answer can be found. A challenge that was answered earlier is only
    /// looked at.
    mutating func toldOfAnswer(retryAfter: Double?) throws(ACMEClientFailure) -> Action {
        guard case .proving(let place, let left) = state else {
            throw .notUnderstood("a challenge was answered that nobody asked about")
        }
        state = .looking(place, left: left)
        return .lookAtAuthorization(place, after: pause(retryAfter))
    }

    // MARK: Finalizing

    /// A finalization that was asked for before, in a request whose answer was lost: the order says how it stands.
    func mayLookAfter(_ problem: PresentedProblem) -> Bool {
        guard case .finalizing = state else { return false }
        return problem.kind == .orderNotReady
    }

    mutating func finalizedBefore() -> Action {
        state = .awaiting
        return .lookAtOrder(after: pause(nil))
    }

    // MARK: Waiting

    /// RFC 8555 §7.5.1: what the server asks for; without a word of it, a pause that doubles from a quarter of a second to
    /// five.
    private mutating func pause(_ retryAfter: Double?) -> Double {
        looks += 1
        if let retryAfter { return max(Self.shortestPause, retryAfter) }
        return min(5, Self.shortestPause * Double(1 << min(looks - 1, 5)))
    }

    private static let shortestPause = 0.25
}

public import Foundation
public import SymbolonAuthority
public import SymbolonCertificates
public import SymbolonKeys
public import SymbolonNames

/// Leave for whoever knows a few words to become known here, once, for some minutes.
///
///     open ─ claim(key) ─▶ claimed(key) ─ issued ─▶ issued(key, serial) ─ confirm ─▶ finished
///      │                        └──── claim by the same key, after a while ────┘
///      ├─ cancel ─▶ cancelled          (from claimed and issued too)
///      └─ third wrong try ─▶ dead      (from claimed and issued too)
///
/// Beside the state: it ends at `expiresAt`, and answers nobody while its tries are all taken. A try is taken before it is
/// answered, and given back when it proved the code. What is claimed is bound to the key that claimed it: an exchange that was cut off is
/// finished by that key or by none.
public struct Invitation: Equatable, Sendable {
    public enum State: Equatable, Sendable {
        case open
        /// `since`: when the holder of this key was last let go on.
        case claimed(KeyFingerprint, since: Date)
        case issued(KeyFingerprint, SerialNumber)
        case finished
        case cancelled
        /// Too many wrong tries.
        case dead
    }

    /// What it invites to.
    public enum Purpose: Equatable, Sendable {
        case identity(InvitedIdentity)
        /// Two authorities believe each other's names until then.
        case federation(until: Date)
    }

    public let number: Int
    public let purpose: Purpose
    /// Who made it, for the audit record.
    public let actor: String
    public let createdAt: Date
    public let expiresAt: Date
    /// What answers are made with, never the words; nil once it is finished, cancelled or dead.
    public private(set) var record: SPAKE2PlusRecord?
    public private(set) var triesLeft: Int
    public private(set) var wrongTries: Int
    public private(set) var state: State
    /// Counts its changes: a store refuses one that was made to an earlier form.
    public private(set) var revision: Int

    /// Three: two for slips of the tongue, and guesses by chance stay out of reach.
    public static let tries = 3
    /// Ten minutes: two people on the telephone.
    public static let standardLife: Duration = .seconds(600)
    /// At most a day: a code on paper is a password.
    public static let longestLife: Duration = .seconds(86_400)
    /// How long a claim that came to nothing yet keeps even its own key waiting: many times what an issuance takes.
    static let claimHeld: Duration = .seconds(10)

    public init(
        number: Int, purpose: Purpose, record: SPAKE2PlusRecord, actor: String, createdAt: Date, expiresAt: Date,
        replacing earlier: Invitation? = nil
    ) {
        self.init(
            number: number, purpose: purpose, actor: actor, createdAt: createdAt, expiresAt: expiresAt, record: record,
            triesLeft: Self.tries, wrongTries: 0, state: .open, revision: (earlier?.revision ?? -1) + 1)
    }

    /// As a store has it.
    public init(
        number: Int, purpose: Purpose, actor: String, createdAt: Date, expiresAt: Date, record: SPAKE2PlusRecord?,
        triesLeft: Int, wrongTries: Int, state: State, revision: Int
    ) {
        self.number = number
        self.purpose = purpose
        self.actor = actor
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.record = record
        self.triesLeft = triesLeft
        self.wrongTries = wrongTries
        self.state = state
        self.revision = revision
    }

    /// Nothing can be done with it any more, and its number is free.
    public func isOver(at now: Date) -> Bool {
        record == nil || now >= expiresAt || triesLeft <= 0
    }

    /// Whether a handshake that was answered with this record was about this invitation, and not about an earlier one that
    /// had its number. One that is over answers for itself.
    func isAnswered(with record: SPAKE2PlusRecord) -> Bool { self.record == nil || self.record == record }

    // MARK: Events

    public enum Event: Equatable, Sendable {
        /// Somebody says that they know the words.
        case tried
        /// And did.
        case proved
        /// And did not, or went away.
        case failed
        /// The key that what is issued will be for.
        case claim(KeyFingerprint)
        /// What was claimed could not be issued now; the same key may come again at once.
        case released
        case issued(SerialNumber)
        /// The other end has stored what it got.
        case confirmed
        case cancel
    }

    public enum Outcome: Equatable, Sendable {
        /// To be stored.
        case changed
        /// It was so before.
        case unchanged
        /// This key has its certificate: that one.
        case alreadyIssued(SerialNumber)
        case refused(InvitationRefusal)
    }

    /// What an event makes of it. A refusal changes nothing.
    public mutating func apply(_ event: Event, at now: Date) -> Outcome {
        switch (state, event) {
        case (.finished, .confirmed), (.cancelled, .cancel):
            return .unchanged
        case (.finished, .proved), (.cancelled, .proved), (.dead, .proved), (.finished, .failed), (.cancelled, .failed),
            (.dead, .failed):
            return .unchanged
        case (.finished, _), (.cancelled, _), (.dead, _):
            return .refused(.over)
        case (_, .tried):
            guard !isOver(at: now) else { return .refused(.over) }
            triesLeft -= 1
        case (_, .proved):
            guard triesLeft < Self.tries else { return .unchanged }
            triesLeft += 1
        case (_, .failed):
            wrongTries += 1
            if wrongTries >= Self.tries { close(.dead) }
        case (_, .cancel):
            close(.cancelled)
        case (_, .claim) where now >= expiresAt:
            return .refused(.over)
        case (.open, .claim(let key)):
            state = .claimed(key, since: now)
        case (.claimed(let owner, let since), .claim(let key)):
            guard owner == key else { return .refused(.used) }
            guard now >= since + Self.claimHeld.wholeSeconds else { return .refused(.busy) }
            state = .claimed(key, since: now)
        case (.issued(let owner, let serialNumber), .claim(let key)):
            return owner == key ? .alreadyIssued(serialNumber) : .refused(.used)
        case (.claimed(let owner, _), .released):
            state = .claimed(owner, since: .distantPast)
        case (.claimed(let owner, _), .issued(let serialNumber)):
            state = .issued(owner, serialNumber)
        case (.issued, .confirmed), (.claimed, .confirmed):
            close(.finished)
        case (.open, .released), (.open, .issued), (.open, .confirmed), (.issued, .released), (.issued, .issued):
            return .refused(.outOfOrder)
        }
        revision += 1
        return .changed
    }

    private mutating func close(_ end: State) {
        state = end
        record = nil
    }
}

/// Why an invitation does not do what it was asked.
public enum InvitationRefusal: Equatable, Sendable {
    /// Unknown, expired, cancelled, finished, or without tries: all the same to the outside.
    case over
    /// Another key has used it.
    case used
    /// This very key is being served.
    case busy
    case outOfOrder
}

/// What an invitation will certify: all of it is said when it is made, and nothing by who comes.
public struct InvitedIdentity: Equatable, Sendable {
    public let profile: ProfileName
    /// Short, as in `web`.
    public let name: String
    /// What stands beside the identity.
    public let names: [SubjectName]
    /// The profile's default when `nil`.
    public let life: Duration?

    public init(profile: ProfileName, name: String, names: [SubjectName], life: Duration?) {
        self.profile = profile
        self.name = name
        self.names = names
        self.life = life
    }
}

extension Duration {
    /// In seconds, as dates count.
    var wholeSeconds: TimeInterval { TimeInterval(components.seconds) }
}

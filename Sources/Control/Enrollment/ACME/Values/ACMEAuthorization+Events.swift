import Foundation

/// The status as clients see it (RFC 8555 §7.1.6).
enum ACMEAuthorizationStatus: String {
    case pending, valid, invalid, deactivated, expired
}

extension ACMEAuthorization {
    func shownStatus(at now: Date) -> ACMEAuthorizationStatus {
        switch status {
        case .pending: now < expiresAt ? .pending : .expired
        case .valid: now < expiresAt ? .valid : .expired
        case .invalid: .invalid
        case .deactivated: .deactivated
        }
    }

    /// Why it became invalid.
    var problem: ACMEProblem? {
        for challenge in challenges {
            if case .invalid(let problem) = challenge.state { return problem }
        }
        return nil
    }

    func challenge(_ kind: ChallengeKind) -> ACMEChallenge? { challenges.first { $0.kind == kind } }

    /// The challenge by which it was shown, when it was.
    var validatedBy: ChallengeKind? {
        for challenge in challenges {
            if case .valid = challenge.state { return challenge.kind }
        }
        return nil
    }

    // MARK: Events

    /// The client says that it is ready (RFC 8555 §7.5.1). False when there is nothing to begin: another challenge is being
    /// looked at, or it is over.
    mutating func begin(_ kind: ChallengeKind, at now: Date, lease: TimeInterval) -> Bool {
        guard shownStatus(at: now) == .pending, attempt == nil, challenge(kind)?.state == .pending else { return false }
        set(kind, .processing(nil))
        attempt = Attempt(kind: kind, number: 1, dueAt: now + lease)
        revision += 1
        return true
    }

    /// Somebody takes up the look that is due: until the lease is over, nobody else does.
    mutating func takeUp(at now: Date, lease: TimeInterval) -> Bool {
        guard status == .pending, let attempt, attempt.dueAt <= now else { return false }
        self.attempt = Attempt(kind: attempt.kind, number: attempt.number, dueAt: now + lease)
        revision += 1
        return true
    }

    /// The look found what it should.
    mutating func validated(at now: Date, life: TimeInterval) {
        guard let attempt else { return }
        set(attempt.kind, .valid(at: now))
        self.attempt = nil
        status = .valid
        expiresAt = now + life
        revision += 1
    }

    /// The look did not. Another one follows when that may help and the schedule has one left.
    mutating func failed(_ failure: ValidationFailure, at now: Date, retries: [Duration]) {
        guard let attempt else { return }
        revision += 1
        if failure.isTransient, attempt.number <= retries.count, now < expiresAt {
            let delay = TimeInterval(retries[attempt.number - 1].components.seconds)
            set(attempt.kind, .processing(failure.problem))
            self.attempt = Attempt(kind: attempt.kind, number: attempt.number + 1, dueAt: now + delay)
            return
        }
        set(attempt.kind, .invalid(failure.problem))
        self.attempt = nil
        status = .invalid
    }

    /// RFC 8555 §7.5.2. False when it is over already.
    mutating func deactivate(at now: Date) -> Bool {
        guard [.pending, .valid].contains(shownStatus(at: now)) else { return false }
        status = .deactivated
        attempt = nil
        revision += 1
        return true
    }

    private mutating func set(_ kind: ChallengeKind, _ state: ACMEChallenge.State) {
        guard let position = challenges.firstIndex(where: { $0.kind == kind }) else { return }
        challenges[position].state = state
    }
}

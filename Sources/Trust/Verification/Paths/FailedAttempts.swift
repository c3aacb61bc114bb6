/// One path that came to nothing, and how far it came.
struct FailedAttempt: Error {
    /// How far: a complete path tells more than a broken one, and more checks passed more than fewer.
    enum Reach: Hashable, Comparable {
        /// So many signatures held before no issuer was left.
        case signatures(Int)
        /// The budget ended the search.
        case exhaustion
        /// The path reached an anchor, and so many certificates from the anchor down passed every check.
        case anchor(Int)
    }

    private(set) var refusal: Refusal
    let reach: Reach

    init(_ refusal: Refusal, reach: Reach) {
        self.refusal = refusal
        self.reach = reach
    }

    /// The same, with the path on which it arose.
    func on(_ path: TriedPath) -> FailedAttempt {
        var attempt = self
        attempt.refusal.path = path
        return attempt
    }
}

/// The paths that failed in one verification: the most telling one, and a bounded number of others.
struct FailedAttempts {
    /// 16: a person reads fewer, and a stranger must not be able to fill memory or a log line.
    private static let kept = 16

    private var best: FailedAttempt?
    private var others: [Refusal] = []

    /// The path's last certificate has no believable issuer.
    mutating func note(at path: [PathCertificate], _ failure: VerificationFailure) {
        let place = PathPlace(at: path.count - 1)
        note(
            FailedAttempt(Refusal(failure, place, path[path.count - 1]), reach: .signatures(path.count - 1))
                .on(TriedPath(path)))
    }

    /// A wrong signature under the right name says more than that no issuer is known, so among equals the first noted
    /// stays: signatures are tried before an issuer is called unknown.
    mutating func note(_ attempt: FailedAttempt) {
        guard let best else {
            self.best = attempt
            return
        }
        if best.reach < attempt.reach {
            self.best = attempt
            keep(best.refusal)
        } else {
            keep(attempt.refusal)
        }
    }

    /// What to tell the operator, with the rest beside it.
    func mostTelling() -> Refusal? {
        var refusal = best?.refusal
        refusal?.others = others
        return refusal
    }

    private mutating func keep(_ refusal: Refusal) {
        guard others.count < Self.kept, !others.contains(refusal) else { return }
        others.append(refusal)
    }
}

import SymbolonNames

extension Condition {
    /// Whether this holds wherever `other`, of the same kind, does. In doubt no.
    func covers(_ other: Condition) -> Bool {
        switch (self, other) {
        case (.identity(let mine), .identity(let theirs)):
            theirs.allSatisfy { one in mine.contains { $0.covers(one) } }
        case (.service(let mine), .service(let theirs)): theirs.isSubset(of: mine)
        case (.profile(let mine), .profile(let theirs)): theirs.isSubset(of: mine)
        case (.issuer(let mine), .issuer(let theirs)): theirs.allSatisfy(mine.contains)
        case (.key(let mine), .key(let theirs)): theirs.isSuperset(of: mine)
        case (.network(let mine), .network(let theirs)):
            theirs.allSatisfy { one in mine.contains { $0.contains(one) } }
        case (.method(let mine), .method(let theirs)): theirs.isSubset(of: mine)
        case (.path(let mine), .path(let theirs)): theirs.allSatisfy { one in mine.contains { $0.covers(one) } }
        case (.assurance(let mine), .assurance(let theirs)): mine <= theirs
        case (.posture(let mine), .posture(let theirs)): mine.isSubset(of: theirs)
        case (.connections(let mine), .connections(let theirs)): mine >= theirs
        case (.rate(let mine, let seconds), .rate(let theirs, let others)): seconds == others && mine >= theirs
        case (.certificateAge(let mine), .certificateAge(let theirs)): mine >= theirs
        case (.proofAge(let mine), .proofAge(let theirs)): mine >= theirs
        case (.time(let mine), .time(let theirs)): theirs.allSatisfy(mine.contains)
        default: false
        }
    }
}

extension Rule {
    /// Whether this holds wherever `other` does. In doubt no.
    func covers(_ other: Rule) -> Bool {
        guard exceptions.isEmpty || Set(exceptions) == Set(other.exceptions) else { return false }
        if effect == .allow, let life { guard let theirs = other.life, theirs <= life else { return false } }
        return conditions.allSatisfy { mine in other.conditions.contains { mine.kind == $0.kind && mine.covers($0) } }
    }
}

import Foundation
import SymbolonNames

extension Condition {
    /// Whether the condition holds for a party, and for how long.
    ///
    /// Nothing is copied on the way: a question has many parts, and counting who holds each would cost more than the answer.
    func standing(for party: borrowing Party, asking question: borrowing Question) -> Standing {
        switch self {
        case .identity(let patterns): Standing(Self.identity(patterns, party.names))
        case .service(let names): Standing(names.contains(question.service))
        case .profile(let kinds):
            Self.of(party.certificate.kind) { Standing(kinds.contains($0)) }
        case .issuer(let patterns): Self.issuer(party.certificate, patterns)
        case .key(let needed): Self.of(party.key) { Standing($0.isSuperset(of: needed)) }
        case .network(let networks):
            Self.of(question.address) { address in Standing(networks.contains { $0.contains(address) }) }
        case .method(let methods):
            Self.of(question.request) { request in
                Self.of(request.method) { Standing(methods.contains($0)) }
            }
        case .path(let patterns):
            Self.of(question.request) { request in
                Self.of(request.path) { path in Standing(patterns.contains { $0.matches(path) }) }
            }
        case .assurance(let least): Self.of(party.proof) { Standing($0.assurance >= least) }
        case .posture(let signals): Self.posture(signals, party.posture, at: question.moment)
        case .connections(let limit): Self.of(party.usage) { Standing($0.live < limit) }
        case .rate(let limit, let seconds):
            Self.of(party.usage) { usage in
                Standing(usage.arrivals(within: seconds).map { $0 < limit } ?? true)
            }
        case .certificateAge(let limit):
            Self.of(party.certificate.notBefore) {
                Self.age(since: $0, below: limit, at: question.moment)
            }
        case .proofAge(let limit):
            Self.of(party.proof) { Self.age(since: $0.at, below: limit, at: question.moment) }
        case .time(let windows): Self.time(windows, at: question.moment)
        }
    }

    private static func identity(_ patterns: [IdentityPattern], _ names: [SubjectName]) -> Truth {
        if patterns.contains(where: { pattern in names.contains(where: pattern.matches) }) { return .yes }
        return patterns.contains(where: \.isInDoubt) ? .unknown(.noSuchGroup) : .no
    }

    private static func of<Value>(_ fact: Fact<Value>, _ judge: (Value) -> Standing) -> Standing {
        switch fact {
        case .known(let value): judge(value)
        case .unknown(let why): Standing(.unknown(why))
        }
    }

    private static func issuer(_ certificate: Party.CertificateFacts, _ patterns: [IssuerPattern]) -> Standing {
        var doubt: Ignorance?
        for pattern in patterns {
            switch pattern {
            case .key(let key):
                switch certificate.issuerKey {
                case .known(let known): if known == key { return Standing(.yes) }
                case .unknown(let why): doubt = why
                }
            case .domain(let domain):
                switch certificate.issuerDomain {
                case .known(let known): if known == domain { return Standing(.yes) }
                case .unknown(let why): doubt = why
                }
            }
        }
        return Standing(doubt.map(Truth.unknown) ?? .no)
    }

    /// A signal that was not reported, or has lapsed, is not known: it is no report of the contrary.
    private static func posture(
        _ signals: Set<PostureSignal>, _ reported: [PostureSignal: Date], at moment: ClockReading
    ) -> Standing {
        guard case .sure(let now) = moment else { return Standing(.unknown(.clockInDoubt)) }
        var lasts: Double?
        for signal in signals {
            guard let until = reported[signal] else { return Standing(.unknown(.notReported)) }
            guard now < until else { return Standing(.unknown(.lapsed)) }
            lasts = earlier(lasts, until.timeIntervalSince(now))
        }
        return Standing(.yes, for: lasts)
    }

    /// What began in the future is not young but in doubt: somebody's clock is wrong, and nothing says whose.
    private static func age(since start: Date, below limit: Double, at moment: ClockReading) -> Standing {
        guard case .sure(let now) = moment else { return Standing(.unknown(.clockInDoubt)) }
        let age = now.timeIntervalSince(start)
        guard age >= -PlausibleClock.window else { return Standing(.unknown(.clockInDoubt)) }
        return age < limit ? Standing(.yes, for: limit - age) : Standing(.no)
    }

    private static func time(_ windows: [TimeWindow], at moment: ClockReading) -> Standing {
        guard case .sure(let now) = moment else { return Standing(.unknown(.clockInDoubt)) }
        var lasts: Double?
        for window in windows {
            let (isWithin, left) = window.standing(at: now)
            if isWithin { return Standing(.yes, for: left) }
            lasts = earlier(lasts, left)
        }
        return Standing(.no, for: lasts)
    }
}

/// What conditions together come to: the first that does not hold decides, then the first that is not known.
struct Conjunction {
    var standing = Standing(.yes)
    /// Which of them decided; nil where all hold.
    var decisive: Int?

    /// Returns whether the rest can matter.
    mutating func add(_ next: Standing, at index: Int) -> Bool {
        switch next.truth {
        case .no:
            standing = next
            decisive = index
            return false
        case .unknown:
            if case .yes = standing.truth {
                standing.truth = next.truth
                decisive = index
            }
        case .yes: break
        }
        standing.lasts = earlier(standing.lasts, next.lasts)
        return true
    }
}

extension Rule {
    /// Whether the rule holds for a party.
    /// - Parameter start: the first condition that is looked at; those before it are known to hold.
    func standing(
        for party: borrowing Party, asking question: borrowing Question, from start: Int = 0
    ) -> Standing {
        var all = Conjunction()
        for index in start..<conditions.count {
            guard all.add(conditions[index].standing(for: party, asking: question), at: index) else {
                return all.standing
            }
        }
        guard !exceptions.isEmpty || life != nil else { return all.standing }
        if !exceptions.isEmpty, !all.add(exceptionStanding(for: party, asking: question), at: conditions.count) {
            return all.standing
        }
        if let life { _ = all.add(Self.lifeStanding(life, question.age), at: conditions.count + 1) }
        return all.standing
    }

    /// The contrary of what the exceptions come to.
    func exceptionStanding(for party: borrowing Party, asking question: borrowing Question) -> Standing {
        var all = Conjunction()
        for index in exceptions.indices {
            guard all.add(exceptions[index].standing(for: party, asking: question), at: index) else { break }
        }
        let contrary: Truth =
            switch all.standing.truth {
            case .yes: .no
            case .no: .yes
            case .unknown(let why): .unknown(why)
            }
        return Standing(contrary, for: all.standing.lasts)
    }

    static func lifeStanding(_ life: Double, _ age: Double) -> Standing {
        age < life ? Standing(.yes, for: life - age) : Standing(.no)
    }
}

public import Foundation
public import SymbolonNames

/// A question as people write it, in an option or in a case of a test: every fact a text.
public struct QuestionDraft: Sendable {
    /// What may be said, and by which word.
    public enum Word: String, CaseIterable, Sendable {
        case from, to, method, path, at, network, profile, issuer, key, posture, assurance, connections, arrivals, age
        case actingFor = "acting-for"
        case proofAge = "proof-age"
        case certificateAge = "certificate-age"
    }

    public private(set) var texts: [Word: [String]]

    public init(_ texts: [Word: [String]]) { self.texts = texts }

    /// What is not said is not known, except that nobody else is connected and the connection is new.
    ///
    /// The person's proof belongs to whom the peer acts for, where it acts for somebody, else to the peer.
    /// - Parameters:
    ///   - domain: of short names.
    ///   - now: where the question says no moment.
    public func question(in domain: TrustDomain?, at now: Date) throws(QuestionFault) -> Question {
        let moment = try one(.at, Self.moment) ?? now
        guard let peer = try one(.from, { text throws(PolicyFault) in try Self.name(text, domain) }) else {
            throw QuestionFault(word: .from, message: "it says who asks; write an identity")
        }
        guard let service = try one(.to, { text throws(PolicyFault) in text }) else {
            throw QuestionFault(word: .to, message: "it says what for; write the short name of a service")
        }
        var party = Party([peer])
        party.certificate = try certificate(at: moment)
        party.key = Fact(try all(.key, ConditionText.key).map { $0.reduce(into: []) { $0.formUnion($1) } })
        for signal in try all(.posture, ConditionText.signal) ?? [] { party.posture[signal] = .distantFuture }
        var question = Question(
            from: party, to: service, at: .sure(moment), age: Double(try one(.age, ConditionText.span) ?? 0))
        if let person = try one(.actingFor, { text throws(PolicyFault) in try Self.name(text, domain) }) {
            question.actingFor = Party(
                [person], proof: try proof(at: moment), usage: .known(Usage(live: 0, arrivals: .init([], now: .zero))))
        } else {
            question.peer.proof = try proof(at: moment)
        }
        let method = try one(.method, ConditionText.method)
        let path = try one(.path, { text throws(PolicyFault) in try Self.path(text) })
        if method != nil || path != nil {
            question.request = .known(.init(Fact(method), path ?? .unknown(.notReported)))
        }
        question.address = Fact(try one(.network, { text throws(PolicyFault) in try Self.address(text) }))
        let arrivals = try one(.arrivals, Self.number) ?? 0
        question.peer.usage = .known(
            Usage(
                live: try one(.connections, Self.number) ?? 0,
                arrivals: .init(Array(repeating: .zero, count: arrivals), now: .zero)))
        return question
    }

    private func certificate(at moment: Date) throws(QuestionFault) -> Party.CertificateFacts {
        var facts = Party.CertificateFacts()
        facts.kind = Fact(try one(.profile, ConditionText.profile))
        facts.notBefore = Fact(try one(.certificateAge, ConditionText.span).map { moment - Double($0) })
        for issuer in try all(.issuer, ConditionText.issuer) ?? [] {
            switch issuer {
            case .key(let key): facts.issuerKey = .known(key)
            case .domain(let domain): facts.issuerDomain = .known(domain)
            }
        }
        return facts
    }

    private func proof(at moment: Date) throws(QuestionFault) -> Fact<Party.PersonProof> {
        let age = try one(.proofAge, ConditionText.span)
        guard let assurance = try one(.assurance, ConditionText.assurance) else {
            guard age == nil else {
                throw QuestionFault(word: .proofAge, message: "it is the age of a proof; say its assurance too")
            }
            return .unknown(.notReported)
        }
        return .known(.init(assurance, at: moment - Double(age ?? 0)))
    }

    private func one<Value>(
        _ word: Word, _ read: (String) throws(PolicyFault) -> Value
    ) throws(QuestionFault) -> Value? {
        guard let values = try all(word, read) else { return nil }
        guard values.count == 1 else { throw QuestionFault(word: word, message: "there is one") }
        return values[0]
    }

    private func all<Value>(
        _ word: Word, _ read: (String) throws(PolicyFault) -> Value
    ) throws(QuestionFault) -> [Value]? {
        guard let texts = texts[word], !texts.isEmpty else { return nil }
        var values: [Value] = []
        for text in texts {
            do throws(PolicyFault) {
                values.append(try read(text))
            } catch {
                throw QuestionFault(word: word, message: error.message)
            }
        }
        return values
    }

    private static func name(_ text: String, _ domain: TrustDomain?) throws(PolicyFault) -> SubjectName {
        do throws(NameFailure) {
            if text.contains(":") { return try SubjectName(text) }
            guard let domain else { throw .kindMissing(in: NameText.shown(text)) }
            return .spiffe(
                try SPIFFEID(
                    trustDomain: domain,
                    path: text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)))
        } catch {
            throw PolicyFault(error.explanation)
        }
    }

    private static func moment(_ text: String) throws(PolicyFault) -> Date { try NodeReader.moment(text) }

    /// What has two readings is a fact that is not known, as it is at an end.
    private static func path(_ text: String) throws(PolicyFault) -> Fact<RequestPath> {
        do throws(PathFailure) {
            return .known(try RequestPath(text))
        } catch .noSlash {
            throw PolicyFault(PathFailure.noSlash.explanation)
        } catch {
            return .unknown(.notCanonical)
        }
    }

    private static func address(_ text: String) throws(PolicyFault) -> IPAddress {
        do throws(NameFailure) {
            return try IPAddress(text)
        } catch {
            throw PolicyFault(error.explanation)
        }
    }

    private static func number(_ text: String) throws(PolicyFault) -> Int {
        if text == "0" { return 0 }
        return try ConditionText.count(text)
    }
}

/// Which word of a question is not understood, and why.
public struct QuestionFault: Error, Hashable, Sendable {
    public let word: QuestionDraft.Word
    public let message: String
}

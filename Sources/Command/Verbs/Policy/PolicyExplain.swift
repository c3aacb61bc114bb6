import ArgumentParser
import Foundation
import SymbolonAccessPolicy

/// `symbolon policy explain`: every rule, and the fact that decided each.
struct PolicyExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "See what a policy decides, by which rule, and why each of the others does not.",
        discussion: """
            EXAMPLES
              symbolon policy explain policy.yaml --from person/alice --to ledger
              symbolon policy explain policy.yaml --from app --to ledger --at 2026-06-06T12:00:00Z --network 10.1.2.3
              symbolon policy explain policy.yaml --from app --acting-for person/alice --to ledger \\
                  --method GET --path /ledger/1 --assurance user-verified

            What no option says is not known, but for this: it is now, the connection is new, and no other is live. \
            --assurance and --proof-age are of the person whom the peer acts for, where it acts for one, else of the peer.

            It ends with 0 allowed, 1 denied.
            """)

    @Argument(help: ArgumentHelp("The policy (YAML).", valueName: "file"))
    var file: String
    @Option(help: ArgumentHelp("Who asks: a short name, spiffe://…, dns:…, mail:… or ip:….", valueName: "identity"))
    var from: String
    @Option(help: ArgumentHelp("For which service, by its short name.", valueName: "name"))
    var to: String
    @Option(
        name: .customLong("acting-for"), help: ArgumentHelp("The person whom the peer acts for.", valueName: "identity")
    )
    var actingFor: String?
    @Option(help: ArgumentHelp("The method of the request.", valueName: "method"))
    var method: String?
    @Option(help: ArgumentHelp("The path of the request.", valueName: "path"))
    var path: String?
    @Option(help: ArgumentHelp("When (default: now).", valueName: "time"))
    var at: String?
    @Option(help: ArgumentHelp("The peer's address.", valueName: "address"))
    var network: String?
    @Option(help: ArgumentHelp("The kind of the peer's certificate.", valueName: "profile"))
    var profile: String?
    @Option(
        help: ArgumentHelp(
            "Its issuer: a trust domain, or sha256: and the key's digits; both may be given.", valueName: "issuer"))
    var issuer: [String] = []
    @Option(
        name: .customLong("certificate-age"), help: ArgumentHelp("For how long it has been valid.", valueName: "span"))
    var certificateAge: String?
    @Option(
        help: ArgumentHelp("How the peer's key is protected: hardware, attested; may be repeated.", valueName: "way"))
    var key: [String] = []
    @Option(help: ArgumentHelp("A signal that is reported of the peer; may be repeated.", valueName: "signal"))
    var posture: [String] = []
    @Option(help: ArgumentHelp("How surely a person was there: user-present, user-verified.", valueName: "level"))
    var assurance: String?
    @Option(name: .customLong("proof-age"), help: ArgumentHelp("How long ago.", valueName: "span"))
    var proofAge: String?
    @Option(help: ArgumentHelp("How many older connections of the peer are live.", valueName: "count"))
    var connections: String?
    @Option(help: ArgumentHelp("How many of the peer's connections were let in just now.", valueName: "count"))
    var arrivals: String?
    @Option(help: ArgumentHelp("How long the connection has lived.", valueName: "span"))
    var age: String?
    @OptionGroup var domain: PolicyDomainOptions
    @OptionGroup var output: OutputOptions

    private var draft: QuestionDraft {
        let one: [(QuestionDraft.Word, String?)] = [
            (.from, from), (.to, to), (.actingFor, actingFor), (.method, method), (.path, path), (.at, at),
            (.network, network), (.profile, profile), (.certificateAge, certificateAge), (.assurance, assurance),
            (.proofAge, proofAge), (.connections, connections), (.arrivals, arrivals), (.age, age),
        ]
        var texts: [QuestionDraft.Word: [String]] = [.issuer: issuer, .key: key, .posture: posture]
        for (word, text) in one { texts[word] = text.map { [$0] } }
        return QuestionDraft(texts)
    }

    func run() async throws {
        try await Complaint.reported {
            let document: PolicyDocument
            do {
                document = try PolicyText.document(at: file, domain: try domain.trustDomain(), groups: [:])
            } catch let faults as ConfigurationFaults {
                throw Complaint(faults, so: ", so it decides nothing")
            }
            let question = try question(document)
            let explanation = Explanation(of: question, by: document.policy)
            let decision = explanation.decision
            let because = CompiledPolicy(document.policy).because(decision, of: question)
            if output.json {
                Lines.write(try JSONOutput.line(Report(explanation, because, at: question.moment.date)))
            } else {
                tell(explanation, because)
            }
            if !decision.isAllowed { throw ExitCode(ExitStatus.failure.rawValue) }
        }
    }

    private func question(_ document: PolicyDocument) throws -> Question {
        do throws(QuestionFault) {
            return try draft.question(in: document.domain, at: Date())
        } catch {
            throw Complaint(what: "--\(error.word.rawValue) is not understood", why: error.message, exit: .undecided)
        }
    }

    private func tell(_ explanation: Explanation, _ because: String) {
        let terminal = Terminal.output
        let decision = explanation.decision
        let mark = decision.isAllowed ? terminal.styled("✓ allowed", .green) : terminal.styled("✗ denied", .red)
        Lines.write("\(mark)  \(because.printable)")
        if let seconds = decision.lasts { Lines.write("           decided again in \(Moment.span(seconds))") }
        for judgement in explanation.judgements {
            if explanation.judgements.count > 1 {
                Lines.write("")
                Lines.write(judgement.who == .peer ? "the peer" : "the person whom it acts for")
            }
            for rule in judgement.rules {
                let sign =
                    switch rule.result {
                    case .holds: "✓";
                    case .fails: "·";
                    case .doubt: "?"
                    }
                Lines.write("  \(sign) \(rule.effect.rawValue.padded(to: 5))  \(rule.name.printable)")
                Lines.write("           \(rule.because.printable)")
            }
        }
    }

    private struct Report: Encodable {
        struct ConsideredRule: Encodable {
            let who: String
            let name: String
            let effect: String
            let result: String
            let decisive: String?
            let because: String
        }

        let allowed: Bool
        let rule: String?
        let because: String
        let at: Date
        let standsForSeconds: Int?
        let rules: [ConsideredRule]

        init(_ explanation: Explanation, _ because: String, at moment: Date) {
            allowed = explanation.decision.isAllowed
            rule = explanation.decision.rule
            self.because = because
            at = moment
            standsForSeconds = explanation.decision.lasts.map { Int($0) }
            rules = explanation.judgements.flatMap { judgement in
                judgement.rules.map {
                    ConsideredRule(
                        who: judgement.who.rawValue, name: $0.name, effect: $0.effect.rawValue,
                        result: $0.result.rawValue, decisive: $0.decisive, because: $0.because)
                }
            }
        }
    }
}

extension Decision {
    /// In how many seconds it is made again; nil where that is never, or a century off.
    fileprivate var lasts: Double? { standsFor.flatMap { $0 < 36_525 * 86_400 ? $0 : nil } }
}

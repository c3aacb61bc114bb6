import ArgumentParser
import Foundation
import SymbolonAccessPolicy

/// `symbolon policy test`: does a policy decide as it should?
struct PolicyTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Hold a policy against cases with expected outcomes; for CI.",
        discussion: """
            EXAMPLES
              symbolon policy test web-cases.yaml
              symbolon policy test web-cases.yaml --json

            THE FILE
              policy: web-policy.yaml           # from the folder of the cases
              cases:
                - name: alice at her desk
                  from: person/alice
                  to: ledger
                  at: 2026-06-01T09:00:00Z
                  network: 10.1.2.3
                  expect: allow
                  rule: people in office hours  # which has to decide; may be left out
                - {from: person/alice, to: ledger, at: 2026-06-06T09:00:00Z, expect: deny}

              A case takes the words of the options of symbolon policy explain.

            It ends with 0 all as expected, 1 some not, 78 faults in a file.
            """)

    @Argument(help: ArgumentHelp("The cases (YAML).", valueName: "file"))
    var file: String
    @OptionGroup var domain: PolicyDomainOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let (document, cases): (PolicyDocument, PolicyCases)
            do {
                (document, cases) = try PolicyText.cases(at: file, domain: try domain.trustDomain(), now: Date())
            } catch let faults as ConfigurationFaults {
                throw Complaint(faults, so: ", so nothing was tested")
            }
            let compiled = CompiledPolicy(document.policy)
            let outcomes = cases.cases.map { Outcome($0, by: compiled) }
            for outcome in outcomes {
                if output.json {
                    Lines.write(try JSONOutput.line(outcome))
                } else if !outcome.isAsExpected {
                    Lines.write(outcome.text(in: file, Terminal.output))
                }
            }
            let good = outcomes.count(where: \.isAsExpected)
            if !output.json { Lines.write("\(good) of \(outcomes.count) cases as expected") }
            if good < outcomes.count { throw ExitCode(ExitStatus.failure.rawValue) }
        }
    }

    private struct Outcome: Encodable {
        let name: String
        let line: Int
        let isAsExpected: Bool
        let expected: String
        let expectedRule: String?
        let decided: String
        let rule: String?
        let because: String

        init(_ one: PolicyCases.Case, by policy: CompiledPolicy) {
            let (isAsExpected, decision) = one.judge(by: policy)
            self.isAsExpected = isAsExpected
            name = one.name
            line = one.line
            expected = one.expected.rawValue
            expectedRule = one.rule
            decided = decision.isAllowed ? "allow" : "deny"
            rule = decision.rule
            because = policy.because(decision, of: one.question)
        }

        func text(in file: String, _ terminal: Terminal) -> String {
            let wanted = expectedRule.map { "\(expected) by \"\($0)\"" } ?? expected
            return terminal.styled("✗", .red) + " \(file):\(line): \(name.printable)\n"
                + "    expected: \(wanted.printable)\n    decided:  \(decided): \(because.printable)"
        }
    }
}

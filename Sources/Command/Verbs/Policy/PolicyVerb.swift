import ArgumentParser
import Foundation
import SymbolonAccessPolicy
import SymbolonNames

/// `symbolon policy …`: rules, before and while they are in force.
struct PolicyVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Check rules, test them, see why a decision comes out as it does, and publish them to all ends.",
        discussion: """
            EXAMPLES
              symbolon policy check web-policy.yaml
              symbolon policy explain web-policy.yaml --from person/alice --to web --network 10.1.2.3
              symbolon policy test web-cases.yaml
              symbolon policy replay web-policy.yaml --log ends.jsonl --since 7d
              symbolon policy publish web-policy.yaml                 to ends with --policy authority
              symbolon policy list
              symbolon policy emergency ask person/alice --to ledger --for 2h --because "its disk is full"
              symbolon policy posture report laptop --signal healthy --for 10m
            """,
        subcommands: [
            PolicyCheck.self, PolicyExplain.self, PolicyTest.self, PolicyReplay.self, PolicyPublish.self,
            PolicyList.self, PolicyShow.self, EmergencyVerb.self, PostureVerb.self,
        ])
}

/// Of which trust domain short names are.
struct PolicyDomainOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The trust domain of short names where the policy says none, as an end's own identity does.",
            valueName: "domain"))
    var domain: String?

    func trustDomain() throws -> TrustDomain? {
        try domain.map { try Input.parse($0, as: "a trust domain", TrustDomain.init) }
    }
}

/// `symbolon policy check`: is it understood, and is all of it meant?
struct PolicyCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read a policy; name every fault, and rules that can never decide.",
        discussion: """
            EXAMPLES
              symbolon policy check web-policy.yaml
              symbolon policy check web-policy.yaml --domain example.internal --json

            THE FILE
              domain: example.internal          # of short names; left out: that of the end
              groups:
                night-shift: [person/alice, person/bob]
              rules:                            # deny outranks allow; no rule means no
                - deny: machines under repair
                  from: device/**
                  network: 192.0.2.0/24
                - allow: people in office hours
                  from: person/*
                  to: [ledger, books]           # services, by their short names
                  time: {days: mon-fri, hours: '08:00-18:00', zone: Europe/Berlin}
                  unless: {network: 203.0.113.0/24}
                  for: 8h                       # the longest life of a connection
                - allow: the night shift
                  from: group:night-shift       # of the file, or of the authority (symbolon group --help)
                  connections-below: 3

              All that a rule asks for has to hold; of a list one. from: identities, of which * is one segment and ** one or \
            more below. Also: profile, issuer, key, method, path, assurance, proof-younger-than, certificate-younger-than, \
            posture, rate-below (100 per 1m). What is not known allows nothing, and denies in doubt.

            It ends with 0 good, 4 well-formed and hardly meant, 78 faults.
            """)

    @Argument(help: ArgumentHelp("The policy (YAML).", valueName: "file"))
    var file: String
    @OptionGroup var domain: PolicyDomainOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let document: PolicyDocument
            do {
                document = try PolicyText.document(at: file, domain: try domain.trustDomain(), groups: [:])
            } catch let faults as ConfigurationFaults {
                guard output.json else { throw Complaint(faults, so: "") }
                Lines.write(try JSONOutput.line(Report(file, faults)))
                throw ExitCode(ExitStatus.configuration.rawValue)
            }
            let findings = document.findings(at: Date())
            if output.json {
                Lines.write(try JSONOutput.line(Report(file, document, findings)))
            } else {
                tell(document, findings)
            }
            if !findings.isEmpty { throw ExitCode(ExitStatus.attention.rawValue) }
        }
    }

    private func tell(_ document: PolicyDocument, _ findings: [(line: Int?, PolicyFinding)]) {
        let terminal = Terminal.output
        for (line, finding) in findings {
            Lines.write(
                terminal.styled("!", .yellow) + " \(file)\(line.map { ":\($0)" } ?? ""): \(finding.what.printable)")
            Lines.write("    do: \(finding.mend.printable)")
        }
        let rules = document.policy.rules
        let counts = "\(rules.count { $0.effect == .allow }) allow, \(rules.count { $0.effect == .deny }) deny"
        Lines.write("\(file): \(findings.isEmpty ? "good" : "well-formed"); \(rules.count) rules (\(counts))")
    }

    private struct Report: Encodable {
        struct Place: Encodable {
            let line: Int?
            var column: Int?
            let kind: String
            let what: String
            var mend: String?
            var rule: String?
        }

        let file: String
        /// `good`, `attention` or `faults`.
        let result: String
        var allow: Int?
        var deny: Int?
        let findings: [Place]

        init(_ file: String, _ faults: ConfigurationFaults) {
            self.file = file
            result = "faults"
            findings = faults.faults.map {
                Place(line: $0.line, column: $0.column, kind: "fault", what: $0.message)
            }
        }

        init(_ file: String, _ document: PolicyDocument, _ found: [(line: Int?, PolicyFinding)]) {
            self.file = file
            result = found.isEmpty ? "good" : "attention"
            let rules = document.policy.rules
            allow = rules.count { $0.effect == .allow }
            deny = rules.count { $0.effect == .deny }
            findings = found.map { line, one in
                Place(
                    line: line, kind: one.kind.rawValue, what: one.what, mend: one.mend,
                    rule: one.rule.map { rules[$0].name })
            }
        }
    }
}

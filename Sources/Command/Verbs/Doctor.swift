import ArgumentParser
import Foundation
import SymbolonStorage
import SymbolonVerification

/// `symbolon doctor`: what is weak, about to expire, or misconfigured, here or at an endpoint.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell what is weak, about to expire or misconfigured, here or at an endpoint.",
        discussion: """
            EXAMPLES
              symbolon doctor                                     this home: modes, keys, identities, authority, clock
              symbolon doctor web.example.internal:8443           a live endpoint, as a client sees it
              symbolon doctor || alert                            0: well, 4: something needs attention, 1: something fails

            Nothing is changed, and nothing but the home's authority and the endpoint is asked.
            """)

    @Argument(help: ArgumentHelp("A live endpoint to look at (default: this home).", valueName: "host:port"))
    var endpoint: String?
    @OptionGroup(title: "The endpoint") var question: QuestionOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let report: DoctorReport
            if let endpoint {
                report = try await examine(try Input.parse(endpoint, as: "an endpoint", HostAndPort.init))
            } else {
                var examination = HomeExamination(home.folder, passphrase: home.passphrase.source, at: Date())
                report = DoctorReport(about: home.folder.path, await examination.run())
            }
            if output.json {
                Lines.write(try JSONOutput.line(report))
            } else {
                report.lines(Terminal.output).forEach { Lines.write($0) }
            }
            if report.exit != .success { throw ExitCode(report.exit.rawValue) }
        }
    }

    private func examine(_ address: HostAndPort) async throws -> DoctorReport {
        let roots = try await TrustedRoots.read(files: question.root, home: home.folder)
        let live = try LiveEndpoint(address, names: question.name)
        let findings = try await Probe.at(address, serverName: live.serverName, identity: nil)
        let chain = try live.chain(findings)
        var asked = try question.question(about: chain, trusting: roots)
        asked.purpose = question.purpose ?? .server
        asked.names = live.names
        asked.stapledAnswers = [findings.stapledAnswer].compactMap(\.self)
        let answer = Result { () throws(Refusal) in try asked.answer() }
        let report = EndpointReport(findings, at: address, presenting: false)
        let examination = EndpointExamination(address, findings, report, answer, at: asked.at)
        return DoctorReport(about: address.description, examination.findings)
    }
}

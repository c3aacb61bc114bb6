import ArgumentParser
import SymbolonKeys

/// `symbolon pair CODE@HOST`: this machine becomes known to an authority, and the authority to it.
struct Pair: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make this machine and an authority known to each other, by a code that somebody read to you.",
        discussion: """
            EXAMPLES
              symbolon pair 417-acorn-banjo-cedar-donkey@ca.example.internal
              symbolon pair '417 acorn banjo cedar donkey@192.0.2.7:9443'
              symbolon protect web --to 127.0.0.1:8080 --allow laptop --pair 417-acorn-banjo-cedar-donkey@192.0.2.7

            The code is made where the authority is (symbolon invite NAME, or symbolon up --invite NAME). Both ends prove that \
            they know it, in the handshake; somebody between them learns nothing and gets one guess. Then this machine gets \
            what to believe and a certificate for a key that it makes here and keeps.

            Cut off in the middle, the same command with the same code goes on, on this machine only.
            """)

    @Argument(help: ArgumentHelp("The code, and where the authority is.", valueName: "code@host[:port]"))
    var code: String
    @Option(
        name: .customLong("key-algorithm"),
        help: ArgumentHelp("Of the key made here: p256 (the default), p384 or ed25519.", valueName: "name"))
    var algorithm: KeyAlgorithm = .p256
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let outcome = try await Introduction(
                home: home.folder, passphrase: home.passphrase.source, algorithm: algorithm
            ).run(CodeAndAddress(code))
            let report = IntroductionReport(outcome, in: home.folder)
            if output.json {
                Lines.write(try JSONOutput.line(report))
            } else {
                report.lines(Terminal.output).forEach { Lines.write($0) }
            }
        }
    }
}

import ArgumentParser
import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonStorage
import SymbolonTransport
import SymbolonVerification

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Is this certificate good, and why not?",
        discussion: """
            EXAMPLES
              symbolon verify web.pem                             under the authority of this home
              symbolon verify chain.pem --root root.pem --purpose server --name dns:web.example.org
              symbolon verify web.pem issuing.der --root root.pem --crl issuing.crl --at 2026-06-01T12:00:00Z
              symbolon verify --connect web.example.org:443 --root /etc/ssl/certs/ca-certificates.crt
              symbolon verify --batch questions.jsonl             JSON lines in, JSON lines out, in order
              … | symbolon verify --batch -                       the same from standard input

            Files are PEM or DER, the certificates in any order: the leaf is the one that issued none of the others. Nothing \
            is fetched from anywhere.

            It ends with 0 accepted, 1 refused, 2 could not tell: no root, no certificate, a file that cannot be read. A batch \
            ends with 0 when every line was answered, and 2 when a line was unusable; its form is described in \
            docs/Guides/Verify-a-chain.md.
            """)

    @Argument(
        help: ArgumentHelp("Certificates: the leaf and its intermediates (- for standard input).", valueName: "file"))
    var files: [String] = []
    @Option(
        help: ArgumentHelp("Judge the certificate in this file; the others are its intermediates.", valueName: "file"))
    var leaf: String?
    @Option(help: ArgumentHelp("Answer a file of questions, a line each (- for standard input).", valueName: "file"))
    var batch: String?
    @Option(help: ArgumentHelp("Judge what answers there, and show what it asks of us.", valueName: "host:port"))
    var connect: String?
    @Option(help: ArgumentHelp("With --connect: prove ourselves with this identity of the home.", valueName: "name"))
    var identity: String?
    @OptionGroup(title: "The question") var question: QuestionOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        switch [batch != nil, connect != nil, !files.isEmpty || leaf != nil].count(where: \.self) {
        case 0: throw ValidationError("Name the file of the certificate to judge, or --connect HOST:PORT.")
        case 1: break
        default: throw ValidationError("Files, --connect and --batch exclude each other.")
        }
        guard identity == nil || connect != nil else {
            throw ValidationError("--identity is for --connect: only a live endpoint can ask for it.")
        }
    }

    func run() async throws {
        try await Complaint.reported {
            if let batch { return try answerBatch(batch) }
            if let connect { return try await judge(try Input.parse(connect, as: "an address", HostAndPort.init)) }
            let chain = try chain()
            let roots = try await TrustedRoots.read(files: question.root, home: home.folder)
            let question = try question.question(about: chain, trusting: roots)
            let answer = Result { () throws(Refusal) in try question.answer() }
            try tell(VerifyReport(question, answer, chain: chain, roots: roots))
            if case .failure = answer { throw ExitCode(ExitStatus.failure.rawValue) }
        }
    }

    private func tell(_ report: VerifyReport) throws {
        if output.json {
            Lines.write(try JSONOutput.line(report))
        } else {
            report.lines(Terminal.output).forEach { Lines.write($0) }
        }
    }

    private func chain() throws -> FiledChain {
        let given = try files.flatMap(QuestionFiles.certificates)
        guard let leaf else { return try FiledChain(given) }
        let own = try QuestionFiles.certificates(at: leaf)
        return FiledChain(leaf: own[0], others: own.dropFirst() + given)
    }

    private func judge(_ address: HostAndPort) async throws {
        let roots = try await TrustedRoots.read(files: question.root, home: home.folder)
        let endpoint = try LiveEndpoint(address, names: question.name)
        let findings = try await Probe.at(
            address, serverName: endpoint.serverName, identity: try identity.map(own))
        let chain = try endpoint.chain(findings)
        var asked = try question.question(about: chain, trusting: roots)
        asked.purpose = question.purpose ?? .server
        asked.names = endpoint.names
        asked.stapledAnswers = [findings.stapledAnswer].compactMap(\.self)
        let answer = Result { () throws(Refusal) in try asked.answer() }
        let report = EndpointReport(findings, at: address, presenting: identity != nil)
        try tell(VerifyReport(asked, answer, chain: chain, roots: roots, endpoint: report))
        if case .failure = answer { throw ExitCode(ExitStatus.failure.rawValue) }
        if identity != nil, findings.failure != nil { throw ExitCode(ExitStatus.failure.rawValue) }
    }

    /// An identity of the home, as TLS has it.
    private func own(_ name: String) throws -> TLSIdentity {
        let passphrase = try LocalAuthority.passphrase(of: home.folder, home.passphrase.source)
        do {
            let stored = try home.folder.loadIdentity(IdentityName(name), with: passphrase)
            return try TLSIdentity(chain: stored.chain.map(\.der), pkcs8: stored.key.pkcs8())
        } catch {
            throw Complaint(
                what: "this home has no identity \"\(name.printable)\" to prove ourselves with",
                why: ExplainedError.text(error), mend: "see what there is: symbolon identity list", exit: .undecided)
        }
    }

    private func answerBatch(_ path: String) throws {
        let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(path, unsafe String(cString: strerror(errno))) }
        let run = BatchRun(now: Date())
        do {
            try run.answer(descriptor) { Lines.write($0) }
        } catch {
            throw Self.unreadable(path, ExplainedError.text(error))
        }
        guard run.unusableCount == 0 else { throw ExitCode(ExitStatus.undecided.rawValue) }
    }

    private static func unreadable(_ path: String, _ why: String) -> Complaint {
        Complaint(
            what: "the questions in \(path == "-" ? "standard input" : path.printable) cannot be read", why: why,
            exit: .undecided)
    }
}

import ArgumentParser
import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonStorage
import SymbolonWire

struct IdentityIssue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Issue a certificate: for a key made here, or for a request (CSR) made elsewhere.",
        discussion: """
            EXAMPLES
              symbolon identity issue web --profile service --dns web.example.internal
              symbolon identity issue laptop --profile client
              symbolon identity issue alice --profile person
              symbolon identity issue dev-7 --profile device --csr dev.csr --out dev.pem

            PROFILES
            \(profiles)

            Issued again, an identity of the home gets a new key and certificate in one step; ends that use it take it up by themselves.
            """)

    private static var profiles: String {
        CertificateProfile.all.filter { if case .leaf = $0.role { true } else { false } }.map { profile in
            "  \(profile.name.rawValue.padded(to: 9)) \(profile.purpose); \(Moment.span(profile.defaultLife.inSeconds))"
        }.joined(separator: "\n")
    }

    @Argument(help: ArgumentHelp("The short name: web stands for spiffe://DOMAIN/web.", valueName: "name"))
    var name: String
    @Option(help: ArgumentHelp("What it is for; the profiles are listed above.", valueName: "name"))
    var profile: ProfileName
    @Option(help: ArgumentHelp("A DNS name beside the identity; may be repeated.", valueName: "name"))
    var dns: [String] = []
    @Option(help: ArgumentHelp("An address beside the identity; may be repeated.", valueName: "address"))
    var ip: [String] = []
    @Option(help: ArgumentHelp("A mailbox beside the identity; may be repeated.", valueName: "mailbox"))
    var mail: [String] = []
    @Option(help: ArgumentHelp("How long it lives: 90s, 30m, 24h or 7d (default: the profile's).", valueName: "span"))
    var life: Life?
    @Option(
        name: .customLong("key-algorithm"),
        help: ArgumentHelp("Of the key made here: p256 (the default), p384 or ed25519.", valueName: "name"))
    var algorithm: KeyAlgorithm?
    @Option(
        help: ArgumentHelp(
            "Certify the key of this request (PKCS #10, PEM or DER) instead of making one.", valueName: "file"))
    var csr: String?
    @Option(help: ArgumentHelp("With --csr: write the chain to this file, not to standard output.", valueName: "file"))
    var out: String?
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        if csr != nil, algorithm != nil {
            throw ValidationError("--key-algorithm is for keys made here; the key of a request is what it is.")
        }
        if csr == nil, out != nil {
            throw ValidationError("--out goes with --csr; to copy an identity out, use export.")
        }
    }

    func run() async throws {
        try await Complaint.reported {
            let names = try extraNames()
            if let csr {
                try await certify(csr, names)
            } else {
                try await make(names)
            }
        }
    }

    private func extraNames() throws -> [SubjectName] {
        try dns.map { .dns(try Input.parse($0, as: "a DNS name", DNSPattern.init(operatorInput:))) }
            + ip.map { .ip(try Input.parse($0, as: "an address") { text throws(NameFailure) in try IPAddress(text) }) }
            + mail.map { .mail(try Input.parse($0, as: "a mailbox", Mailbox.init)) }
    }

    private func make(_ names: [SubjectName]) async throws {
        let wish = IdentityWish(
            name: try Input.parse(name, as: "the name of an identity", IdentityName.init), profile: profile,
            names: names, life: life?.duration, algorithm: algorithm ?? .p256)
        let home = authority.home
        let administration = try await authority.open(.keys)
        let passphrase = try LocalAuthority.readPassphrase(home.passphrase.source ?? .file(home.folder.passphraseFile))
        let (identity, certificate) = try await administration.issueIdentity(wish, in: home.folder, under: passphrase)
        let report = IdentityReport(certificate, name: name)
        if output.json {
            Lines.write(try JSONOutput.line(report))
        } else {
            Lines.write(Terminal.output.styled("\(report.identity) is issued.", .bold))
            report.rows(Terminal.output).forEach { Lines.write($0) }
            Lines.write("  \("kept in".padded(to: 12)) \(home.folder.identityFile(identity.name)) (key sealed)")
        }
    }

    private func certify(_ path: String, _ names: [SubjectName]) async throws {
        let request = try readRequest(path)
        let answer = try await authority.open(.keys).perform(
            IssueCertificate(
                name: name, profile: profile.rawValue, names: names.map(\.description),
                lifeSeconds: life?.duration.components.seconds, request: request.pem))
        let text = try CertificateBundle(pem: answer.chain ?? "").pem
        if let out {
            try DurableFile.replace(out, with: Array(text.utf8), mode: 0o644)
        }
        let report = IdentityReport(answer.certificate, name: name)
        if output.json {
            Lines.write(try JSONOutput.line(IssuedForRequest(report: report, chain: text)))
        } else if let out {
            Lines.write(Terminal.output.styled("\(report.identity) is issued.", .bold))
            report.rows(Terminal.output).forEach { Lines.write($0) }
            Lines.write("  \("written to".padded(to: 12)) \(out) (leaf, then issuing certificate)")
        } else {
            Lines.write(String(text.dropLast()))
        }
    }

    private func readRequest(_ path: String) throws -> CertificateRequest {
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw Complaint(
                what: "the request \(path) cannot be read", why: error.localizedDescription,
                mend: "make one: openssl req -new -key KEY -subj /CN=\(name.printable) -out \(path)", exit: .undecided)
        }
        do {
            guard bytes.starts(with: Array("-----".utf8)) else { return try CertificateRequest(der: bytes) }
            let blocks = try PEM.parse(bytes)
            guard blocks.count == 1, ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"].contains(blocks[0].label) else {
                let found = blocks.map(\.label).joined(separator: ", ")
                throw Complaint(
                    what: "\(path) does not hold one certificate request", why: "it holds: \(found)", exit: .undecided)
            }
            return try CertificateRequest(der: blocks[0].bytes)
        } catch let complaint as Complaint {
            throw complaint
        } catch {
            throw Complaint(
                what: "\(path) is not a certificate request", why: ExplainedError.text(error), exit: .undecided)
        }
    }
}

private struct IssuedForRequest: Encodable {
    let report: IdentityReport
    let chain: String

    private enum CodingKeys: String, CodingKey { case chain }

    func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(chain, forKey: .chain)
    }
}

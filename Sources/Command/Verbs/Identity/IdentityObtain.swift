import ArgumentParser
import Foundation
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonStorage

struct IdentityObtain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "obtain",
        abstract:
            "Get an identity from an ACME server (RFC 8555): a key made here, names proved by answering its look.",
        discussion: """
            EXAMPLES
              symbolon identity obtain web --from https://ca.example.internal:8443/acme/directory \\
                  --dns web.example.internal --trust anchors.pem
              symbolon identity obtain www --from https://acme.example.org/directory --dns www.example.org \\
                  --agree-to-terms --anchors clients.pem --listen-tls 0.0.0.0:443
              symbolon identity obtain node --from https://192.0.2.7:8443/acme/directory --ip 192.0.2.9 --trust anchors.pem \\
                  --eab-kid 3q2-7w --eab-key-file eab.key

            The server looks at port 80 (http-01) or 443 (tls-alpn-01) of each name; what answers listens only while it does, at \
            --listen-http or --listen-tls. Names with a wildcard cannot be proved so.

            The identity is kept in the home with its account, and ends that use it renew it by themselves in the same way, when \
            the server says so (RFC 9773), else by two thirds of its life; symbolon identity renew NAME does it now.
            """)

    @Argument(help: ArgumentHelp("What the identity is called in this home.", valueName: "name"))
    var name: String
    @Option(help: ArgumentHelp("The directory of the ACME server.", valueName: "url"))
    var from: String
    @Option(help: ArgumentHelp("A DNS name of it; may be repeated.", valueName: "name"))
    var dns: [String] = []
    @Option(help: ArgumentHelp("An address of it; may be repeated.", valueName: "address"))
    var ip: [String] = []
    @Option(help: ArgumentHelp("A profile of the server's (default: the server chooses).", valueName: "name"))
    var profile: String?
    @Option(
        help: ArgumentHelp(
            "What the server itself must lead to, in PEM (default: the authority of the home, else the system's).",
            valueName: "file"))
    var trust: String?
    @Option(
        help: ArgumentHelp(
            "Whom the identity believes as a peer, in PEM (default: as --trust, else the authority of the home).",
            valueName: "file"))
    var anchors: String?
    @Option(
        name: .customLong("eab-kid"), parsing: .unconditional,
        help: ArgumentHelp("The ID of a key that the server's operator gave out.", valueName: "id"))
    var bindingID: String?
    @Option(
        name: .customLong("eab-key-file"),
        help: ArgumentHelp("The file of that key, in base64url, that only you can read.", valueName: "path"))
    var bindingKey: String?
    @Flag(name: .customLong("agree-to-terms"), help: "Agree to the server's terms of service.")
    var agrees = false
    @Option(
        name: .customLong("listen-http"),
        help: ArgumentHelp("Prove by http-01, answered here (default: 0.0.0.0:80).", valueName: "host:port"),
        transform: HostAndPort.argument)
    var listenHTTP: HostAndPort?
    @Option(
        name: .customLong("listen-tls"),
        help: ArgumentHelp("Prove by tls-alpn-01, answered here.", valueName: "host:port"),
        transform: HostAndPort.argument)
    var listenTLS: HostAndPort?
    @Option(
        name: .customLong("key-algorithm"),
        help: ArgumentHelp("Of the key made here: p256 (the default), p384 or ed25519.", valueName: "name"))
    var algorithm: KeyAlgorithm = .p256
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard !dns.isEmpty || !ip.isEmpty else {
            throw ValidationError("Say for which names: --dns NAME or --ip ADDRESS.")
        }
        guard (bindingID == nil) == (bindingKey == nil) else {
            throw ValidationError("--eab-kid and --eab-key-file go together.")
        }
        guard listenHTTP == nil || listenTLS == nil else {
            throw ValidationError("--listen-http and --listen-tls exclude each other.")
        }
    }

    func run() async throws {
        try await Complaint.reported {
            let name = try Input.parse(name, as: "the name of an identity", IdentityName.init)
            let identifiers = try identifiers()
            try LocalAuthority.checked(home.folder)
            let trust = try await trust()
            let binding = try binding()
            let passphrase = try openHome()
            let isQuiet = output.json || !Terminal.errors.isInteractive
            let obtaining = Obtaining(
                home: home.folder, name: name, passphrase: passphrase, algorithm: algorithm, anchors: trust.anchors,
                agrees: agrees, binding: binding
            ) { progress in
                if !isQuiet { Lines.complain("  \(progress.line)") }
            }
            let (identity, origin) = try await obtaining.run(
                ACMEOrigin(
                    directory: from, account: "", names: identifiers.map(\.description), profile: profile,
                    challenge: (listenTLS == nil ? ACMEProof.Way.http01 : .tlsALPN01).rawValue,
                    listen: (listenTLS ?? listenHTTP ?? HostAndPort(host: "0.0.0.0", port: 80)).description,
                    serverAnchors: trust.server))
            let report = ObtainedReport(identity, origin, in: home.folder)
            if output.json {
                Lines.write(try JSONOutput.line(report))
            } else {
                report.lines(Terminal.output).forEach { Lines.write($0) }
            }
        }
    }

    private func identifiers() throws -> [ACMEIdentifier] {
        let names: [ACMEIdentifier] =
            try dns.map { .dns(try Input.parse($0, as: "a DNS name", DNSPattern.init(operatorInput:))) }
            + ip.map { .ip(try Input.parse($0, as: "an address") { text throws(NameFailure) in try IPAddress(text) }) }
        if let wildcard = names.first(where: \.isWildcard) {
            throw Complaint(
                what: "\(wildcard) cannot be proved from here",
                why: "ACME proves a wildcard by a DNS record alone (dns-01), which is not offered here",
                mend: "name the hosts one by one, or use a client that writes DNS records", exit: .undecided)
        }
        var once: [ACMEIdentifier] = []
        for name in names where !once.contains(name) { once.append(name) }
        return once
    }

    /// What the server must lead to, in PEM, and whom the identity believes.
    private func trust() async throws -> (server: String?, anchors: [Certificate]) {
        let own = try await TrustedRoots.ofAuthority(in: home.folder)
        let server = try trust.map { try QuestionFiles.roots(at: $0) } ?? own
        guard let believed = try anchors.map({ try QuestionFiles.roots(at: $0) }) ?? server else {
            throw Complaint(
                what: "nothing says whom \(name.printable) shall believe",
                why: "the home has no authority, and the system's are for browsers: no peer here is believed by them",
                mend: "name the root of the peers: --anchors FILE", exit: .undecided)
        }
        return (server.map { CertificateBundle($0).pem }, believed)
    }

    private func binding() throws -> ExternalAccountBinding? {
        guard let bindingID, let bindingKey else { return nil }
        let key = try LocalAuthority.readPassphrase(.file(bindingKey))
        let text = unsafe key.secret.withUnsafeBytes { octets in unsafe String(decoding: octets, as: UTF8.self) }
        return try ExternalAccountBinding(id: bindingID, encodedKey: text)
    }

    private func openHome() throws -> Passphrase {
        do {
            return try LocalAuthority.readPassphrase(try home.folder.create(passphrase: home.passphrase.source))
        } catch let failure as HomeFailure {
            throw Complaint(
                what: "\(home.folder.path) cannot be used as a home folder", why: failure.explanation,
                mend: "mend that, or choose another folder with --home", exit: .unsafeHome)
        }
    }
}

extension TrustedRoots {
    /// The roots of the authority in a home, or of the one that it is paired with; nil where there is neither.
    static func ofAuthority(in home: HomeFolder) async throws -> [Certificate]? {
        if LocalAuthority.exists(in: home) { return try await ReadAuthority.open(home).roots.believed }
        return try PairedLink.open(home)?.roots.believed
    }
}

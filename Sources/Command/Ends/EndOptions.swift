import ArgumentParser
import SymbolonClients
import SymbolonKeys
import SymbolonStorage
import SymbolonVerification

/// What `protect` and `reach` share.
struct EndOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Instead of an identity of the home: the certificate chain, leaf first (PEM).", valueName: "file"))
    var certificate: String?
    @Option(help: ArgumentHelp("With --certificate: its private key (PKCS #8, owner-only).", valueName: "file"))
    var key: String?
    @Option(
        help: ArgumentHelp("With --certificate: the authorities whose peers are believed (PEM).", valueName: "file"))
    var anchors: String?
    @Option(
        help: ArgumentHelp(
            "What a peer is worth of whom nothing here knows whether it is revoked: required (nothing), "
                + "required-unless-life-under:HOURS, or best-effort:REASON.", valueName: "mode"),
        transform: RevocationMode.argument)
    var revocation: RevocationMode?
    @Option(
        name: .customLong("revocation-list"),
        help: ArgumentHelp(
            "A revocation list (CRL): a file, read again when it changes, or an http(s) address, fetched ahead of need; may be repeated.",
            valueName: "place"),
        transform: RevocationPlace.argument)
    var lists: [RevocationPlace] = []
    @Option(
        name: .customLong("revocation-answer"),
        help: ArgumentHelp("An OCSP answer (DER), from a file or an address; may be repeated.", valueName: "place"),
        transform: RevocationPlace.argument)
    var answers: [RevocationPlace] = []
    @Option(
        name: .customLong("revocation-filter"),
        help: ArgumentHelp(
            "A revocation filter, complete or an update, from a file or an address; may be repeated.",
            valueName: "place"),
        transform: RevocationPlace.argument)
    var filters: [RevocationPlace] = []
    @Option(
        name: .customLong("revocation-signers"),
        help: ArgumentHelp(
            "Certificates of those who sign lists and are not in peers' paths (PEM).", valueName: "file"))
    var signers: String?
    @Option(
        name: .customLong("handshake-deadline"),
        help: ArgumentHelp("From accept to a proved peer, 1 to 120 (default: 10).", valueName: "seconds"))
    var handshakeDeadline = RunConfiguration.EndOptions().handshakeDeadline
    @Flag(name: .customLong("tls-1.2"), help: "Speak TLS 1.2 too, for peers that cannot do better.")
    var allowsTLS12 = false
    @Flag(
        name: .customLong("tls-1.3-hybrid"),
        help: "Demand a hybrid post-quantum key exchange (X25519MLKEM768); who cannot is refused.")
    var demandsHybrid = false
    @Option(
        name: .customLong("pair"),
        help: ArgumentHelp(
            "Pair this machine first, by a code of symbolon invite; passed over when it is paired already.",
            valueName: "code@host"))
    var code: String?
    @Option(
        help: ArgumentHelp(
            "Serve Prometheus metrics over plain HTTP there; a port alone is on 127.0.0.1.", valueName: "[address:]port"
        ),
        transform: MetricsAddress.argument)
    var metrics: HostAndPort?
    @OptionGroup var tracing: TraceOptions
    @OptionGroup var process: ProcessOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        let given = [certificate, key, anchors].count { $0 != nil }
        guard given == 0 || given == 3 else {
            throw ValidationError("--certificate, --key and --anchors go together; name all three or none.")
        }
        guard code == nil || given == 0 else {
            throw ValidationError("--pair is for an identity of the home; it goes with no --certificate.")
        }
        guard !(allowsTLS12 && demandsHybrid) else {
            throw ValidationError(
                "--tls-1.2 and --tls-1.3-hybrid exclude each other: TLS 1.2 has no hybrid key exchange.")
        }
        guard (1...120).contains(handshakeDeadline) else {
            throw ValidationError("--handshake-deadline is 1 to 120 seconds.")
        }
    }

    /// - Parameter name: of an identity of the home; excluded by files.
    func source(_ name: String?, option: String) throws -> RunConfiguration.IdentitySource {
        guard let certificate, let key, let anchors else { return .home(name: name) }
        guard name == nil else {
            throw ValidationError("\(option) and --certificate exclude each other; keep one.")
        }
        return .files(certificate: certificate, key: key, anchors: anchors)
    }

    var settings: RunConfiguration.EndOptions {
        RunConfiguration.EndOptions(
            handshakeDeadline: handshakeDeadline, allowsTLS12: allowsTLS12, demandsHybrid: demandsHybrid,
            revocation: revocation)
    }

    func serve(_ given: RunConfiguration) async throws {
        var configuration = given
        configuration.metrics = metrics
        configuration.traces = try tracing.settings()
        configuration.revocation.lists = lists
        configuration.revocation.answers = answers
        configuration.revocation.filters = filters
        configuration.revocation.signers = signers.map { [$0] } ?? []
        configuration = process.apply(to: configuration)
        try await Complaint.reported { [configuration] in
            try configuration.confinement.begin(
                configuration, home: home.folder, passphrase: home.passphrase.source, takesOver: process.takesOver)
            try await EndsRunner(
                try await paired(configuration), home: home.folder,
                passphrase: home.passphrase.source, takesOver: process.takesOver, json: output.json
            ).run()
        }
    }

    /// The same, with the identity that pairing gave this machine wherever none is named.
    private func paired(_ given: RunConfiguration) async throws -> RunConfiguration {
        guard let code else { return given }
        let name = try await pairedIdentity(code)
        var configuration = given
        for index in configuration.protected.indices where configuration.protected[index].identity.isUnnamed {
            configuration.protected[index].identity = .home(name: name)
        }
        for index in configuration.doors.indices where configuration.doors[index].identity.isUnnamed {
            configuration.doors[index].identity = .home(name: name)
        }
        return configuration
    }

    /// A service that is started again has its code on the command line still.
    private func pairedIdentity(_ code: String) async throws -> String {
        if let name = try? home.folder.pairedAuthority()?.identity, let identity = try? IdentityName(name),
            let names = try? home.folder.identityNames(), names.contains(identity)
        {
            return name
        }
        let outcome = try await Introduction(
            home: home.folder, passphrase: home.passphrase.source, algorithm: .p256
        ).run(CodeAndAddress(code))
        let report = IntroductionReport(outcome, in: home.folder)
        if output.json {
            Lines.write(try JSONOutput.line(report))
        } else {
            report.lines(Terminal.output).forEach { Lines.write($0) }
        }
        return report.name
    }
}

extension RunConfiguration.IdentitySource {
    fileprivate var isUnnamed: Bool { self == .home(name: nil) }
}

extension RevocationMode {
    static func argument(_ text: String) throws -> RevocationMode {
        do {
            return try RevocationMode(text: text)
        } catch {
            throw ValidationError(error.description)
        }
    }
}

extension RevocationPlace {
    static func argument(_ text: String) throws -> RevocationPlace {
        do {
            return try RevocationPlace(text)
        } catch {
            throw ValidationError("\"\(text)\": \(error.explanation)")
        }
    }
}

extension HostAndPort {
    /// For options: what is wrong is said as the parser says it.
    static func argument(_ text: String) throws -> HostAndPort {
        do {
            return try HostAndPort(text)
        } catch {
            throw ValidationError(error.description)
        }
    }
}

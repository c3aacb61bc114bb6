import ArgumentParser

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
        name: .customLong("revocation-best-effort"),
        help: ArgumentHelp(
            "Let peers pass though nothing here knows whether they are revoked; says why that is enough.",
            valueName: "reason"))
    var revocationBestEffort: String?
    @Option(
        name: .customLong("handshake-deadline"),
        help: ArgumentHelp("From accept to a proved peer, 1 to 120 (default: 10).", valueName: "seconds"))
    var handshakeDeadline = RunConfiguration.EndOptions().handshakeDeadline
    @Flag(name: .customLong("tls-1.2"), help: "Speak TLS 1.2 too, for peers that cannot do better.")
    var allowsTLS12 = false
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        let given = [certificate, key, anchors].count { $0 != nil }
        guard given == 0 || given == 3 else {
            throw ValidationError("--certificate, --key and --anchors go together; name all three or none.")
        }
        if let revocationBestEffort, !revocationBestEffort.contains(where: { !$0.isWhitespace }) {
            throw ValidationError("--revocation-best-effort wants the reason, in words, why that is enough.")
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
            handshakeDeadline: handshakeDeadline, allowsTLS12: allowsTLS12, revocationBestEffort: revocationBestEffort)
    }

    func serve(_ configuration: RunConfiguration) async throws {
        try await Complaint.reported {
            try await EndsRunner(
                configuration, home: home.folder, passphrase: home.passphrase.source, json: output.json
            ).run()
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

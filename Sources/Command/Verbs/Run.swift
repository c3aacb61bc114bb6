import ArgumentParser
import Foundation
import SymbolonClients
import SymbolonStorage

/// `symbolon run`: any number of ends in one process.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve everything that a configuration file names, in one process.",
        discussion: """
            EXAMPLES
              symbolon run --config symbolon.yaml
              symbolon run --config symbolon.yaml --check          read it, say what is wrong, start nothing
              symbolon run --config symbolon.yaml --take-over      go on in the place of the one that runs

            THE FILE
              home: /var/lib/symbolon        # relative paths start from the file's own folder
              metrics: 127.0.0.1:9464        # a page for Prometheus
              traces: http://127.0.0.1:4318  # an OpenTelemetry collector; or to:, sample: 0.1 and anchors: below it
              drain-time: 30s                # for live connections to finish in, when it ends
              user: symbolon                 # whom to become when the sockets are bound
              confine: true                  # to the home and what is named here, by Landlock and seccomp
              revocation:                    # of other authorities' certificates; files, or addresses to fetch from
                lists: [http://lists.example.org/issuing.crl]
              protect:
                - name: web
                  listen: 0.0.0.0:8443       # one, or a list
                  to: 127.0.0.1:8080
                  allow: [laptop, 'person/*']
                  policy: web-policy.yaml    # rules that say more, or `authority`: those that it publishes
              reach:
                - name: db
                  listen: 127.0.0.1:5433
                  at: db.example.internal:7432
                  as: app

              Each entry also takes policy, certificate, key and anchors (files, in place of identity or as), \
            revocation (required, or below it best-effort: REASON or required-unless-life-under: HOURS), handshake-deadline \
            (seconds), tls ("1.2" to speak that too); what is protected also proxy-protocol (v2), a door also expect. Every fault is named with its line.
            """)

    @Option(help: ArgumentHelp("The configuration (YAML).", valueName: "file"))
    var config: String
    @Flag(help: "Read the configuration, say what is wrong with it, and start nothing.")
    var check = false
    @OptionGroup var process: ProcessOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            var named = try read()
            named.file = URL(fileURLWithPath: config).lastPathComponent
            let configuration = named.relative(to: URL(fileURLWithPath: config).deletingLastPathComponent())
            if check {
                let (services, doors) = (configuration.protected.count, configuration.doors.count)
                return Lines.write("\(config): good; it protects \(services) and reaches \(doors)")
            }
            let given = process.apply(to: configuration)
            let folder = home.isNamed ? home.folder : given.home.map { HomeFolder($0) } ?? home.folder
            try given.confinement.begin(
                given, home: folder, passphrase: home.passphrase.source, takesOver: process.takesOver)
            try await EndsRunner(
                given, home: folder,
                passphrase: home.passphrase.source, takesOver: process.takesOver, json: output.json
            ).run()
        }
    }

    private func read() throws -> RunConfiguration {
        let text: String
        do {
            text = try String(contentsOf: URL(fileURLWithPath: config), encoding: .utf8)
        } catch {
            throw Complaint(
                what: "the configuration \(config) cannot be read",
                why: FileManager.default.fileExists(atPath: config) ? error.localizedDescription : "it does not exist",
                mend: "see what it looks like: symbolon run --help", exit: .configuration)
        }
        do {
            return try RunConfiguration.parse(yaml: text, file: config)
        } catch {
            let faults = error.faults
            throw Complaint(
                what: "\(faults.count) fault\(faults.count == 1 ? "" : "s") in \(config), so nothing was started",
                why: faults.map(\.description).joined(separator: "\n       "),
                mend: "mend them all; see the form: symbolon run --help", exit: .configuration)
        }
    }
}

extension RunConfiguration {
    /// With every path whole: what a file names is found from the file's folder, wherever the command was started.
    func relative(to folder: URL) -> RunConfiguration {
        func whole(_ path: String) -> String { URL(fileURLWithPath: path, relativeTo: folder).path }
        func whole(_ source: IdentitySource) -> IdentitySource {
            guard case .files(let certificate, let key, let anchors) = source else { return source }
            return .files(certificate: whole(certificate), key: whole(key), anchors: whole(anchors))
        }
        func whole(_ place: RevocationPlace) -> RevocationPlace {
            if case .file(let path) = place { .file(whole(path)) } else { place }
        }
        func whole(_ place: PolicyPlace) -> PolicyPlace {
            if case .file(let path) = place { .file(whole(path)) } else { place }
        }
        var result = self
        result.file = file.map(whole)
        result.home = home.map(whole)
        result.traces?.anchors = traces?.anchors.map { whole($0) }
        result.revocation.lists = revocation.lists.map(whole)
        result.revocation.answers = revocation.answers.map(whole)
        result.revocation.filters = revocation.filters.map(whole)
        result.revocation.signers = revocation.signers.map { whole($0) }
        for index in protected.indices {
            result.protected[index].identity = whole(protected[index].identity)
            result.protected[index].policy = protected[index].policy.map { whole($0) }
            result.protected[index].tokenKeys = protected[index].tokenKeys.map { whole($0) }
            for place in protected[index].issuers.indices {
                result.protected[index].issuers[place].keys = whole(protected[index].issuers[place].keys)
            }
        }
        for index in doors.indices {
            result.doors[index].identity = whole(doors[index].identity)
            result.doors[index].policy = doors[index].policy.map { whole($0) }
        }
        return result
    }
}

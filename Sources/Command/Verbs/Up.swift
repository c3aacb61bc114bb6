import ArgumentParser
import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonStorage

/// `symbolon up`: an authority in the home folder, made or checked, and served.
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an authority here, or open the one that is here, and serve it.",
        discussion: """
            EXAMPLES
              symbolon up                                         in ./.symbolon, for example.internal, on port 8443
              symbolon up --listen 127.0.0.1:8443                 for this machine only
              symbolon up --invite laptop                         and a code for the first machine that is to be known
              symbolon up --publish-at http://pki.corp.example    serve revocation lists, and name them in certificates
              symbolon up --once                                  make it or check it, and end
              symbolon up --domain corp.example --permit-dns corp.example --permit-ip 10.0.0.0/8
              symbolon up --passphrase-credential authority       sealed under a systemd credential
              symbolon up --accept-restored-store                 a backup was put back: go on from it
              symbolon up --store postgresql://ca@db.corp.example/ca   for several nodes on one PostgreSQL database

            It serves ACME, the API of its operators, a health page and metrics on one port, until SIGTERM or SIGINT. Its \
            certificate is its own and renews itself. An authority without operators gets its first one: the identity \
            "administrator" in the home.

            Run again, it opens the keys (not the root's), checks the modes of the folder, and says how things stand. It \
            changes nothing of what the authority is; what it may certify grows by symbolon authority permit.
            """)

    @Option(help: ArgumentHelp("The trust domain (default: example.internal).", valueName: "name"))
    var domain: String?
    @Option(help: ArgumentHelp("For people who read certificates (default: the trust domain).", valueName: "text"))
    var organisation: String?
    @Option(
        name: .customLong("key-algorithm"),
        help: ArgumentHelp("Of the root and issuing keys: p256 (the default), p384 or ed25519.", valueName: "name"))
    var algorithm: KeyAlgorithm?
    @Option(
        name: .customLong("permit-dns"),
        help: ArgumentHelp(
            "DNS names at and below this may be certified; may be repeated (default: the trust domain, localhost).",
            valueName: "suffix"))
    var dns: [String] = []
    @Option(
        name: .customLong("permit-ip"),
        help: ArgumentHelp(
            "Addresses in this network may be certified; may be repeated (default: loopback and private networks).",
            valueName: "cidr"))
    var networks: [String] = []
    @Option(
        name: .customLong("permit-mail"),
        help: ArgumentHelp(
            "Mailboxes of this domain may be certified; may be repeated (default: the trust domain).",
            valueName: "domain"))
    var mail: [String] = []
    @Flag(
        name: .customLong("accept-restored-store"),
        help: "Go on with a store that was put back to an earlier day, record that, and say what it has forgotten.")
    var acceptsRestoredStore = false
    @Option(
        help: ArgumentHelp(
            "Keep the store in this PostgreSQL database; the home remembers it (default: a file in the home).",
            valueName: "postgresql://…"))
    var store: String?
    @OptionGroup(title: "Serving") var serving: ServeOptions
    @OptionGroup(title: "Publishing") var publishing: PublishOptions
    @OptionGroup(title: "ACME") var acme: ACMEOptions
    @OptionGroup(title: "Renewal") var renewal: RenewalOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let folder = try storingFolder()
            let exists = LocalAuthority.exists(in: folder)
            let (authority, accepted) = try await authority(in: folder, exists: exists)
            if exists { try refuseChanges(authority.issuing.configuration) }
            if let address = try publishing.chosen() {
                _ = try await authority.issuing.publish(at: address, actor: LocalAuthority.actor)
                try await authority.publishFirstRootLists()
            }
            let summary = try await AuthoritySummary(
                authority, isNew: !exists, passphrase: home.passphrase.source ?? .file(home.folder.passphraseFile),
                accepted: accepted)
            if output.json {
                Lines.write(try JSONOutput.line(summary))
            } else {
                summary.lines(Terminal.output).forEach { Lines.write($0) }
            }
            if let name = serving.invite {
                let answer = try await authority.administration.perform(MakeInvitation(name: name))
                try InvitationLines(answer, verb: "pair", at: await serving.reached().map { .here($0) })
                    .write(json: output.json)
            } else if !output.json {
                AuthoritySummary.next(isServed: !serving.once).forEach { Lines.write($0) }
            }
            guard !serving.once else { return }
            try await AuthorityRunner(
                authority: authority, options: serving, publishing: publishing, acme: acme,
                renewal: try renewal.policy(),
                report: EndReport(json: output.json)
            ).run()
        }
    }

    func validate() throws {
        let options = [domain != nil, organisation != nil, algorithm != nil]
        let chooses = options.contains(true) || !dns.isEmpty || !networks.isEmpty || !mail.isEmpty
        guard !(acceptsRestoredStore && chooses) else {
            throw ValidationError("--accept-restored-store goes with no option that says what an authority is for.")
        }
        guard !serving.once || publishing.listen == nil else {
            throw ValidationError("--once serves nothing, so that --publish-on means nothing.")
        }
        guard !serving.once || !renewal.areGiven else {
            throw ValidationError("--once serves nobody who renews, so that the options of renewal mean nothing.")
        }
    }

    private func authority(
        in folder: HomeFolder, exists: Bool
    ) async throws -> (LocalAuthority, StoreRestoration?) {
        let source = home.passphrase.source
        if acceptsRestoredStore { return try await LocalAuthority.acceptRestored(folder, passphrase: source) }
        guard exists else {
            // The issuing authority's own certificate says where its root's list is.
            let wanted = try wanted().publishing(at: [try publishing.chosen()].compactMap(\.self))
            return (try await LocalAuthority.create(in: folder, wanted, passphrase: source), nil)
        }
        let authority = try await LocalAuthority.open(folder, passphrase: source)
        if store != nil {
            // A node that was given the keys has no other folders yet. Only what holds the authority of these keys is
            // remembered.
            _ = try folder.create(passphrase: source ?? .file(folder.passphraseFile))
            try folder.rememberStore()
        }
        return (authority, nil)
    }

    /// The home, with the database that was named for its store.
    private func storingFolder() throws -> HomeFolder {
        guard let store else { return home.folder }
        let address: PostgreSQLAddress
        do {
            address = try PostgreSQLAddress(store)
        } catch {
            // Not repeated: it may hold a password.
            throw Complaint(
                what: "--store does not name a PostgreSQL database", why: error.explanation, exit: .undecided)
        }
        guard !FileManager.default.fileExists(atPath: home.folder.database) else {
            throw Complaint(
                what: "the authority in \(home.folder.path) keeps its store in a file, and is left as it is",
                why: "\(home.folder.database) is there",
                mend: "leave --store out, or make another authority with --home", exit: .undecided)
        }
        if address.holdsPassword {
            Lines.complain(
                """
                symbolon: --store holds a password, which other users of this machine may have seen
                  do:  put it into ~/.pgpass or passfile=, and change it
                """)
        }
        return home.folder.storing(in: address)
    }

    private func wanted() throws -> AuthorityConfiguration {
        try AuthorityConfiguration(
            trustDomain: Input.parse(domain ?? "example.internal", as: "a trust domain", TrustDomain.init),
            organisation: organisation,
            keyAlgorithm: algorithm ?? .p256,
            permittedDNS: dns.isEmpty ? nil : permittedDNS(),
            permittedNetworks: networks.isEmpty ? nil : permittedNetworks(),
            permittedMail: mail.isEmpty ? nil : permittedMail())
    }

    private func permittedDNS() throws -> [DNSName] {
        try dns.map { try Input.parse($0, as: "a DNS name", DNSName.init(operatorInput:)) }
    }

    private func permittedNetworks() throws -> [IPNetwork] {
        try networks.map { try Input.parse($0, as: "a network", IPNetwork.init) }
    }

    private func permittedMail() throws -> [DNSName] {
        try mail.map { try Input.parse($0, as: "a mail domain", DNSName.init(operatorInput:)) }
    }

    private func permissions() throws -> [Permission] {
        try permittedDNS().map { .dns($0) } + permittedNetworks().map { .network($0) }
            + permittedMail().map { .mail($0) }
    }

    /// What an authority is, is decided once: a second `up` that asks for something else is told so, and where what it may
    /// certify can grow.
    private func refuseChanges(_ existing: AuthorityConfiguration) throws {
        let asked = try wanted()
        var differing: [String] = []
        if domain != nil, asked.trustDomain != existing.trustDomain {
            differing.append("--domain (\(existing.trustDomain))")
        }
        if organisation != nil, asked.organisation != existing.organisation {
            differing.append("--organisation (\(existing.organisation.printable))")
        }
        if algorithm != nil, asked.keyAlgorithm != existing.keyAlgorithm {
            differing.append("--key-algorithm (\(existing.keyAlgorithm.rawValue))")
        }
        guard differing.isEmpty else {
            throw Complaint(
                what: "the authority in \(home.folder.path) was made otherwise, and is left as it is",
                why: "these differ from what it has: \(differing.joined(separator: "; "))",
                mend: "leave the options out to use it as it is, or make another authority with --home")
        }
        let lacking = existing.lacking(try permissions())
        guard lacking.isEmpty else {
            throw Complaint(
                what: "the authority in \(home.folder.path) does not permit all of that, and is left as it is",
                why: "it does not certify \(lacking.map(\.description).joined(separator: ", "))",
                mend: "permit it, for good: symbolon authority permit "
                    + lacking.map { "--\($0.option) \($0.name)" }.joined(separator: " "))
        }
    }
}

extension Permission {
    /// Of `symbolon authority permit`.
    fileprivate var option: String {
        switch self {
        case .dns: "dns"
        case .network: "ip"
        case .mail: "mail"
        }
    }
}

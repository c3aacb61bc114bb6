import ArgumentParser
import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonNames
import SymbolonWire

/// `symbolon federate …`: two authorities that believe each other, each for its own trust domain.
struct Federate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "federate", abstract: "Introduce two authorities: each believes the other's names, until a date.",
        discussion: """
            EXAMPLES
              symbolon federate invite --for 90d                  here: a code, to be read to the other operator
              symbolon federate with 417-acorn-banjo-cedar-donkey@ca.other.example --for 90d      there
              symbolon federate list
              symbolon federate end other.example

            Each gets the other's root by a handshake that the code proved on both ends, and believes it for names of that \
            trust domain only. Who may pass is still said by rules: --allow spiffe://other.example/laptop.
            """,
        subcommands: [FederateInvite.self, FederateWith.self, FederateList.self, FederateEnd.self])
}

struct FederateInvite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Make the code that introduces another authority.")

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long the two believe each other (default: 90d).", valueName: "span"))
    var life: Life?
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let answer = try await authority.open(.keys).perform(
                MakeInvitation(name: "federation", federationSeconds: life?.duration.components.seconds ?? 90 * 86_400))
            try InvitationLines(answer, verb: "federate with", at: authority.elsewhere().map { .elsewhere($0) })
                .write(json: output.json)
        }
    }
}

struct FederateWith: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "with", abstract: "Use the code that the other authority made.")

    @Argument(help: ArgumentHelp("The code, and where the other authority is.", valueName: "code@host[:port]"))
    var code: String
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long it is believed here (default: as long as it believes us).", valueName: "span"))
    var life: Life?
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let wish = try CodeAndAddress(code)
            let administration = try await authority.open(.keys)
            let federated = try await introduce(administration, try await administration.perform(ShowAuthority()), wish)
            if output.json {
                Lines.write(try JSONOutput.line(federated))
            } else {
                federated.lines(because: wish.code.number, Terminal.output).forEach { Lines.write($0) }
            }
        }
    }

    /// The exchange is this machine's, with our authority's root; what it brought is then put before our authority.
    private func introduce(
        _ administration: any Administration, _ own: AuthorityReport, _ wish: CodeAndAddress
    ) async throws -> FederationReport {
        let offer: PairingOffer
        do throws(PairingClientFailure) {
            let client = try await PairingClient.connect(to: wish.address, with: wish.code)
            offer = try await client.offer()
            guard offer.federationUntil != nil else { throw .refused(status: 404, kind: "", detail: Self.notForThis) }
            _ = try await client.federate(FederationProposal(trustDomain: own.trustDomain, anchor: own.root.pem))
            try await client.confirm()
            await client.close()
        } catch {
            throw Complaint(pairing: error, with: wish.address)
        }
        let longest = Date() + FederatedAuthority.longestLife.inSeconds
        let until = life.map { Date() + $0.duration.inSeconds } ?? min(offer.federationUntil ?? longest, longest)
        do {
            return try await administration.perform(
                BeginFederation(
                    trustDomain: offer.trustDomain, anchor: offer.anchor, until: until,
                    because: "code \(wish.code.number) of \(wish.address)"))
        } catch {
            let complaint = Complaint(error)
            throw Complaint(
                what: "the other authority believes this one now, and this one does not believe it",
                why: complaint.why ?? complaint.what,
                mend: "let its operator end that: symbolon federate end \(own.trustDomain)")
        }
    }

    private static let notForThis = "the code introduces a machine: use it with symbolon pair"
}

struct FederateList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show which other authorities are believed.")

    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let list = try await authority.open(.keys).perform(ListFederations())
            if output.json {
                for one in list.authorities { Lines.write(try JSONOutput.line(one)) }
                return
            }
            guard !list.authorities.isEmpty else { return Lines.write("No other authority is believed.") }
            for one in list.authorities {
                Lines.write(
                    "\(one.trustDomain.padded(to: 30)) until \(Moment.text(one.until))  SHA-256 \(one.fingerprint)")
            }
        }
    }
}

struct FederateEnd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end", abstract: "Stop believing another authority, at once.")

    @Argument(help: ArgumentHelp("Its trust domain.", valueName: "domain"))
    var domain: String
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            _ = try await authority.open(.keys).perform(EndFederation(trustDomain: domain))
            if output.json {
                Lines.write(try JSONOutput.line(["trustDomain": domain, "state": "ended"]))
            } else {
                Lines.write("The authority of \(domain.printable) is not believed here any more.")
                Lines.write("  It still believes this one until its operator ends that too.")
            }
        }
    }
}

extension FederationReport {
    fileprivate func lines(because number: Int, _ terminal: Terminal) -> [String] {
        func row(_ label: String, _ value: String) -> String {
            "  " + terminal.styled(label.padded(to: 12), .dim) + " " + value
        }
        return [
            terminal.styled("This authority and that of \(trustDomain) believe each other.", .bold),
            row("anchor", "SHA-256 \(fingerprint)"),
            row("for", "names of \(trustDomain) only"),
            row("until", Moment.text(until)),
            row("because", "both ends proved that they know the words of invitation \(number)"),
        ]
    }
}

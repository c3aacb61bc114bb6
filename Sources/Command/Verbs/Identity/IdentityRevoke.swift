import ArgumentParser
import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonRevocation

struct IdentityRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke every live certificate of an identity, or one by serial number; for good.",
        discussion: """
            EXAMPLES
              symbolon identity revoke laptop
              symbolon identity revoke web --reason keyCompromise     also blocks the key
              symbolon identity revoke 3f9c…                          one certificate

            Ends on this machine refuse the identity, and close its live connections, within a second.
            """)

    @Argument(help: ArgumentHelp("Short names, identities or serial numbers.", valueName: "name"))
    var names: [String]
    @Option(
        help: ArgumentHelp(
            "Why: \(RevocationReason.offered.map(\.rawValue).joined(separator: ", ")) (default: unspecified).",
            valueName: "reason"))
    var reason: RevocationReason = .unspecified
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard RevocationReason.offered.contains(reason) else {
            throw ValidationError("\(reason.rawValue) can be lifted again, and a revocation here cannot.")
        }
    }

    func run() async throws {
        try await Complaint.reported {
            let reading = try await ReadAuthority.open(home.folder)
            var records: [IssuanceRecord] = []
            for name in names {
                let found = try await reading.records(of: name)
                // By name, what has ended already needs no revocation; by serial number, it gets what was asked for.
                records += found.count == 1 ? found : found.filter { $0.intent.notAfter >= Date() }
            }
            let authority = try await LocalAuthority.open(home.folder, passphrase: home.passphrase.source)
            for record in records {
                let outcome = try await authority.issuing.revoke(
                    record.intent.serialNumber, reason: reason, actor: LocalAuthority.actor)
                try report(record, isNews: !outcome.revoked.isEmpty)
            }
        }
    }

    private func report(_ record: IssuanceRecord, isNews: Bool) throws {
        if output.json {
            Lines.write(
                try JSONOutput.line(
                    Outcome(
                        identity: record.intent.identity, serial: record.intent.serialNumber.description,
                        wasAlreadyRevoked: !isNews)))
        } else if isNews {
            Lines.write("revoked   \(record.intent.identity)  \(record.intent.serialNumber)  (\(reason.rawValue))")
        } else {
            Lines.write("was already revoked   \(record.intent.identity)  \(record.intent.serialNumber)")
        }
    }

    private struct Outcome: Encodable {
        let identity: String
        let serial: String
        let wasAlreadyRevoked: Bool
    }
}

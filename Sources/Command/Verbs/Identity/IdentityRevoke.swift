import ArgumentParser
import Foundation
import SymbolonAdministration
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
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard RevocationReason.offered.contains(reason) else {
            throw ValidationError("\(reason.rawValue) can be lifted again, and a revocation here cannot.")
        }
    }

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            var reports: [CertificateReport] = []
            for name in names {
                let found = try await administration.certificates(of: name)
                // By name, what has ended already needs no revocation; by serial number, it gets what was asked for.
                reports += found.count == 1 ? found : found.filter { $0.notAfter >= Date() }
            }
            for report in reports {
                try write(
                    try await administration.perform(
                        RevokeCertificate(serial: report.serial, reason: reason.rawValue)))
            }
        }
    }

    private func write(_ outcome: RevocationReport) throws {
        if output.json {
            Lines.write(
                try JSONOutput.line(
                    Outcome(
                        identity: outcome.identity, serial: outcome.serial,
                        wasAlreadyRevoked: outcome.wasAlreadyRevoked)))
        } else if outcome.wasAlreadyRevoked {
            Lines.write("was already revoked   \(outcome.identity.printable)  \(outcome.serial.printable)")
        } else {
            Lines.write(
                "revoked   \(outcome.identity.printable)  \(outcome.serial.printable)  (\(outcome.reason.printable))")
        }
    }

    private struct Outcome: Encodable {
        let identity: String
        let serial: String
        let wasAlreadyRevoked: Bool
    }
}

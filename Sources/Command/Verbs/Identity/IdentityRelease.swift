import ArgumentParser
import Foundation
import SymbolonAdministration

struct IdentityRelease: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Lift the hold on certificates: they are good again.",
        discussion: """
            EXAMPLES
              symbolon identity revoke laptop --reason certificateHold
              symbolon identity release laptop                        every certificate of it that is on hold
              symbolon identity release 3f9c…                         one certificate

            What was revoked for another reason stays revoked.
            """)

    @Argument(help: ArgumentHelp("Short names, identities or serial numbers.", valueName: "name"))
    var names: [String]
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            var held: [CertificateReport] = []
            for name in names {
                let found = try await administration.certificates(of: name).filter { $0.reason == "certificateHold" }
                guard !found.isEmpty else {
                    throw Complaint(
                        what: "nothing was released", why: "no certificate of \"\(name.printable)\" is on hold",
                        mend: "see how it stands: symbolon identity list --all")
                }
                held += found
            }
            for report in held {
                let released = try await administration.perform(ReleaseCertificate(serial: report.serial))
                if output.json {
                    Lines.write(try JSONOutput.line(IdentityReport(released)))
                } else {
                    Lines.write("released   \(released.identity.printable)  \(released.serial.printable)")
                }
            }
        }
    }
}

import ArgumentParser
import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonStorage

struct IdentityRenew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Renew identities of this home now: the same names and life, a new key.",
        discussion: """
            EXAMPLES
              symbolon identity renew web
              symbolon identity renew laptop                          also one that has ended, where the authority allows it

            Ends renew by themselves; this is for an identity that no end uses, or that shall not wait. The authority in \
            the home issues it, or the one that this machine was paired with, which wants the old key to prove itself; one that \
            came from an ACME server is asked for there again. \
            Running ends take the new one up at once and drop no connection.
            """)

    @Argument(help: ArgumentHelp("Identities of this home.", valueName: "name"))
    var names: [String]
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let folder = home.folder
            try LocalAuthority.checked(folder)
            let passphrase = try LocalAuthority.readPassphrase(home.passphrase.source ?? .file(folder.passphraseFile))
            let ends = try await EndsHome.open(folder, passphrase: passphrase)
            for text in names {
                let name = try Input.parse(text, as: "the name of an identity", IdentityName.init)
                guard try ends.authority != nil || ends.paired != nil || folder.acmeOrigin(name) != nil else {
                    throw Complaint(
                        what: "\(name) is not renewed",
                        why: "\(folder.path) has no authority, and was not paired with one",
                        mend: "make one: symbolon up; or join one: symbolon pair CODE@HOST", exit: .undecided)
                }
                try tell(try await ends.renew(folder.loadIdentity(name, with: passphrase)))
            }
        }
    }

    private func tell(_ identity: StoredIdentity) throws {
        let leaf = identity.leaf
        if output.json {
            Lines.write(
                try JSONOutput.line(
                    Renewed(
                        name: identity.name.description, serial: leaf.serialNumber.description, notAfter: leaf.notAfter,
                        keyFingerprint: identity.key.publicKey.fingerprint.description)))
        } else {
            Lines.write(
                "\(Terminal.output.styled("✓", .green)) \(identity.name)  renewed: certificate \(leaf.serialNumber)"
                    + " until \(Moment.text(leaf.notAfter)), with a new key")
        }
    }

    private struct Renewed: Encodable {
        let name: String
        let serial: String
        let notAfter: Date
        let keyFingerprint: String
    }
}

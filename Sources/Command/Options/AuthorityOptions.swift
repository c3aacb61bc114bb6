import ArgumentParser
import Foundation
import SymbolonAdministration
import SymbolonStorage

/// Which authority a verb works with: the one in the home, or one elsewhere that knows an identity of the home as an
/// operator. The verb is the same either way.
struct AuthorityOptions: ParsableArguments {
    @OptionGroup var home: HomeOptions

    @Option(
        help: ArgumentHelp(
            "Work with the authority at this address (default: the one in the home, else the one it is paired with).",
            valueName: "host:port"))
    var authority: String?

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "With an authority elsewhere: come as this identity of the home (default: the only one).",
            valueName: "name"))
    var identity: String?

    /// What a verb wants of an authority in the home.
    enum Need {
        /// To look, for which no key is needed.
        case reading
        /// To look at a record that its own key vouches for: opened where it can be, and nothing is changed.
        case auditKey
        /// Its keys.
        case keys
    }

    /// The authority, in whichever place it is.
    func open(_ need: Need) async throws -> any Administration {
        guard let place = try place() else {
            switch need {
            case .reading: return try await ReadAuthority.open(home.folder).administration(in: home.folder)
            case .auditKey:
                return try await ReadAuthority.open(home.folder)
                    .administration(in: home.folder, auditKey: home.folder.auditKey(home.passphrase.source))
            case .keys:
                return try await LocalAuthority.open(home.folder, passphrase: home.passphrase.source).administration
            }
        }
        return try RemoteAuthority(at: place.address, as: place.identity).administration
    }

    /// Where it is; nil: in the home.
    func elsewhere() throws -> HostAndPort? { try place()?.address }

    /// Where the authority is, and as whom to come; nil: in the home.
    private func place() throws -> (address: HostAndPort, identity: StoredIdentity)? {
        let folder = home.folder
        if authority == nil, LocalAuthority.exists(in: folder) {
            guard identity == nil else {
                throw Complaint(
                    what: "--as is for an authority elsewhere", why: "\(folder.path) has one, which its keys open",
                    mend: "leave --as out, or name another authority with --authority HOST:PORT", exit: .undecided)
            }
            return nil
        }
        try LocalAuthority.checked(folder)
        let paired = try paired()
        guard let address = authority ?? paired?.addresses.first else {
            throw Complaint(
                what: "there is no authority in \(folder.path)", why: Complaint.noAuthority(folder),
                mend: "make one: symbolon up --home \(folder.path); or name one elsewhere: --authority HOST:PORT",
                exit: .undecided)
        }
        return (
            try Input.parse(address, as: "the address of an authority", HostAndPort.init),
            try storedIdentity(identity ?? paired?.identity)
        )
    }

    private func paired() throws -> PairedAuthority? {
        do {
            return try home.folder.pairedAuthority()
        } catch {
            throw Complaint(
                what: "the authority that this home is paired with is not known any more", why: error.explanation,
                mend: "pair anew: symbolon pair CODE@HOST, with a code from symbolon invite", exit: .undecided)
        }
    }

    /// The identity to come as, with its key; the only one of the home where none is named.
    private func storedIdentity(_ name: String?) throws -> StoredIdentity {
        let folder = home.folder
        let names = (try? folder.identityNames()) ?? []
        guard
            let name = try name.map({ try Input.parse($0, as: "the name of an identity", IdentityName.init) })
                ?? (names.count == 1 ? names[0] : nil)
        else {
            let has = names.isEmpty ? "none" : names.map(\.description).joined(separator: ", ")
            throw Complaint(
                what: "nothing says as whom to come to the authority", why: "identities of \(folder.path): \(has)",
                mend: names.isEmpty
                    ? "get one: symbolon pair CODE@HOST, with a code from symbolon invite" : "name one with --as NAME",
                exit: .undecided)
        }
        let passphrase = try LocalAuthority.readPassphrase(home.passphrase.source ?? .file(folder.passphraseFile))
        do {
            return try folder.loadIdentity(name, with: passphrase)
        } catch {
            throw Complaint(
                what: "the identity \(name) of \(folder.path) cannot be used", why: error.explanation,
                mend: "name another with --as NAME, or pair anew: symbolon pair CODE@HOST", exit: .undecided)
        }
    }
}

import Foundation
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonStorage

/// How identities that came from ACME servers are renewed, and what those servers say of when.
actor ACMELink {
    private nonisolated let folder: HomeFolder
    /// By serial number, as far as a server has said.
    private var windows: [SerialNumber: RenewalWindow] = [:]
    private let turns = Turns()

    init(_ folder: HomeFolder) { self.folder = folder }

    /// Where an identity came from; nil: not from an ACME server.
    nonisolated func origin(of name: IdentityName) throws(HomeFailure) -> ACMEOrigin? { try folder.acmeOrigin(name) }

    // MARK: Renewing

    /// The same names with a new key, in the place of the certificate that is there (RFC 9773 §5), kept in the home.
    ///
    /// One after the other: what awaits the server's look listens at one address.
    func renew(
        _ identity: StoredIdentity, _ origin: ACMEOrigin, under passphrase: Passphrase
    ) async throws -> StoredIdentity {
        await turns.take()
        defer { turns.pass() }
        let access = try ACMEAccess(origin)
        let account = ACMEClientAccount(
            url: origin.account, key: try folder.accountKey(identity.name, with: passphrase))
        let key = try folder.nextKey(identity.name, identity.key.algorithm, under: passphrase)
        let wish = ACMEWish(access.identifiers, profile: origin.profile, replaces: identity.leaf)
        let chain = try await access.client.obtain(wish, for: key, as: account, proving: access.proof)
        let next = try StoredIdentity(name: identity.name, chain: chain, key: key, anchors: identity.anchors)
        windows[identity.leaf.serialNumber] = nil
        try folder.saveIdentity(next, from: origin, account: nil, under: passphrase)
        folder.forgetNextKey(identity.name)
        return next
    }

    // MARK: When to renew

    func knownWindow(of identity: StoredIdentity) -> RenewalWindow? { windows[identity.leaf.serialNumber] }

    /// Asks the server (RFC 9773); nil where it does not say.
    func window(
        of identity: StoredIdentity, _ origin: ACMEOrigin
    ) async throws -> (window: RenewalWindow, askAgainAfter: TimeInterval?)? {
        let answer = try await ACMEAccess(origin).client.renewalInformation(of: identity.leaf)
        windows[identity.leaf.serialNumber] = answer?.window
        return answer
    }
}

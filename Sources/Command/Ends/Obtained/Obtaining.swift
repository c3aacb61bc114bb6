import Foundation
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonStorage

/// Gets an identity from an ACME server for the first time, or once more as an operator asks for it.
struct Obtaining {
    let home: HomeFolder
    let name: IdentityName
    let passphrase: Passphrase
    let algorithm: KeyAlgorithm
    /// Whom the identity believes.
    let anchors: [Certificate]
    let agrees: Bool
    let binding: ExternalAccountBinding?
    let tell: @Sendable (ACMEProgress) -> Void

    /// - Parameter wish: its account is made here, or is the one that the identity of this name has with the same server.
    func run(_ wish: ACMEOrigin) async throws -> (StoredIdentity, ACMEOrigin) {
        let access = try ACMEAccess(wish)
        let (account, isNew) = try await account(access.client, wish)
        do {
            return try await obtain(wish, access, account, isNew: isNew)
        } catch ACMEClientFailure.refused(let problem) where problem.kind == .accountDoesNotExist && !isNew {
            return try await obtain(wish, access, try await register(access.client), isNew: true)
        }
    }

    private func obtain(
        _ wish: ACMEOrigin, _ access: ACMEAccess, _ account: ACMEClientAccount, isNew: Bool
    ) async throws -> (StoredIdentity, ACMEOrigin) {
        // On the disk before anybody hears of it.
        let key = try home.nextKey(name, algorithm, under: passphrase)
        let chain = try await access.client.obtain(
            ACMEWish(access.identifiers, profile: wish.profile), for: key, as: account, proving: access.proof,
            telling: tell)
        let identity = try StoredIdentity(name: name, chain: chain, key: key, anchors: anchors)
        let origin = ACMEOrigin(
            directory: wish.directory, account: account.url, names: wish.names, profile: wish.profile,
            challenge: wish.challenge, listen: wish.listen, serverAnchors: wish.serverAnchors)
        try home.saveIdentity(identity, from: origin, account: isNew ? account.key : nil, under: passphrase)
        home.forgetNextKey(name)
        return (identity, origin)
    }

    private func account(
        _ client: ACMEClient, _ wish: ACMEOrigin
    ) async throws -> (ACMEClientAccount, isNew: Bool) {
        if binding == nil, let known = try? home.acmeOrigin(name), known.directory == wish.directory,
            let key = try? home.accountKey(name, with: passphrase)
        {
            return (ACMEClientAccount(url: known.account, key: key), false)
        }
        return (try await register(client), true)
    }

    private func register(_ client: ACMEClient) async throws -> ACMEClientAccount {
        try await client.register(.make(.p256), binding: binding, agreeingToTerms: agrees)
    }
}

extension ACMEProgress {
    /// For who waits at a terminal.
    var line: String {
        switch self {
        case .ordered(let identifiers): "ordering for \(identifiers.map(\.description).joined(separator: ", "))"
        case .proving(let identifier, let kind): "proving \(identifier) by \(kind.rawValue)"
        case .finalizing: "asking for the certificate"
        case .downloading: "fetching it"
        }
    }
}

/// What `obtain` tells of an identity.
struct ObtainedReport: Encodable {
    let name: String
    let identity: String
    let names: [String]
    let serial: String
    let notBefore: Date
    let notAfter: Date
    let keyFingerprint: String
    let certificateFingerprint: String
    let from: String
    let account: String
    let challenge: String
    let listen: String
    let home: String

    init(_ identity: StoredIdentity, _ origin: ACMEOrigin, in folder: HomeFolder) {
        name = identity.name.description
        self.identity = identity.shownIdentity
        names = origin.names.map(\.printable)
        serial = identity.leaf.serialNumber.description
        notBefore = identity.leaf.notBefore
        notAfter = identity.leaf.notAfter
        keyFingerprint = identity.key.publicKey.fingerprint.description
        certificateFingerprint = identity.leaf.fingerprint.description
        from = origin.directory.printable
        account = origin.account.printable
        challenge = origin.challenge
        listen = origin.listen
        home = folder.path
    }

    func lines(_ terminal: Terminal) -> [String] {
        func row(_ label: String, _ value: String) -> String {
            "  " + terminal.styled(label.padded(to: 12), .dim) + " " + value
        }
        return [
            terminal.styled("\(identity) is obtained.", .bold),
            row("from", from),
            row("names", names.joined(separator: "\n" + String(repeating: " ", count: 15))),
            row("serial", serial),
            row(
                "valid", "\(Moment.text(notBefore)) to \(Moment.text(notAfter)); it renews itself while an end uses it"),
            row("renewed", "by \(challenge), answered at \(listen)"),
            row("certificate", "SHA-256 \(certificateFingerprint)"),
            row("kept in", "\(home) (key sealed; it never left this machine)"),
        ]
    }
}

extension StoredIdentity {
    /// What peers know it as: its SPIFFE ID where it has one, else its first name.
    var shownIdentity: String {
        let names = (leaf.extensions.subjectAlternativeNames ?? []).compactMap { try? $0.subjectName() }
        let spiffe = names.first { if case .spiffe = $0 { true } else { false } }
        return (spiffe ?? names.first).map(\.description) ?? name.description
    }
}

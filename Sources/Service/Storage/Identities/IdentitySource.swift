public import Foundation
public import SymbolonKeys

/// Where an end takes its identity from.
public enum IdentitySource: Hashable, Sendable {
    case home(HomeFolder, IdentityName)
    /// Three files that the operator keeps: the chain (leaf first), its private key (owner-only), and the anchors.
    case files(name: IdentityName, certificate: String, key: String, anchors: String)

    /// The files to watch.
    public var paths: [String] {
        switch self {
        case .home(let home, let name): [home.identityFile(name)]
        case .files(_, let certificate, let key, let anchors): [certificate, key, anchors]
        }
    }

    /// Reads all of it, and checks that the key is the certificate's: an identity is whole or refused.
    ///
    /// - Parameter passphrase: opens a sealed key; one in a home always is.
    public func load(with passphrase: Passphrase?, at now: Date) throws(IdentityFailure) -> StoredIdentity {
        switch self {
        case .home(let home, let name):
            guard let passphrase else { throw .key(.passphraseNeeded(path: home.identityFile(name))) }
            return try home.loadIdentity(name, with: passphrase)
        case .files(let name, let certificate, let key, let anchors):
            let chain = try CertificateFile.chain(certificate)
            let anchors = try CertificateFile.anchors(anchors, at: now)
            let signingKey: SigningKey
            do {
                signingKey = try PrivateKeyFile.loadGiven(key, with: passphrase)
            } catch {
                throw .key(error)
            }
            return try StoredIdentity(name: name, chain: chain, key: signingKey, anchors: anchors)
        }
    }
}

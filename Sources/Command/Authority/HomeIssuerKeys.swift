import Foundation
import SymbolonAuthority
import SymbolonKeys
import SymbolonStorage

/// The keys of roots and issuing authorities in a home: sealed, each in a file of its own. One that lies elsewhere, as a root's
/// may, is put back for as long as it is needed.
struct HomeIssuerKeys: IssuerKeys {
    let home: HomeFolder
    let passphrase: Passphrase

    func make(_ role: Issuer.Role, _ algorithm: KeyAlgorithm) async throws(KeysUnavailable) -> any CertificateSigner {
        let key = SigningKey.make(algorithm)
        do {
            try PrivateKeyFile.create(
                key, at: home.keyFile(role.keyRole, key.publicKey.fingerprint), under: passphrase)
        } catch {
            throw KeysUnavailable(error.explanation)
        }
        return key
    }

    func signer(
        _ role: Issuer.Role, _ key: KeyFingerprint
    ) async throws(KeysUnavailable) -> (any CertificateSigner)? {
        do {
            return try load(role, key)
        } catch {
            throw KeysUnavailable(error.explanation)
        }
    }

    func load(_ role: Issuer.Role, _ key: KeyFingerprint) throws(KeyFileFailure) -> SigningKey? {
        for file in files(role, key) where FileManager.default.fileExists(atPath: file) {
            let found = try PrivateKeyFile.load(file, with: passphrase)
            if found.publicKey.fingerprint == key { return found }
        }
        return nil
    }

    /// Whether its file is here, without opening it.
    func isHere(_ issuer: Issuer) -> Bool {
        let files = files(issuer.role, issuer.key)
        // Those that the authority was made with have changed nothing.
        return (issuer.changeCounter == 0 ? files : [files[0]]).contains(where: FileManager.default.fileExists(atPath:))
    }

    /// Where it may be: by its name, or as the authority's first.
    func files(_ role: Issuer.Role, _ key: KeyFingerprint) -> [String] {
        [home.keyFile(role.keyRole, key), home.keyFile(role.keyRole)]
    }
}

extension Issuer.Role {
    var keyRole: AuthorityKeyRole { self == .root ? .root : .issuing }
}

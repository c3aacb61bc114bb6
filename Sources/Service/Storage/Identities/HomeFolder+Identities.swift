public import SymbolonKeys
import SymbolonWire

/// The identities kept in a home, one file each.
extension HomeFolder {
    static let identitySuffix = ".pem"

    public func identityFile(_ name: IdentityName) -> String {
        "\(identitiesFolder)/\(name)\(Self.identitySuffix)"
    }

    /// The names in order. Files that are no identity's, such as what a crash left behind, are passed over.
    public func identityNames() throws(IdentityFailure) -> [IdentityName] {
        let files: [String]
        do {
            files = try namesInFolder(identitiesFolder)
        } catch {
            throw .file(error)
        }
        return files.filter { $0.hasSuffix(Self.identitySuffix) }
            .compactMap { try? IdentityName($0.dropLast(Self.identitySuffix.count)) }.sorted()
    }

    public func loadIdentity(
        _ name: IdentityName, with passphrase: Passphrase
    ) throws(IdentityFailure) -> StoredIdentity {
        let path = identityFile(name)
        let bytes: [UInt8]
        do {
            bytes = try FileReading.ownerOnly(path, limit: PEM.standardLimit)
        } catch {
            throw .file(error)
        }
        return try StoredIdentity(pem: bytes, of: path, name: name, with: passphrase)
    }

    /// Writes the identity durably, in one step in the place of one of the same name. Where that one came from is forgotten.
    public func saveIdentity(
        _ identity: StoredIdentity, under passphrase: Passphrase, kdf: PasswordKDF = .scrypt
    ) throws(IdentityFailure) {
        let text = try identity.pem(under: passphrase, kdf: kdf)
        do {
            try forgetOrigin(identity.name)
            try DurableFile.replace(identityFile(identity.name), with: text, mode: Self.fileMode)
        } catch {
            throw .file(error)
        }
    }

    /// Removes the key, chain and anchors of this name from the home. What was issued stays issued.
    public func removeIdentity(_ name: IdentityName) throws(IdentityFailure) {
        do {
            try forgetOrigin(name)
            try DurableFile.remove(identityFile(name))
        } catch {
            throw .file(error)
        }
    }
}

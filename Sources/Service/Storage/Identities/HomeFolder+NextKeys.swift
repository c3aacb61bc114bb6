public import SymbolonKeys

/// The key that an identity's next certificate is asked for. It is on the disk before anybody hears of it, so that what is
/// certified is never lost with the process that asked; the identity itself stays whole until the new one is.
extension HomeFolder {
    private func nextKeyFile(_ name: IdentityName) -> String { "\(identitiesFolder)/\(name).next-key" }

    /// The key that is being asked for already, else a new one.
    public func nextKey(
        _ name: IdentityName, _ algorithm: KeyAlgorithm, under passphrase: Passphrase, kdf: PasswordKDF = .scrypt
    ) throws(KeyFileFailure) -> SigningKey {
        let path = nextKeyFile(name)
        if let key = try? PrivateKeyFile.load(path, with: passphrase), key.algorithm == algorithm { return key }
        // Of another kind, cut off by a crash, or sealed under a passphrase of before: nobody has a certificate for it.
        try? DurableFile.remove(path)
        let key = SigningKey.make(algorithm)
        try PrivateKeyFile.create(key, at: path, under: passphrase, kdf: kdf)
        return key
    }

    /// Once the identity has it, or when it is not to be asked for any more.
    public func forgetNextKey(_ name: IdentityName) {
        try? DurableFile.remove(nextKeyFile(name))
    }
}

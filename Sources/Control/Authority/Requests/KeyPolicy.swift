import SymbolonKeys

/// Which keys may be certified at all.
enum KeyPolicy {
    /// The kinds that are made here; others are only verified.
    static let certifiedKinds: Set<PublicKey.Kind> = [.p256, .p384, .ed25519]
}

import SymbolonAuthority
import SymbolonKeys
import Synchronization

/// Keys of roots and issuing authorities, some of which may be away.
final class KeyRing: IssuerKeys {
    private let keys: Mutex<[KeyFingerprint: SigningKey]>
    private let away = Mutex<Set<KeyFingerprint>>([])

    init(_ keys: [SigningKey]) {
        self.keys = Mutex(Dictionary(uniqueKeysWithValues: keys.map { ($0.publicKey.fingerprint, $0) }))
    }

    func make(_ role: Issuer.Role, _ algorithm: KeyAlgorithm) async throws(KeysUnavailable) -> any CertificateSigner {
        let key = SigningKey.make(algorithm)
        keys.withLock { $0[key.publicKey.fingerprint] = key }
        return key
    }

    func signer(_ role: Issuer.Role, _ key: KeyFingerprint) async throws(KeysUnavailable) -> (any CertificateSigner)? {
        guard !away.withLock({ $0.contains(key) }) else { return nil }
        return keys.withLock { $0[key] }
    }

    func take(away key: KeyFingerprint) { away.withLock { _ = $0.insert(key) } }
    func bring(back key: KeyFingerprint) { away.withLock { _ = $0.remove(key) } }
}

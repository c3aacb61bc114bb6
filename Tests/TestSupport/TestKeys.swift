public import SymbolonKeys
import Synchronization

/// Keys by name: the same name and algorithm give the same key for as long as the tests run.
public enum TestKeys {
    private struct Index: Hashable {
        let name: String
        let algorithm: KeyAlgorithm
    }

    private static let keys = Mutex<[Index: SigningKey]>([:])

    public static func key(_ name: String, _ algorithm: KeyAlgorithm = .p256) -> SigningKey {
        keys.withLock { keys in
            let index = Index(name: name, algorithm: algorithm)
            if let key = keys[index] { return key }
            let key = SigningKey.make(algorithm)
            keys[index] = key
            return key
        }
    }
}

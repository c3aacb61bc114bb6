internal import SymbolonKeys
internal import Synchronization

/// What was found of a list's signature: a digest over a large list is paid for once for each key.
final class ListSignature: Sendable {
    private let verdicts = Mutex<[KeyFingerprint: Bool]>([:])

    /// Keys whose verdicts are kept. 8: a list has one signer, and an authority a few keys of one name.
    private static let mostVerdicts = 8

    /// - Parameter check: the check itself, for a key that was not asked about before.
    func isMade(by key: PublicKey, _ check: () -> Bool) -> Bool {
        if let known = verdicts.withLock({ $0[key.fingerprint] }) { return known }
        let verdict = check()
        verdicts.withLock { verdicts in
            if verdicts.count >= Self.mostVerdicts { verdicts = verdicts.filter(\.value) }
            verdicts[key.fingerprint] = verdict
        }
        return verdict
    }

    var hasMaker: Bool { verdicts.withLock { $0.values.contains(true) } }
}

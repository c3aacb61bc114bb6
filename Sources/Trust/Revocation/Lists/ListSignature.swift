internal import SymbolonKeys
internal import Synchronization

/// What was found of a list's signature: a digest over a large list is paid for once for each key.
final class ListSignature: Sendable {
    private let verdicts = Mutex<[(key: KeyFingerprint, isMaker: Bool)]>([])

    /// Keys whose verdicts are kept. 8: a list has one signer, and an authority a few keys of one name.
    private static let mostVerdicts = 8

    /// - Parameter check: the check itself, for a key that was not asked about before.
    func isMade(by key: PublicKey, _ check: () -> Bool) -> Bool {
        let fingerprint = key.fingerprint
        if let known = verdicts.withLock({ $0.first { $0.key == fingerprint } }) { return known.isMaker }
        let verdict = check()
        verdicts.withLock { verdicts in
            if verdicts.count >= Self.mostVerdicts { verdicts.removeAll { !$0.isMaker } }
            verdicts.append((fingerprint, verdict))
        }
        return verdict
    }

    var hasMaker: Bool { verdicts.withLock { $0.contains { $0.isMaker } } }
}

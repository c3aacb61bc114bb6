internal import SymbolonCertificates
internal import SymbolonKeys
internal import Synchronization

/// A list with what was found of its signature: a digest over a large list is paid for once for each key.
final class HeldList: Sendable {
    let list: CertificateList
    private let verdicts = Mutex<[KeyFingerprint: Bool]>([:])

    /// Keys whose verdicts are kept. 8: a list has one signer, and an authority a few keys of one name.
    private static let mostVerdicts = 8

    init(_ list: CertificateList) {
        self.list = list
    }

    var parsed: ParsedList { list.parsed }
    var isDelta: Bool { parsed.baseNumber != nil }

    func isSigned(by key: PublicKey) -> Bool {
        if let known = verdicts.withLock({ $0[key.fingerprint] }) { return known }
        let verdict = list.isSigned(by: key)
        verdicts.withLock { verdicts in
            if verdicts.count >= Self.mostVerdicts { verdicts.removeAll() }
            verdicts[key.fingerprint] = verdict
        }
        return verdict
    }
}

import Crypto
import Synchronization

/// A passphrase that seals private keys, and the keys that it was stretched into: a passphrase is stretched once for all
/// files of one salt, and not once a file.
///
/// Everything sealed with one of these has one salt, and so one key: many identities that live for minutes are renewed
/// without stretching anything again. What that is worth:
/// - PBES2 is AES-CBC (RFC 8018 §6.2), and each seal takes 128 random bits for its vector. Under one key, CBC with vectors
///   that nobody can foresee (NIST SP 800-38A appendix C) tells nothing of what is sealed until two blocks of all that was
///   ever sealed come out alike: a P-256 key has 9, so a thousand million of them make that as likely as one in 2^62.
/// - A salt keeps passphrases from being stretched before a file is stolen, and for many victims at once (RFC 8018 §4.1).
///   It is random, of 128 bits, and no two homes share one. Whoever has several files of one home has one guess to
///   stretch instead of several; but one file was always enough to find the one passphrase of them all.
/// - Neither form tells who altered a file: a public key is compared with what its private key comes to, and files are
///   their owner's alone.
public final class Passphrase: Sendable {
    private struct Stretched {
        let derivation: KeyDerivation
        let octets: Int
        /// Zeroed when it goes: swift-crypto wipes what a `SymmetricKey` holds.
        let key: SymmetricKey
        /// It was made here, or a key came out of a file by it.
        var isProved: Bool
    }

    /// The passphrase itself, for a format that stretches it in a way of its own.
    public let secret: SecretBytes
    /// The one that was used last is the last.
    private let stretched = Mutex<[Stretched]>([])

    /// 16: a home whose files come from one process has one salt; those of before have others, and are opened once.
    static let mostStretched = 16

    public init(_ secret: SecretBytes) { self.secret = secret }

    /// Copies the octets; the source stays the caller's to wipe.
    public convenience init(copying bytes: some Collection<UInt8>) { self.init(SecretBytes(copying: bytes)) }

    public var isEmpty: Bool { secret.isEmpty }

    // MARK: Stretching

    /// What keys are sealed by: in use already, here or in a file that was opened, else new.
    func sealing(_ kdf: PasswordKDF, octets: Int) throws(KeyFailure) -> (KeyDerivation, SymmetricKey) {
        try stretched.withLock { stretched throws(KeyFailure) in
            if let place = stretched.lastIndex(where: {
                $0.isProved && $0.octets == octets && $0.derivation.isOurs(kdf)
            }) {
                let one = Self.use(place, of: &stretched)
                return (one.derivation, one.key)
            }
            let derivation = KeyDerivation(kdf)
            return (derivation, try stretch(derivation, octets, isProved: true, into: &stretched))
        }
    }

    /// The lock is held while the work is done: who wants the same key waits for it, and one passphrase takes the memory of
    /// one at a time.
    func key(by derivation: KeyDerivation, octets: Int) throws(KeyFailure) -> SymmetricKey {
        try stretched.withLock { stretched throws(KeyFailure) in
            if let place = stretched.lastIndex(where: { $0.derivation == derivation && $0.octets == octets }) {
                return Self.use(place, of: &stretched).key
            }
            return try stretch(derivation, octets, isProved: false, into: &stretched)
        }
    }

    /// A key came out by it, so that the salt is one that a holder of the passphrase chose: others may be sealed by it.
    func opened(by derivation: KeyDerivation, octets: Int) {
        stretched.withLock { stretched in
            guard let place = stretched.lastIndex(where: { $0.derivation == derivation && $0.octets == octets }) else {
                return
            }
            stretched[place].isProved = true
        }
    }

    private static func use(_ place: Int, of stretched: inout [Stretched]) -> Stretched {
        let one = stretched.remove(at: place)
        stretched.append(one)
        return one
    }

    private func stretch(
        _ derivation: KeyDerivation, _ octets: Int, isProved: Bool, into stretched: inout [Stretched]
    ) throws(KeyFailure) -> SymmetricKey {
        let key = try derivation.key(from: secret, octets: octets)
        if stretched.count == Self.mostStretched { stretched.removeFirst() }
        stretched.append(Stretched(derivation: derivation, octets: octets, key: key, isProved: isProved))
        return key
    }

    /// How many salts are known: for tests.
    var count: Int { stretched.withLock(\.count) }
}

extension Passphrase: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "a passphrase" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

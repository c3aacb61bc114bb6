import Crypto
import SymbolonKeys
import Synchronization

/// Certificates parsed and signatures checked before, by digest of their exact bytes.
///
/// It holds facts, never trust: "these bytes parse to this", "this key signed these bytes". Anchors, validity, names and
/// revocation are judged anew each time. Only paths that were accepted enter, leaves too, so that strangers cannot
/// crowd out the rest; a hit saves 65 µs for each P-256 signature. Bounded; shared by any number of threads.
public final class SignatureCache: Sendable {
    struct Signature: Hashable, Sendable {
        let issuer: KeyFingerprint
        let certificate: SHA256Digest
    }

    private struct Generation {
        var certificates: [SHA256Digest: PathCertificate] = [:]
        var signatures: Set<Signature> = []
    }

    /// Two generations: when the young one is full it becomes the old one, and the old one is dropped. What is used
    /// is carried into the young one, so the bound costs no bookkeeping on a hit.
    private struct State {
        var young = Generation()
        var old = Generation()
    }

    private let state = Mutex(State())
    private let generationSize: Int

    /// - Parameter capacity: the most certificates kept. 8,192: about 20 MB of leaves at 2.5 kB each, parsed.
    public init(capacity: Int = 8192) {
        precondition(capacity >= 2)
        self.generationSize = capacity / 2
    }

    /// How many certificates are kept.
    public var count: Int {
        state.withLock { $0.young.certificates.count + $0.old.certificates.count }
    }

    func certificate(_ digest: SHA256Digest) -> PathCertificate? {
        state.withLock { state in
            if let known = state.young.certificates[digest] { return known }
            guard let known = state.old.certificates.removeValue(forKey: digest) else { return nil }
            keep(known, digest, in: &state)
            return known
        }
    }

    func knows(_ signature: Signature) -> Bool {
        state.withLock { state in
            if state.young.signatures.contains(signature) { return true }
            guard state.old.signatures.remove(signature) != nil else { return false }
            keep(signature, in: &state)
            return true
        }
    }

    /// The certificates of an accepted path, and that each was signed by the next.
    func keep(_ path: SignedPath) {
        state.withLock { state in
            for (index, certificate) in path.certificates.enumerated() {
                guard let digest = certificate.digest else { continue }
                keep(certificate, digest, in: &state)
                guard !path.leafIsAnchor, let issuer = path.issuer(of: index).publicKey?.fingerprint else { continue }
                keep(Signature(issuer: issuer, certificate: digest), in: &state)
            }
        }
    }

    private func keep(_ certificate: PathCertificate, _ digest: SHA256Digest, in state: inout State) {
        turnIfFull(&state)
        state.young.certificates[digest] = certificate
    }

    private func keep(_ signature: Signature, in state: inout State) {
        turnIfFull(&state)
        state.young.signatures.insert(signature)
    }

    private func turnIfFull(_ state: inout State) {
        guard state.young.certificates.count >= generationSize || state.young.signatures.count >= generationSize
        else { return }
        state.old = state.young
        state.young = Generation()
    }
}

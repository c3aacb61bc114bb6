import Crypto
import SymbolonCertificates

/// The presented certificates, parsed: the leaf, and those of the others that could be read.
struct ParsedChain {
    /// The leaf first; byte-for-byte repetitions left out.
    let certificates: [PathCertificate]
    /// Certificates beside the leaf that are malformed. No path goes through them; they matter when none is found.
    let unreadable: [Refusal]

    init(_ presented: PresentedChain, within budget: WorkBudget, cache: SignatureCache?) throws(Refusal) {
        let chain = presented.der
        do throws(VerificationFailure) {
            try Self.admit(chain, within: budget)
        } catch {
            throw Refusal(error, .path)
        }
        var certificates: [PathCertificate] = []
        var unreadable: [Refusal] = []
        certificates.reserveCapacity(chain.count)
        for (index, der) in chain.enumerated() {
            guard !certificates.contains(where: { $0.certificate.der == der }) else { continue }
            do throws(CertificateFailure) {
                certificates.append(try Self.parse(der, cache: cache))
            } catch {
                let refusal = Refusal(.malformed(error), PathPlace(at: index))
                guard index > 0 else { throw refusal }
                unreadable.append(refusal)
            }
        }
        self.certificates = certificates
        self.unreadable = unreadable
    }

    /// The bounds on size, before a byte is parsed.
    private static func admit(_ chain: [[UInt8]], within budget: WorkBudget) throws(VerificationFailure) {
        guard !chain.isEmpty else { throw .nothingPresented }
        guard chain.count <= budget.maximumCertificates else {
            throw .tooManyCertificates(count: chain.count, limit: budget.maximumCertificates)
        }
        let bytes = chain.reduce(0) { $0 + $1.count }
        guard bytes <= budget.maximumChainBytes else {
            throw .chainTooLarge(bytes: bytes, limit: budget.maximumChainBytes)
        }
    }

    private static func parse(_ der: [UInt8], cache: SignatureCache?) throws(CertificateFailure) -> PathCertificate {
        guard let cache else { return PathCertificate(try Certificate(der: der)) }
        let digest = SHA256.hash(data: der)
        if let known = cache.certificate(digest) { return known }
        return PathCertificate(try Certificate(der: der), digest: digest)
    }
}

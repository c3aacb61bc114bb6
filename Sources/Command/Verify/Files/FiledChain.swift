import SymbolonCertificates

/// Certificates in any order, sorted into the one to judge and the others.
struct FiledChain: Sendable {
    let leaf: FiledCertificate
    let others: [FiledCertificate]

    /// The leaf is the one that issued none of the others. The first one, when it cannot be read: most programs write the leaf
    /// first.
    init(_ certificates: [FiledCertificate]) throws {
        guard let first = certificates.first else {
            throw Complaint(
                what: "there is no certificate to judge", mend: "name its file: symbolon verify FILE", exit: .undecided)
        }
        guard let index = try Self.leaf(among: certificates) else {
            self.init(leaf: first, others: certificates.dropFirst())
            return
        }
        self.init(leaf: certificates[index], others: certificates[..<index] + certificates[(index + 1)...])
    }

    init(leaf: FiledCertificate, others: some Sequence<FiledCertificate>) {
        self.leaf = leaf
        self.others = others.filter { $0.der != leaf.der }
    }

    private static func leaf(among certificates: [FiledCertificate]) throws -> Int? {
        guard certificates[0].certificate != nil else { return 0 }
        let issuers = Set(certificates.compactMap(\.certificate).filter { !$0.isSelfIssued }.map(\.issuer))
        var seen: Set<Certificate> = []
        var candidates = certificates.indices.filter { index in
            guard let one = certificates[index].certificate, seen.insert(one).inserted else { return false }
            return !issuers.contains(one.subject)
        }
        if candidates.count > 1 {
            let ends = candidates.filter {
                certificates[$0].certificate?.extensions.basicConstraints?.isAuthority != true
            }
            if !ends.isEmpty { candidates = ends }
        }
        guard candidates.count <= 1 else {
            throw Complaint(
                what: "it is not clear which certificate to judge",
                why:
                    "none of these issued another: \(candidates.map { certificates[$0].place }.joined(separator: ", "))",
                mend: "name it: --leaf FILE", exit: .undecided)
        }
        return candidates.first
    }
}

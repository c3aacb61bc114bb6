internal import Crypto

/// What differs from an earlier filter, of the certificates that it covers: those revoked since, and those that no longer
/// are. Each by a hash so long that it names no other certificate of that set.
struct FilterChanges: Hashable {
    /// 16 octets.
    let seed: [UInt8]
    /// Bits of a hash.
    let width: Int
    /// Ascending, each once.
    let revoked: [UInt64]
    let good: [UInt64]

    /// Nil: as the earlier filter says.
    func isRevoked(_ serialNumber: ArraySlice<UInt8>) -> Bool? {
        guard !revoked.isEmpty || !good.isEmpty else { return nil }
        let hash = Self.hash(serialNumber, seed: seed, width: width)
        if revoked.hasSorted(hash) { return true }
        return good.hasSorted(hash) ? false : nil
    }

    /// The first `width` bits of SHA-256 over the seed and the serial number's contents octets.
    private static func hash(_ serialNumber: ArraySlice<UInt8>, seed: [UInt8], width: Int) -> UInt64 {
        var hash = SHA256()
        hash.update(data: seed)
        hash.update(data: serialNumber)
        let first = hash.finalize().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return first >> UInt64(64 - width)
    }
}

// MARK: - Making

extension FilterChanges {
    /// - Parameters:
    ///   - base: what the earlier filter says of a certificate.
    ///   - issued: the certificates that it covers, as they are now.
    ///   - seeds: draws 16 octets.
    init(
        from base: (ArraySlice<UInt8>) -> Bool, to issued: IssuedCertificates, seeds: () -> [UInt8]
    ) {
        while true {
            let seed = seeds()
            var changes: [(hash: UInt64, isRevoked: Bool)] = []
            var others: [UInt64] = []
            _ = issued.allSatisfy { number, isRevoked in
                let hash = Self.hash(number, seed: seed, width: 64)
                if base(number) == isRevoked { others.append(hash) } else { changes.append((hash, isRevoked)) }
                return true
            }
            let hashes = changes.map(\.hash).sorted()
            // Two of 2^64 that are the same: another seed parts them.
            guard let width = Self.width(telling: hashes, from: others) else { continue }
            func cut(_ isRevoked: Bool) -> [UInt64] {
                changes.filter { $0.isRevoked == isRevoked }.map { $0.hash >> UInt64(64 - width) }.sorted()
            }
            self.init(seed: seed, width: width, revoked: cut(true), good: cut(false))
            return
        }
    }

    /// The fewest bits by which each of `hashes`, which ascend, differs from every other one and from all `others`; nil when
    /// 64 are not enough.
    private static func width(telling hashes: [UInt64], from others: [UInt64]) -> Int? {
        var common = 0
        for (one, next) in zip(hashes, hashes.dropFirst()) { common = max(common, (one ^ next).leadingZeroBitCount) }
        guard !hashes.isEmpty else { return 1 }
        for other in others {
            // The longest common beginning is with a neighbour in the order.
            let index = hashes.firstIndex(ofSorted: other)
            if index < hashes.count { common = max(common, (hashes[index] ^ other).leadingZeroBitCount) }
            if index > 0 { common = max(common, (hashes[index - 1] ^ other).leadingZeroBitCount) }
        }
        return common < 64 ? common + 1 : nil
    }
}

extension [UInt64] {
    /// The first place whose element is not less than `value`, in ascending elements.
    fileprivate func firstIndex(ofSorted value: UInt64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    fileprivate func hasSorted(_ value: UInt64) -> Bool {
        let index = firstIndex(ofSorted: value)
        return index < count && self[index] == value
    }
}

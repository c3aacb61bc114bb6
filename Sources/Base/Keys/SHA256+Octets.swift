package import Crypto

extension SHA256 {
    /// Of an array, whose octets lie together: to ask for them region by region, as for any data, costs more than the hash
    /// of a few hundred.
    package static func hash(octets: [UInt8]) -> SHA256Digest {
        var hash = SHA256()
        unsafe octets.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        return hash.finalize()
    }
}

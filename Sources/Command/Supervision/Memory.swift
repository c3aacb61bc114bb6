import CLinux

/// What this process gives back of the memory that it no longer uses.
enum Memory {
    /// In octets. Far above what a connection has, far below what a passphrase's derivation takes (scrypt: 16 MiB).
    private static let largeBlock: Int32 = 4 << 20

    /// Blocks from 4 MiB on come from the kernel and go back to it when they are freed.
    ///
    /// The allocator raises this threshold by itself when the first such block is freed, and keeps the ones after it
    /// (mallopt(3), M_MMAP_THRESHOLD): each of two arenas kept the 16 MiB in which an identity's key had been opened.
    static func returnLargeBlocks() {
        _ = mallopt(M_MMAP_THRESHOLD, largeBlock)
        _ = mallopt(M_TRIM_THRESHOLD, largeBlock)
    }
}

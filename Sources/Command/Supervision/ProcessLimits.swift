import CLinux
import Glibc

/// What the system allows this process, and what it gives back.
enum ProcessLimits {
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

    /// As many descriptors as the system lets this process have without asking anybody. The soft limit, often 1,024, is there
    /// for programs that call select(2); nothing here does.
    static func takeAllDescriptors() {
        var limit = rlimit()
        let which = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(which, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(which, &limit)
    }
}

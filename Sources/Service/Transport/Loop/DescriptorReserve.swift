internal import Glibc

/// File descriptors that newcomers do not get, so that the process never runs out of them.
///
/// With the last one gone nothing can be opened, and not all code bears that: libdispatch, which counts its runnable threads by
/// their files in /proc, ends the process. The kernel gives out the lowest number that is free (POSIX.1-2017, 2.14): one from
/// the reserve means that all below it are taken.
package enum DescriptorReserve: CInt {
    /// What connections to services leave: to files of the home and of the system.
    case files = 12
    /// What accepting leaves: beside it connections to services, for clients who were accepted already.
    case services = 24

    /// The first number of the reserve. At most half of the limit is kept back.
    private var start: CInt {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return CInt.max }
        let most = CInt(clamping: limit.rlim_cur)
        return max(most - rawValue, most / 2)
    }

    /// Whether a number that was just given out is of the reserve.
    package func contains(_ number: CInt) -> Bool { number >= start }

    /// Whether the next number would be.
    package var isNext: Bool {
        let copy = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { return errno == EMFILE }
        defer { _ = Glibc.close(copy) }
        return contains(copy)
    }

    /// A copy of a descriptor with a number outside the reserve; nil: there is none free.
    package func lower(than number: CInt) -> CInt? {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0, contains(copy) else { return copy < 0 ? nil : copy }
        _ = Glibc.close(copy)
        return nil
    }
}

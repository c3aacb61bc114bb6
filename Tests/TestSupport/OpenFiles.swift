import Foundation
public import Testing

/// How many files this process, and the programs that it starts from then on, may have open.
public enum OpenFiles {
    /// Raises the limit where it is lower. Fails the test where the system does not let this user have so many.
    public static func allow(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
        var limit = rlimit()
        _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur < rlim_t(count) else { return }
        limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
        try #require(
            unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, sourceLocation: sourceLocation)
        try #require(
            limit.rlim_cur >= rlim_t(count), "the system allows this user only \(limit.rlim_max) open files",
            sourceLocation: sourceLocation)
    }
}

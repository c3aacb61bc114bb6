import Glibc

/// CPU time that was spent, in seconds: what an operation costs however busy the machine is otherwise.
enum CPUTime {
    /// By the calling thread.
    static var ofThread: Double { read(CLOCK_THREAD_CPUTIME_ID) }
    /// By all threads of this process, those that have ended too.
    static var ofProcess: Double { read(CLOCK_PROCESS_CPUTIME_ID) }

    /// Megabytes that this process has held at once.
    static var highestMemory: Double {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1000
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

import Foundation
import NIOCore

/// The processors of this machine.
enum Processors {
    /// How many this process may run on: a container's quota, taskset and systemd's CPUAffinity may leave it fewer than
    /// there are, and event loops that share one only take turns.
    static var usable: Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let mask = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") })
        else { return System.coreCount }
        return max(1, min(allowed(mask.dropFirst("Cpus_allowed:".count)), System.coreCount))
    }

    /// proc_pid_status(5): one bit a processor, in hexadecimal groups parted by commas.
    static func allowed(_ mask: some StringProtocol) -> Int {
        mask.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
    }
}

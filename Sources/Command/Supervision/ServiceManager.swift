import Dispatch
import Foundation
import Glibc

/// Whoever started this process and wants to hear how it does: systemd, by the protocol of sd_notify(3), which is a datagram
/// of `NAME=value` lines to the socket that `NOTIFY_SOCKET` names.
struct ServiceManager: Sendable {
    enum Word: Equatable, Sendable {
        /// All that the configuration names is in service.
        case ready
        /// What may have changed is being looked at; `ready` follows. With the moment by CLOCK_MONOTONIC, as
        /// Type=notify-reload wants it.
        case reloading(microseconds: UInt64)
        case stopping
        /// One line for people.
        case status(String)
        /// It is alive.
        case watchdog
        /// Another process is the service from here on.
        case mainProcess(Int32)
        /// What comes next takes up to so much longer.
        case extendTimeout(microseconds: UInt64)

        var line: String {
            switch self {
            case .ready: "READY=1"
            case .reloading(let moment): "RELOADING=1\nMONOTONIC_USEC=\(moment)"
            case .stopping: "STOPPING=1"
            case .status(let text): "STATUS=\(text.printable)"
            case .watchdog: "WATCHDOG=1"
            case .mainProcess(let process): "MAINPID=\(process)"
            case .extendTimeout(let microseconds): "EXTEND_TIMEOUT_USEC=\(microseconds)"
            }
        }
    }

    private let address: sockaddr_un
    private let length: socklen_t
    /// Within which it wants a sign of life each time; nil: it wants none.
    let watchdog: Duration?

    /// Nil: nobody wants to hear it, or not at an address that can be.
    init?(_ environment: [String: String] = ProcessInfo.processInfo.environment, process: Int32 = getpid()) {
        guard let path = environment["NOTIFY_SOCKET"], let (address, length) = Self.address(path) else { return nil }
        self.address = address
        self.length = length
        // WATCHDOG_PID says for which process it is meant (sd_watchdog_enabled(3)).
        let isMeant = environment["WATCHDOG_PID"].map { Int32($0) == process } ?? true
        watchdog = isMeant ? environment["WATCHDOG_USEC"].flatMap { Int64($0) }.flatMap(Self.interval) : nil
    }

    private static func interval(_ microseconds: Int64) -> Duration? {
        microseconds > 0 ? .microseconds(microseconds) : nil
    }

    /// unix(7): a path, or a name of the abstract namespace, whose first octet is NUL and is written `@`.
    private static func address(_ path: String) -> (sockaddr_un, socklen_t)? {
        var octets = Array(path.utf8)
        guard let first = octets.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), octets.count > 1,
            octets.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        else { return nil }
        if first == UInt8(ascii: "@") { octets[0] = 0 }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: octets) }
        let header = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        // A path ends with a NUL; an abstract name is as long as it says.
        return (address, socklen_t(header + octets.count + (first == UInt8(ascii: "/") ? 1 : 0)))
    }

    /// Says it, or nothing: a manager that does not listen stops nobody. The socket is made for each: it is said a few times a
    /// minute, and a descriptor that is held is one that can be lost.
    func tell(_ words: Word...) {
        let text = Array(words.map(\.line).joined(separator: "\n").utf8)
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = address
        _ = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe text.withUnsafeBytes { bytes in
                    unsafe sendto(
                        descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), pointer, length)
                }
            }
        }
    }

    /// CLOCK_MONOTONIC now, in microseconds: Dispatch counts its nanoseconds.
    static var monotonic: UInt64 { DispatchTime.now().uptimeNanoseconds / 1000 }
}

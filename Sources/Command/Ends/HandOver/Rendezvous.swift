import Foundation
import Glibc
import NIOCore
import SymbolonProxy
import SymbolonStorage

/// Where one process of a home is given the listening sockets of another: one packet over a Unix domain socket in the home,
/// with the names of their ends and as many descriptors (unix(7), SCM_RIGHTS).
///
/// Whoever gives is asked over its control socket to come here, and comes if the name is of its own home.
final class Rendezvous {
    struct Failure: Explained, Equatable {
        let what: String
        let code: Int32
        var explanation: String { unsafe "\(what): \(String(cString: strerror(code)))" }
    }

    /// The names, in octets: of as many ends as one packet has room for descriptors.
    private static let longest = 1 << 16
    /// unix(7): SCM_MAX_FD.
    private static let most = 253
    /// For who was asked to come. 5 s: it is on this machine, and has said that it has been here.
    private static let patience: Int32 = 5000

    private let place: EndSocket
    private let descriptor: Int32

    init(at place: EndSocket) async throws {
        self.place = place
        place.remove()
        descriptor = try Self.socket()
        do {
            try await place.withAddress { path in
                try Self.address(self.descriptor, at: path, for: .listening)
                guard listen(self.descriptor, 8) == 0 else { throw Failure(what: "listen", code: errno) }
                try self.place.close(toOthers: path)
            }
        } catch {
            close(descriptor)
            place.remove()
            throw error
        }
    }

    deinit {
        close(descriptor)
        place.remove()
    }

    /// Takes what somebody has brought.
    func receive() throws -> [(NamedEnd, OpenListener)] {
        var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&waited, 1, Self.patience) == 1 else { throw Failure(what: "nobody came", code: ETIMEDOUT) }
        let peer = accept(descriptor, nil, nil)
        guard peer >= 0 else { throw Failure(what: "accept", code: errno) }
        defer { close(peer) }
        try Self.requireOwner(peer)
        var ready = pollfd(fd: peer, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&ready, 1, Self.patience) == 1 else { throw Failure(what: "nothing came", code: ETIMEDOUT) }
        var names = [UInt8](repeating: 0, count: Self.longest)
        var control = Self.control(for: Array(repeating: -1, count: Self.most))
        let count = unsafe Self.message(&names, &control) {
            unsafe recvmsg(peer, &$0, Int32(MSG_CMSG_CLOEXEC))
        }
        guard count >= 0 else { throw Failure(what: "recvmsg", code: errno) }
        // Before anything else is asked of them, so that none is left open.
        let listeners = try Self.descriptors(in: control).map { try OpenListener(adopting: $0) }
        let ends = try JSONDecoder().decode([NamedEnd].self, from: Data(names.prefix(count)))
        guard ends.count == listeners.count else { throw Failure(what: "names and sockets differ", code: EBADMSG) }
        return Array(zip(ends, listeners))
    }

    /// Brings listening sockets to where another process of the home waits for them.
    static func bring(_ listeners: [(NamedEnd, OpenListener)], to place: EndSocket) async throws {
        let descriptor = try socket()
        defer { close(descriptor) }
        try await place.withAddress { path in try address(descriptor, at: path, for: .connecting) }
        try requireOwner(descriptor)
        guard listeners.count <= most else { throw Failure(what: "\(listeners.count) sockets", code: E2BIG) }
        var names = try Array(JSONEncoder().encode(listeners.map(\.0)))
        var control = control(for: listeners.map(\.1.descriptor))
        let sent = unsafe message(&names, &control) { unsafe sendmsg(descriptor, &$0, Int32(MSG_NOSIGNAL)) }
        guard sent == names.count else { throw Failure(what: "sendmsg", code: errno) }
    }

    private static func socket() throws -> Int32 {
        let made = Glibc.socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard made >= 0 else { throw Failure(what: "socket", code: errno) }
        return made
    }

    private enum Use { case listening, connecting }

    private static func address(_ descriptor: Int32, at path: String, for use: Use) throws {
        let result = try unsafe SocketAddress(unixDomainSocketPath: path).withSockAddr { address, length in
            switch use {
            case .listening: unsafe bind(descriptor, address, socklen_t(length))
            case .connecting: unsafe connect(descriptor, address, socklen_t(length))
            }
        }
        guard result == 0 else { throw Failure(what: path, code: errno) }
    }

    /// unix(7): struct ucred.
    private struct Credentials {
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
    }

    /// unix(7), SO_PEERCRED: by the kernel's word it is this user, or root, at the other side.
    private static func requireOwner(_ descriptor: Int32) throws {
        var credentials = Credentials()
        var size = socklen_t(MemoryLayout<Credentials>.size)
        guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0,
            credentials.user == geteuid() || credentials.user == 0
        else { throw Failure(what: "who is at the other side", code: EACCES) }
    }

    // MARK: Descriptors

    /// cmsg(3): the header, and the numbers behind it.
    private static func control(for descriptors: [Int32]) -> [UInt8] {
        var header = cmsghdr()
        header.cmsg_len = MemoryLayout<cmsghdr>.size + descriptors.count * MemoryLayout<Int32>.size
        header.cmsg_level = SOL_SOCKET
        header.cmsg_type = Int32(SCM_RIGHTS)
        var octets = unsafe withUnsafeBytes(of: header) { unsafe Array($0) }
        for number in descriptors { octets += unsafe withUnsafeBytes(of: number) { unsafe Array($0) } }
        // Up to the next word.
        let word = MemoryLayout<Int>.size
        return octets + Array(repeating: 0, count: (word - octets.count % word) % word)
    }

    private static func descriptors(in control: [UInt8]) -> [Int32] {
        unsafe control.withUnsafeBytes { octets in
            let header = unsafe octets.loadUnaligned(as: cmsghdr.self)
            guard header.cmsg_level == SOL_SOCKET, header.cmsg_type == Int32(SCM_RIGHTS) else { return [] }
            let start = MemoryLayout<cmsghdr>.size
            return stride(from: start, to: min(Int(header.cmsg_len), octets.count), by: MemoryLayout<Int32>.size)
                .map { unsafe octets.loadUnaligned(fromByteOffset: $0, as: Int32.self) }.filter { $0 >= 0 }
        }
    }

    private static func message(
        _ names: inout [UInt8], _ control: inout [UInt8], _ call: (inout msghdr) -> Int
    ) -> Int {
        unsafe names.withUnsafeMutableBytes { names in
            unsafe control.withUnsafeMutableBytes { control in
                var part = unsafe iovec(iov_base: names.baseAddress, iov_len: names.count)
                return unsafe withUnsafeMutablePointer(to: &part) { part in
                    var message = unsafe msghdr()
                    unsafe message.msg_iov = part
                    unsafe message.msg_iovlen = 1
                    unsafe message.msg_control = unsafe control.baseAddress.map { unsafe UnsafeMutableRawPointer($0) }
                    unsafe message.msg_controllen = control.count
                    return unsafe call(&message)
                }
            }
        }
    }
}

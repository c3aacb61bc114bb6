import Dispatch
public import Foundation
public import Testing

/// A TCP socket of the loopback interface. Calls wait, off the threads that tests share, and each for 20 s at most.
public final class Socket: Sendable {
    public struct Failure: Error, Equatable {
        public let call: String
        public let code: Int32

        public init(call: String, code: Int32) {
            self.call = call
            self.code = code
        }
    }

    public let descriptor: Int32

    public init(_ descriptor: Int32) {
        self.descriptor = descriptor
        // Not for the programs that tests start.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var time = timeval(tv_sec: 20, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    deinit { close(descriptor) }

    public static func make() throws -> Socket {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
        return Socket(descriptor)
    }

    /// - Parameter host: the last number of 127.0.0.…, all of which are this machine.
    public static func loopback(_ port: Int, host: UInt8 = 1) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0000 + UInt32(host)).bigEndian
        return address
    }

    public static func connect(_ port: Int, from host: UInt8 = 1) async throws -> Socket {
        try await waiting { try connectNow(port, from: host) }
    }

    /// Connects and hears back the octet that it says: what stands behind the port echoes.
    public static func echoed(_ port: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Socket {
        let socket = try await connect(port)
        try await socket.write([1])
        #expect(try await socket.read(1) == [1], sourceLocation: sourceLocation)
        return socket
    }

    public static func connectNow(_ port: Int, from host: UInt8 = 1) throws -> Socket {
        let made = try make()
        if host != 1 { try unsafe made.use(loopback(0, host: host), "bind") { unsafe bind($0, $1, $2) } }
        try unsafe made.use(loopback(port), "connect") { unsafe Glibc.connect($0, $1, $2) }
        return made
    }

    private func use(
        _ address: sockaddr_in, _ name: String, _ call: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws {
        let result = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe call(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(call: name, code: errno) }
    }

    public func write(_ bytes: [UInt8]) async throws {
        try await Self.waiting { try self.writeNow(bytes) }
    }

    /// Writes what the other side may not want: it may have ended the connection before the bytes are there, and the
    /// reading says what came of it.
    public func offer(_ bytes: [UInt8]) async {
        try? await write(bytes)
    }

    public func writeNow(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(call: "send", code: errno) }
            sent += count
        }
    }

    /// What has come, at least one byte; empty at the end of the stream.
    public func readNow() throws -> [UInt8] {
        var failure: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            let got = unsafe recv(descriptor, buffer.baseAddress!, 65536, 0)
            if got < 0 { failure = errno }
            count = max(0, got)
        }
        guard failure == 0 else { throw Failure(call: "recv", code: failure) }
        return bytes
    }

    public func read(_ count: Int) async throws -> [UInt8] {
        try await Self.waiting {
            var bytes: [UInt8] = []
            while bytes.count < count {
                let more = try self.readNow()
                guard !more.isEmpty else { throw Failure(call: "recv: the stream ended", code: 0) }
                bytes += more
            }
            return bytes
        }
    }

    /// All that comes until the other side ends the stream or resets it.
    public func readToEnd() async throws -> (bytes: [UInt8], isReset: Bool) {
        try await Self.waiting {
            var bytes: [UInt8] = []
            do {
                while case let more = try self.readNow(), !more.isEmpty { bytes += more }
                return (bytes, false)
            } catch let failure as Failure where failure.code == ECONNRESET {
                return (bytes, true)
            }
        }
    }

    /// Says that no more is sent.
    public func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    public static func waiting<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
        }
    }
}

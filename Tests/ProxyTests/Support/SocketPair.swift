import Glibc
import NIOCore

@testable import SymbolonTransport

/// A socket for a stream, and its other end, which the test reads and writes as it likes.
struct SocketPair {
    let near: ConnectedSocket
    private let far: Descriptor

    init() throws {
        var numbers: [CInt] = [0, 0]
        guard unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &numbers) == 0 else {
            throw StreamFailure.system(errno)
        }
        far = Descriptor(numbers[1])
        near = ConnectedSocket(Descriptor(numbers[0]), from: nil)
        _ = fcntl(numbers[0], F_SETFL, O_NONBLOCK)
    }

    func write(_ text: String) { write(Array(text.utf8)) }

    /// Returns how many bytes the kernel took without waiting.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Int {
        unsafe send(far.number, bytes, bytes.count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL))
    }

    /// Waits for so many bytes; fewer when the other side ends before.
    func read(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = unsafe bytes.withUnsafeMutableBytes { space in
                unsafe recv(far.number, space.baseAddress?.advanced(by: filled), count - filled, 0)
            }
            guard got > 0 else { break }
            filled += got
        }
        return Array(bytes.prefix(filled))
    }

    func text(_ count: Int) -> String { String(decoding: read(count), as: UTF8.self) }

    /// Nothing is there to be read.
    var isSilent: Bool {
        var byte: UInt8 = 0
        return unsafe recv(far.number, &byte, 1, CInt(MSG_DONTWAIT | MSG_PEEK)) < 0
    }
}

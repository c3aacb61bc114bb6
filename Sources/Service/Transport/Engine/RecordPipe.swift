internal import CNIOBoringSSL
internal import NIOCore

/// The two ends of BoringSSL's transport: records that arrived and records that are to leave.
///
/// It lives in memory of its own so that the BIO callbacks reach it through a raw pointer, without reference counting.
struct RecordPipe {
    /// Bytes from the peer that the library has not read yet.
    var inbound = ByteBuffer()
    /// Bytes for the peer, gathered until the next flush.
    var outbound = ByteBuffer()
    /// The last bytes that the library read, while it reads so few at a time; the newest is the lowest.
    private var recent: UInt64 = 0

    /// The code of the alert that was read last, where it came in the clear and without a key to it (RFC 8446 §5.1, §6).
    ///
    /// The library reads a record's header and then its body, so that nothing stands behind the alert in `recent`.
    var plaintextAlert: UInt8? {
        let bytes = (0..<7).map { UInt8(truncatingIfNeeded: recent >> (8 * (6 - $0))) }
        guard bytes[0] == UInt8(SSL3_RT_ALERT), bytes[1] == 3, bytes[3] == 0, bytes[4] == 2, (1...2).contains(bytes[5])
        else { return nil }
        return bytes[6]
    }

    /// A BIO over the pipe at `pipe`, with one reference; `nil` when there is no memory.
    ///
    /// `pipe` must be initialised for as long as the BIO, or an `SSL` that owns it, can be used.
    static func makeBIO(over pipe: UnsafeMutablePointer<RecordPipe>) -> OpaquePointer? {
        guard let method = unsafe bioMethod, let bio = unsafe BIO_new(method) else { return nil }
        unsafe BIO_set_data(bio, pipe)
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }

    /// `nonisolated(unsafe)`: made once by the thread-safe initialiser of a global, and only read afterwards.
    private nonisolated(unsafe) static let bioMethod: OpaquePointer? = {
        guard let method = unsafe BIO_meth_new(BIO_get_new_index(), "record pipe") else { return nil }
        unsafe BIO_meth_set_read(method) { bio, destination, count in
            unsafe RecordPipe.read(bio, into: destination, count)
        }
        unsafe BIO_meth_set_write(method) { bio, source, count in
            unsafe RecordPipe.write(bio, from: source, count)
        }
        unsafe BIO_meth_set_ctrl(method) { _, command, _, _ in
            // Flushing is the channel's business; every other question of BIO_ctrl has the answer "no".
            command == BIO_CTRL_FLUSH ? 1 : 0
        }
        return unsafe method
    }()

    private static func pipe(of bio: OpaquePointer?) -> UnsafeMutablePointer<RecordPipe>? {
        guard let bio = unsafe bio, let data = unsafe BIO_get_data(bio) else { return nil }
        return unsafe data.assumingMemoryBound(to: RecordPipe.self)
    }

    private static func read(_ bio: OpaquePointer?, into destination: UnsafeMutablePointer<CChar>?, _ count: CInt)
        -> CInt
    {
        guard let pipe = unsafe pipe(of: bio), let destination = unsafe destination, count > 0 else { return -1 }
        unsafe BIO_clear_retry_flags(bio)
        let taken = unsafe min(Int(count), pipe.pointee.inbound.readableBytes)
        guard taken > 0 else {
            unsafe BIO_set_retry_read(bio)
            return -1
        }
        unsafe pipe.pointee.inbound.readWithUnsafeReadableBytes { source in
            if let base = source.baseAddress {
                unsafe UnsafeMutableRawPointer(destination).copyMemory(from: base, byteCount: taken)
            }
            // A header has five bytes and an alert two; what is longer is of no interest here.
            unsafe pipe.pointee.recent =
                taken > 5 ? 0 : source.prefix(taken).reduce(pipe.pointee.recent) { $0 << 8 | UInt64($1) }
            return taken
        }
        return CInt(truncatingIfNeeded: taken)
    }

    private static func write(_ bio: OpaquePointer?, from source: UnsafePointer<CChar>?, _ count: CInt) -> CInt {
        guard let pipe = unsafe pipe(of: bio), let source = unsafe source, count > 0 else { return -1 }
        unsafe BIO_clear_retry_flags(bio)
        unsafe pipe.pointee.outbound.writeBytes(UnsafeRawBufferPointer(start: source, count: Int(count)))
        return count
    }
}

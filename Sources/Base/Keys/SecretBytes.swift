#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Octets that must not outlive their use: kept in one place on the heap, zeroed when the last copy of this value goes,
/// and never shown by a description, a mirror or a dump. Comparison takes the same time wherever two values differ.
public struct SecretBytes: Sendable {
    private let storage: SecretStorage

    /// Copies the octets; the source stays the caller's to wipe.
    public init(copying bytes: some Collection<UInt8>) {
        unsafe self.init(count: bytes.count) { buffer in unsafe buffer.copyBytes(from: bytes) }
    }

    /// - Parameter fill: writes into `count` zeroed octets; its error leaves nothing behind.
    public init<Failure: Error>(
        count: Int, filledBy fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(count >= 0, "a secret has no negative length")
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
        storage = unsafe SecretStorage(adopting: buffer) { unsafe $0.deallocate() }
        try unsafe fill(buffer)
    }

    init(storage: SecretStorage) { self.storage = storage }

    public var count: Int { unsafe storage.buffer.count }
    public var isEmpty: Bool { count == 0 }

    /// Lends the octets for the length of the call; the pointer must not escape it.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // A local keeps the storage alive until the body has returned.
        let storage = storage
        defer { withExtendedLifetime(storage) {} }
        return try unsafe body(UnsafeRawBufferPointer(storage.buffer))
    }

    /// Lends an array of the octets and wipes it afterwards. The body must not keep the array.
    func withArray<Result, Failure: Error>(
        _ body: ([UInt8]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var copy = unsafe withUnsafeBytes { unsafe [UInt8]($0) }
        defer { wipe(&copy) }
        return try body(copy)
    }
}

extension SecretBytes: Equatable {
    public static func == (left: SecretBytes, right: SecretBytes) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBytes { right in
                var difference: UInt8 = 0
                for position in 0..<left.count { unsafe difference |= left[position] ^ right[position] }
                return difference == 0
            }
        }
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(count) secret octets" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Owns the memory of one secret: zeroes it, then releases it.
///
/// `@unchecked Sendable`: the buffer is written only while `SecretBytes.init` runs, before the value can be shared, and in
/// `deinit`, when no other reference exists. Between the two every access is a read.
@safe final class SecretStorage: @unchecked Sendable {
    let buffer: UnsafeMutableRawBufferPointer
    private let release: @Sendable (UnsafeMutableRawBufferPointer) -> Void

    init(
        adopting buffer: UnsafeMutableRawBufferPointer,
        release: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void
    ) {
        unsafe self.buffer = buffer
        unsafe self.release = release
    }

    deinit {
        unsafe wipe(buffer)
        unsafe release(buffer)
    }
}

/// Zeroes memory with a write that the optimiser may not drop.
func wipe(_ buffer: UnsafeMutableRawBufferPointer) {
    guard let start = buffer.baseAddress else { return }
    #if canImport(Darwin)
        _ = unsafe memset_s(start, buffer.count, 0, buffer.count)
    #else
        unsafe explicit_bzero(start, buffer.count)
    #endif
}

/// Zeroes an array in place. Only an array that nobody else holds: a shared one would be copied first.
package func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe wipe($0) }
}

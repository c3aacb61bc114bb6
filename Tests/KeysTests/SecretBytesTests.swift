import Synchronization
import Testing

@testable import SymbolonKeys

@Suite("Secrets are wiped, and nothing prints them")
struct SecretBytesTests {
    @Test("the memory is zero when the last copy goes, and not before")
    func wiping() {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32, alignment: 16)
        defer { unsafe buffer.deallocate() }
        unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0x5A)
        let released = Mutex(0)
        do {
            let first = SecretBytes(
                storage: unsafe SecretStorage(adopting: buffer) { _ in released.withLock { $0 += 1 } })
            let second = first
            #expect(second == first)
            #expect(unsafe buffer.allSatisfy { $0 == 0x5A })
            #expect(released.withLock(\.self) == 0)
        }
        #expect(unsafe buffer.allSatisfy { $0 == 0 })
        #expect(released.withLock(\.self) == 1)
    }

    @Test("an array that is lent or wiped ends as zeros")
    func arrayWiping() {
        var bytes = [UInt8](repeating: 7, count: 40)
        wipe(&bytes)
        #expect(bytes == [UInt8](repeating: 0, count: 40))
        var none: [UInt8] = []
        wipe(&none)
        #expect(none.isEmpty)
    }

    @Test("holds what it was given")
    func content() {
        let secret = SecretBytes(copying: [1, 2, 3])
        #expect(secret.count == 3)
        #expect(!secret.isEmpty)
        #expect(unsafe secret.withUnsafeBytes { unsafe [UInt8]($0) } == [1, 2, 3])
        #expect(SecretBytes(copying: []).isEmpty)
    }

    @Test("is filled in place, from zeros")
    func filling() {
        let secret = unsafe SecretBytes(count: 4) { buffer in
            #expect(unsafe buffer.allSatisfy { $0 == 0 })
            unsafe buffer[2] = 9
        }
        #expect(secret == SecretBytes(copying: [0, 0, 9, 0]))
    }

    @Test("an error while filling comes through")
    func fillingFails() {
        struct NoMore: Error, Equatable {}
        #expect(throws: NoMore()) { try unsafe SecretBytes(count: 4) { (_) throws(NoMore) in throw NoMore() } }
    }

    @Test("differs in any octet or in length")
    func comparison() {
        let secret = SecretBytes(copying: [1, 2, 3])
        #expect(secret == SecretBytes(copying: [1, 2, 3]))
        for other: [UInt8] in [[0, 2, 3], [1, 2, 4], [1, 2], [1, 2, 3, 0], []] {
            #expect(secret != SecretBytes(copying: other))
        }
    }

    @Test("no description, mirror or dump shows an octet")
    func descriptions() {
        let secret = SecretBytes(copying: [UInt8]("hunter2".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] {
            #expect(text.contains("7 secret octets"))
            #expect(!text.contains("hunter2") && !text.contains("104"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }
}

import SymbolonAudit
import Testing

@Suite("An audit head, noted elsewhere and read back")
struct NotedHeadTests {
    private static let head = AuditHead(
        count: 41, hash: [UInt8](repeating: 0x9C, count: 32), signature: (0..<64).map { UInt8($0) })

    @Test("what was noted reads as what it was")
    func roundTrip() throws {
        #expect(try AuditHead(noted: Self.head.noted) == Self.head)
        #expect(Self.head.noted.hasPrefix("41:9c9c"))
        #expect(!Self.head.noted.contains { $0.isWhitespace })
    }

    @Test(
        "anything else is refused",
        arguments: ["", "41", "41:9c", "0:9c:AA", "-1:9c:AA", "x:9c:AA", "41:9c:AA:AA", "41:9:AA", "41:9c:A"])
    func refusal(_ text: String) {
        #expect(throws: AuditFailure.notAHead) { try AuditHead(noted: text) }
    }
}

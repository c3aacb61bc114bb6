import SymbolonEnrollment
import SymbolonHTTPServices
import SymbolonKeys
import Testing

@Suite("What a peer proved") struct PeerProofTests {
    @Test("a code is its number and what it was answered with") func code() throws {
        func code(_ octet: UInt8) throws -> ProvedCode {
            ProvedCode(
                number: 7,
                record: try #require(
                    SPAKE2PlusRecord(
                        w0: SecretBytes(copying: [UInt8](repeating: octet, count: 32)),
                        registrationRecord: SecretBytes(copying: [UInt8](repeating: 4, count: 65)))))
        }
        guard case .invitation(let proved) = PeerProof.invitation(try code(1)) else { return #expect(Bool(false)) }
        #expect(try proved == code(1))
        #expect(try proved != code(2))
    }
}

import SymbolonHTTPServices
import Testing

@Suite("What a peer proved") struct PeerProofTests {
    @Test("an invitation is known by its number") func number() {
        guard case .invitation(let number) = PeerProof.invitation(7) else { return #expect(Bool(false)) }
        #expect(number == 7)
    }
}

import SymbolonEnrollment
import Testing

@Suite("Challenges") struct ChallengeKindTests {
    @Test("are spelled as their standards spell them") func spelling() {
        #expect(ChallengeKind.allCases.map(\.rawValue) == ["http-01", "dns-01", "tls-alpn-01"])
    }
}

import SymbolonTokens
import Testing

@Suite("JWS algorithms") struct JWSAlgorithmTests {
    @Test("none and HMAC are not among them", arguments: ["none", "HS256", "es256", ""])
    func refused(name: String) {
        #expect(JWSAlgorithm(rawValue: name) == nil)
    }

    @Test("ES256 is") func accepted() {
        #expect(JWSAlgorithm(rawValue: "ES256") == .es256)
    }
}

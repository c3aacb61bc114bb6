import SymbolonKeys
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import SymbolonTokens

@Suite("RFC 7517: public keys as JSON")
struct JWKTests {
    private static func json(_ text: String) throws -> JSONValue { try JSONReader.parse(Array(text.utf8)) }

    /// RFC 7638 §3.1.
    private static let rsa = """
        {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}
        """
    /// RFC 8037 appendix A.2.
    private static let ed25519 = """
        {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        """
    /// RFC 7517 appendix A.1.
    private static let p256 = """
        {"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"sig"}
        """

    @Test("the thumbprint of RFC 7638 §3.1")
    func thumbprint() throws {
        let key = try JWK.parse(Self.json(Self.rsa))
        #expect(JWK.thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
    }

    @Test("the thumbprint of RFC 8037 appendix A.3")
    func edwardsThumbprint() throws {
        let key = try JWK.parse(Self.json(Self.ed25519))
        #expect(JWK.thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    }

    @Test("a key reads back from what it writes", arguments: KeyAlgorithm.allCases)
    func roundTrip(_ algorithm: KeyAlgorithm) throws {
        let key = SigningKey.make(algorithm).publicKey
        #expect(try JWK.parse(#require(JWK.json(key))) == key)
    }

    static let wrong: [(String, String, String, JWKFailure)] = [
        (p256, "\"use\":\"sig\"", "\"d\":\"AA\"", .secretMember("d")),
        (p256, "\"use\":\"sig\"", "\"k\":\"AA\"", .secretMember("k")),
        (rsa, "\"alg\":\"RS256\"", "\"p\":\"AA\"", .secretMember("p")),
        (p256, "\"use\":\"sig\"", "\"use\":\"enc\"", .member("use")),
        (p256, "\"EC\"", "\"oct\"", .type("oct")), (p256, "\"EC\"", "1", .member("kty")),
        (p256, "P-256", "secp256k1", .curve("secp256k1")), (ed25519, "Ed25519", "X25519", .curve("X25519")),
        (p256, "\"x\":\"MK", "\"x\":\"AMK", .key(.keyLength(algorithm: "ECDSA P-256", octets: 33, expected: 32))),
        (p256, "P-256", "P-384", .key(.keyLength(algorithm: "ECDSA P-384", octets: 32, expected: 48))),
        (p256, "x\":\"MK", "x\":\"NK", .key(.pointNotOnCurve(curve: "ECDSA P-256"))),
        (p256, "FyM\"", "FyM=\"", .member("y")), (rsa, "\"n\":\"0v", "\"n\":\"AAAA0v", .member("n")),
        (rsa, "\"AQAB\"", "\"AAEAAQ\"", .member("e")), (rsa, "\"AQAB\"", "\"Ag\"", .key(.exponentEven)),
        (rsa, "\"AQAB\"", "\"AQ\"", .key(.exponentSize(bits: 1, allowed: 2...32))),
    ]

    @Test("refuses", arguments: wrong.indices)
    func refuses(_ index: Int) throws {
        let (text, old, new, failure) = Self.wrong[index]
        let spoilt = text.replacing(old, with: new)
        try #require(spoilt != text)
        #expect(throws: failure) { try JWK.parse(Self.json(spoilt)) }
        // The honest twin.
        _ = try JWK.parse(Self.json(text))
    }

    @Test("refuses what is no object") func notAnObject() {
        #expect(throws: JWKFailure.notAnObject) { try JWK.parse("key") }
    }

    @Test("an RSA key of 1024 bits is refused")
    func shortKey() throws {
        let modulus = [UInt8](repeating: 0xFF, count: 128)
        let json: JSONValue = ["kty": "RSA", "n": .string(Base64URL.encode(modulus)), "e": "AQAB"]
        #expect(throws: JWKFailure.key(.modulusSize(bits: 1024, allowed: 2048...8192))) { try JWK.parse(json) }
    }
}

import Crypto
import Foundation
import SymbolonKeys
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import SymbolonTokens

/// A test's issuer, and a certificate.
enum AccessStage {
    static let key = TestKeys.key("issuer of tokens")
    static let certificate = [UInt8](repeating: 7, count: 32)

    static func set(_ keys: JSONValue...) -> [UInt8] { JSONValue.object([JSONMember("keys", .array(keys))]).bytes }

    static func published(_ key: SigningKey, _ name: String = "one", _ more: JSONMember...) throws -> JSONValue {
        .object((try #require(JWK.json(key.publicKey)?.members)) + [JSONMember("kid", .string(name))] + more)
    }

    static func issuer(_ keys: [UInt8]? = nil) throws -> TokenIssuer {
        TokenIssuer(
            "https://idp.example", audience: "https://api.example",
            keys: try TokenKeySet(try keys ?? set(published(key))))
    }

    static var good: TokenSpec {
        var spec = TokenSpec.access(signedBy: key)
        spec[claim: "cnf"] = ["x5t#S256": .string(Base64URL.encode(certificate))]
        return spec
    }

    static func verify(
        _ text: String, by issuer: TokenIssuer? = nil, from certificate: [UInt8] = certificate,
        proof: VerifiedDPoPProof? = nil, at now: Date = noon
    ) throws -> VerifiedAccessToken {
        try (issuer ?? self.issuer()).verify(PresentedToken(text), at: now)
            .verify(certificate: certificate, proof: proof)
    }
}

@Suite("RFC 9068, RFC 8725: one thing wrong with an access token, one refusal")
struct AccessTokenTests {
    @Test("Z07: a good one, sent over the connection of its certificate, is believed")
    func honest() throws {
        let token = try AccessStage.verify(AccessStage.good.text())
        #expect(token.subject == "alice" && token.client == "till" && token.issuer == "https://idp.example")
        #expect(token.ends == noon + 300 && token.key == AccessStage.key.publicKey && token.provedAt == nil)
        var several = AccessStage.good
        several[claim: "aud"] = ["https://other.example", "https://api.example"]
        several[header: "typ"] = "application/AT+JWT"
        several[claim: "auth_time"] = .integer(Int64(noon.timeIntervalSince1970) - 60)
        // RFC 7519 §2: a NumericDate may have a fraction; and the issuer's clock may be half a minute ahead.
        several[claim: "exp"] = .number("4102444800.5")
        several[claim: "iat"] = .integer(Int64(noon.timeIntervalSince1970) + 30)
        #expect(try AccessStage.verify(several.text()).provedAt == noon - 60)
    }

    struct Spoilt: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let failure: TokenFailure
        let spoil: @Sendable (inout TokenSpec) -> Void

        init(_ text: String, _ failure: TokenFailure, _ spoil: @escaping @Sendable (inout TokenSpec) -> Void) {
            testDescription = text
            self.failure = failure
            self.spoil = spoil
        }
    }

    private static let other = TestKeys.key("another's")

    static let spoilt: [Spoilt] = [
        Spoilt("bound to nothing", .unbound) { $0[claim: "cnf"] = nil },
        Spoilt("bound by a method that nobody checks", .unbound) { $0[claim: "cnf"] = ["kid": "x"] },
        Spoilt("bound to an empty object", .claim("cnf")) { $0[claim: "cnf"] = [:] },
        Spoilt("bound to a thumbprint of another length", .claim("cnf")) { $0[claim: "cnf"] = ["x5t#S256": "AAAA"] },
        Spoilt("of another type", .type(NamedInToken("jwt"), needed: "at+jwt")) { $0[header: "typ"] = "JWT" },
        Spoilt("an ID token's type is missing", .type(nil, needed: "at+jwt")) { $0[header: "typ"] = nil },
        Spoilt("without an algorithm", .form("it names no algorithm")) { $0[header: "alg"] = nil },
        Spoilt("alg none", .algorithm(NamedInToken("none"))) {
            $0[header: "alg"] = "none"
            $0.signature = []
        },
        Spoilt("alg None in another case", .algorithm(NamedInToken("nOnE"))) { $0[header: "alg"] = "nOnE" },
        Spoilt("an HMAC keyed by the published key", .algorithm(NamedInToken("HS256"))) { $0[header: "alg"] = "HS256" },
        Spoilt("an algorithm of another kind of key", .key(NamedInToken("one"))) { $0[header: "alg"] = "RS256" },
        Spoilt("an algorithm of another curve", .key(NamedInToken("one"))) { $0[header: "alg"] = "ES384" },
        Spoilt("a critical extension", .form("it has a critical extension, and none is known here")) {
            $0[header: "crit"] = ["exp"]
        },
        Spoilt("by a key that the issuer has not", .key(NamedInToken("two"))) { $0[header: "kid"] = "two" },
        Spoilt("by another's key under the issuer's name", .signature) { $0.key = other },
        Spoilt("by another's key, which it brings along", .signature) {
            $0.key = other
            $0[header: "jwk"] = JWK.json(other.publicKey)
            $0[header: "jku"] = "https://attacker.example/keys"
        },
        Spoilt("with the signature in DER", .signature) { spec in
            spec.signature = try? spec.key.sign(Array("x".utf8))
        },
        Spoilt("for another audience", .audience) { $0[claim: "aud"] = "https://api.example/" },
        Spoilt("for none", .claim("aud")) { $0[claim: "aud"] = nil },
        Spoilt("for numbers", .claim("aud")) { $0[claim: "aud"] = ["https://api.example", 1] },
        Spoilt("of another issuer", .issuer(NamedInToken("https://idp.example/"))) {
            $0[claim: "iss"] = "https://idp.example/"
        },
        Spoilt("that ends at this second", .expired) { $0[claim: "exp"] = .integer(Int64(noon.timeIntervalSince1970)) },
        Spoilt("without an end", .claim("exp")) { $0[claim: "exp"] = nil },
        Spoilt("whose end is a text", .claim("exp")) { $0[claim: "exp"] = "9999999999" },
        Spoilt("that was issued in a minute", .notYet) {
            $0[claim: "iat"] = .integer(Int64(noon.timeIntervalSince1970) + 60)
        },
        Spoilt("that begins in a minute", .notYet) {
            $0[claim: "nbf"] = .integer(Int64(noon.timeIntervalSince1970) + 60)
        },
        Spoilt("that was issued in a minute, and begins at once", .notYet) {
            $0[claim: "iat"] = .integer(Int64(noon.timeIntervalSince1970) + 60)
            $0[claim: "nbf"] = .integer(Int64(noon.timeIntervalSince1970))
        },
        Spoilt("that begins 31 seconds ahead of this clock", .notYet) {
            $0[claim: "iat"] = .integer(Int64(noon.timeIntervalSince1970) + 31)
        },
        Spoilt("of a time before all times", .claim("iat")) { $0[claim: "iat"] = .integer(-1) },
        Spoilt("of a time after all times", .claim("exp")) { $0[claim: "exp"] = .number("253402300800.5") },
        Spoilt("of no time at all", .claim("exp")) { $0[claim: "exp"] = .number("1e400") },
        Spoilt("whose key's name is a number", .form("its header names no key by kid")) {
            $0[header: "kid"] = .integer(1)
        },
        Spoilt("without a beginning", .claim("iat")) { $0[claim: "iat"] = nil },
        Spoilt("about nobody", .claim("sub")) { $0[claim: "sub"] = "" },
        Spoilt("of no client", .claim("client_id")) { $0[claim: "client_id"] = nil },
        Spoilt("without a number", .claim("jti")) { $0[claim: "jti"] = nil },
        Spoilt("of a key without the proof", .needsProof) { $0[claim: "cnf"] = ["jkt": .string(jkt)] },
    ]
    private static let jkt = Base64URL.encode([UInt8](repeating: 1, count: 32))

    @Test("W04, Z07: refuses", arguments: spoilt)
    func refusal(_ expected: Spoilt) throws {
        var spec = AccessStage.good
        expected.spoil(&spec)
        let text = try spec.text()
        #expect(throws: expected.failure) { try AccessStage.verify(text) }
    }

    @Test("Z07: one that was copied to a connection of another certificate is refused")
    func copied() throws {
        let text = try AccessStage.good.text()
        let other = [UInt8](repeating: 8, count: 32)
        #expect(throws: TokenFailure.otherCertificate) { try AccessStage.verify(text, from: other) }
        _ = try AccessStage.verify(text)
    }

    @Test("Z07: one that is bound to a certificate and a key is believed with both, and with neither of them alone")
    func boundTwice() throws {
        var spec = AccessStage.good
        spec[claim: "cnf"] = [
            "x5t#S256": .string(Base64URL.encode(AccessStage.certificate)), "jkt": .string(Self.jkt),
        ]
        let text = try spec.text()
        let proof = VerifiedDPoPProof(thumbprint: Self.jkt, isNumberFormer: false)
        _ = try AccessStage.verify(text, proof: proof)
        #expect(throws: TokenFailure.needsProof) { try AccessStage.verify(text) }
        #expect(throws: TokenFailure.otherCertificate) {
            try AccessStage.verify(text, from: [UInt8](repeating: 8, count: 32), proof: proof)
        }
        #expect(throws: TokenFailure.otherKey) {
            try AccessStage.verify(text, proof: VerifiedDPoPProof(thumbprint: "other", isNumberFormer: false))
        }
        #expect(throws: TokenFailure.needsNoProof) { try AccessStage.verify(AccessStage.good.text(), proof: proof) }
    }

    @Test("RFC 8725 §2.4: members that stand twice, other serializations, padding and length are refused")
    func forms() throws {
        let good = try AccessStage.good.text()
        var twice = AccessStage.good
        twice.rawClaims =
            "{\"sub\":\"mallory\"," + String(decoding: JSONValue.object(twice.claims).bytes.dropFirst(), as: UTF8.self)
        var header = AccessStage.good
        header.rawHeader = "{\"alg\":\"ES256\",\"alg\":\"none\",\"typ\":\"at+jwt\"}"
        let json = String(
            decoding: JSONValue.object([
                JSONMember("protected", "e30"), JSONMember("payload", "e30"), JSONMember("signature", ""),
            ]).bytes, as: UTF8.self)
        let dotted = good.split(separator: ".")
        for text in [
            try twice.text(), try header.text(), json, good + ".", good + "=", " " + good, "", "..",
            dotted[0] + "." + dotted[1], "\(dotted[0]).\(dotted[1])..\(dotted[2])",
        ] {
            #expect(throws: TokenFailure.self, "\(text.prefix(40))") { try AccessStage.verify(text) }
        }
        var long = AccessStage.good
        long[claim: "x"] = .string(String(repeating: "x", count: PresentedToken.longest))
        let text = try long.text()
        #expect(throws: TokenFailure.tooLong(limit: PresentedToken.longest)) { try AccessStage.verify(text) }
        // Within the length, and not an object, too deep, or of too many values.
        var list = AccessStage.good
        list.rawClaims = "[]"
        var deep = AccessStage.good
        var many = AccessStage.good
        deep[claim: "x"] = (0..<7).reduce(JSONValue.integer(1)) { inner, _ in .array([inner]) }
        many[claim: "x"] = .array(Array(repeating: .integer(1), count: 490))
        _ = try AccessStage.verify(deep.text())
        _ = try AccessStage.verify(many.text())
        deep[claim: "x"] = (0..<8).reduce(JSONValue.integer(1)) { inner, _ in .array([inner]) }
        many[claim: "x"] = .array(Array(repeating: .integer(1), count: 512))
        for (spec, what) in [(list, "claims"), (deep, "claims"), (many, "claims")] {
            let text = try spec.text()
            let failure = #expect(throws: TokenFailure.self) { try PresentedToken(text) }
            #expect(failure?.explanation.hasPrefix("its \(what) is no JSON object: ") == true, "\(failure as Any)")
        }
        _ = try AccessStage.verify(good)
    }

    @Test("what a record is told of a token is 64 characters at most, and all of them can be printed")
    func named() {
        #expect(NamedInToken("ES256").description == "\"ES256\"")
        #expect(NamedInToken("a\u{1B}[31m\nü").description == "\"a?[31m??\"")
        #expect(NamedInToken(String(repeating: "x", count: 1000)).description.count == 66)
    }

    @Test("a key that its issuer has no more signs nothing that is still believed")
    func withdrawn() throws {
        let token = try AccessStage.verify(AccessStage.good.text())
        #expect(try AccessStage.issuer().stillSigns(token))
        let after = try AccessStage.issuer(AccessStage.set(AccessStage.published(Self.other)))
        #expect(!after.stillSigns(token))
        // Of another name, or for another service, it has not signed this one either.
        let keys = try TokenKeySet(AccessStage.set(AccessStage.published(AccessStage.key)))
        #expect(TokenIssuer("https://idp.example", audience: "https://api.example", keys: keys).stillSigns(token))
        #expect(!TokenIssuer("https://idp.other", audience: "https://api.example", keys: keys).stillSigns(token))
        #expect(!TokenIssuer("https://idp.example", audience: "https://api.other", keys: keys).stillSigns(token))
    }
}

@Suite("RFC 7517 §5: an issuer's keys")
struct TokenKeySetTests {
    @Test("keys for other purposes and of other kinds are passed over; one that is secret spoils the set")
    func reading() throws {
        let (one, two) = (TestKeys.key("set one"), TestKeys.key("set two", .ed25519))
        let mixed = try AccessStage.set(
            ["kty": "XYZ"], AccessStage.published(TestKeys.key("enc"), "enc", JSONMember("use", "enc")),
            AccessStage.published(one), AccessStage.published(two, "two", JSONMember("alg", "EdDSA")),
            AccessStage.published(TestKeys.key("odd"), "odd", JSONMember("alg", "ECDH-ES")))
        #expect(try TokenKeySet(mixed).count == 2)
        #expect(throws: KeySetFailure.secret("k")) {
            try TokenKeySet(AccessStage.set(AccessStage.published(one), ["kty": "oct", "k": "AAAA"]))
        }
        #expect(throws: KeySetFailure.secret("d")) {
            try TokenKeySet(AccessStage.set(AccessStage.published(one, "one", JSONMember("d", "AAAA"))))
        }
        #expect(throws: KeySetFailure.noKeys) { try TokenKeySet(AccessStage.set(["kty": "XYZ"])) }
        #expect(throws: KeySetFailure.noKeys) { try TokenKeySet(Array("{}".utf8)) }
        let padded = try AccessStage.published(
            one, "one", JSONMember("x", .string(String(repeating: "x", count: 1 << 18))))
        let long = AccessStage.set(padded)
        #expect(throws: KeySetFailure.json(.tooLong(octets: long.count, limit: TokenKeySet.longest))) {
            try TokenKeySet(long)
        }
        #expect(throws: KeySetFailure.tooMany(limit: 100)) {
            let key = try AccessStage.published(one)
            return try TokenKeySet(
                JSONValue.object([JSONMember("keys", .array(Array(repeating: key, count: 101)))]).bytes)
        }
    }

    @Test("a key that says its algorithm takes no other; without a name in the token the few that fit are tried")
    func algorithms() throws {
        let key = TestKeys.key("ed", .ed25519)
        var spec = AccessStage.good
        spec.key = key
        spec[header: "alg"] = "EdDSA"
        let named = try AccessStage.issuer(
            AccessStage.set(AccessStage.published(key, "one", JSONMember("alg", "Ed25519"))))
        let text = try spec.text()
        #expect(throws: TokenFailure.key(NamedInToken("one"))) { try AccessStage.verify(text, by: named) }
        spec[header: "alg"] = "Ed25519"
        _ = try AccessStage.verify(spec.text(), by: named)

        var nameless = AccessStage.good
        nameless[header: "kid"] = nil
        let several = try AccessStage.issuer(
            AccessStage.set(AccessStage.published(TestKeys.key("a"), "a"), AccessStage.published(AccessStage.key)))
        _ = try AccessStage.verify(nameless.text(), by: several)
        let many = try (0..<5).map { try AccessStage.published(TestKeys.key("many \($0)"), "\($0)") }
        let crowded = try AccessStage.issuer(JSONValue.object([JSONMember("keys", .array(many))]).bytes)
        let lost = try nameless.text()
        #expect(throws: TokenFailure.key(nil)) { try AccessStage.verify(lost, by: crowded) }
    }
}

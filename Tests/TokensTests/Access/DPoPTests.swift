import Crypto
import Foundation
import SymbolonKeys
import SymbolonTestSupport
import SymbolonWire
import Synchronization
import Testing

@testable import SymbolonTokens

@Suite("RFC 9449 §4.3: one thing wrong with a proof, one refusal")
struct DPoPTests {
    private static let key = TestKeys.key("holder")
    private static let other = TestKeys.key("somebody else")
    private static let token = "a.b.c"

    /// Numbers are n1, n2, … in the order in which they are given out.
    private static func desk() -> DPoPDesk {
        let count = Mutex(0)
        return DPoPDesk(at: .zero) {
            count.withLock { count in
                count += 1
                return "n\(count)"
            }
        }
    }

    private static func good(_ identifier: String = "1", nonce: String = "n1") throws -> TokenSpec {
        TokenSpec(
            header: [
                JSONMember("alg", "ES256"), JSONMember("typ", "dpop+jwt"),
                JSONMember("jwk", try #require(JWK.json(key.publicKey))),
            ],
            claims: [
                JSONMember("htm", "GET"), JSONMember("htu", "https://web/a"), JSONMember("nonce", .string(nonce)),
                JSONMember("iat", .integer(Int64(noon.timeIntervalSince1970))), JSONMember("jti", .string(identifier)),
                JSONMember(
                    "ath", .string(Base64URL.encode(SHA256.hash(data: Array(token.utf8)).map(\.self)))),
            ], key: key)
    }

    private static var request: DPoPDesk.Request {
        DPoPDesk.Request(method: "GET", token: token) { $0 == "https://web/a" }
    }

    @Test("Z07: a good one is taken once, and its key is told by its thumbprint")
    func honest() throws {
        var desk = Self.desk()
        let text = try Self.good().text()
        let proof = try desk.verify(text, for: Self.request, at: noon, steady: .zero)
        #expect(proof.thumbprint == JWK.thumbprint(Self.key.publicKey) && !proof.isNumberFormer)
        #expect(throws: TokenFailure.replayed) {
            try desk.verify(text, for: Self.request, at: noon, steady: .zero)
        }
        _ = try desk.verify(try Self.good("2").text(), for: Self.request, at: noon, steady: .zero)
    }

    @Test(
        "a proof is as old or as young as five minutes; what another has used as its identifier is nobody else's loss")
    func bounds() throws {
        var desk = Self.desk()
        for (number, seconds) in [-300, 300].enumerated() {
            var spec = try Self.good("at \(number)")
            spec[claim: "iat"] = .integer(Int64(noon.timeIntervalSince1970) + Int64(seconds))
            _ = try desk.verify(try spec.text(), for: Self.request, at: noon, steady: .zero)
        }
        var others = try Self.good("at 0")
        others.key = Self.other
        others[header: "jwk"] = JWK.json(Self.other.publicKey)
        let proof = try desk.verify(try others.text(), for: Self.request, at: noon, steady: .zero)
        #expect(proof.thumbprint == JWK.thumbprint(Self.other.publicKey))
    }

    struct Spoilt: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let failure: TokenFailure?
        let spoil: @Sendable (inout TokenSpec) throws -> Void

        /// - Parameter failure: nil: any.
        init(_ text: String, _ failure: TokenFailure?, _ spoil: @escaping @Sendable (inout TokenSpec) throws -> Void) {
            testDescription = text
            self.failure = failure
            self.spoil = spoil
        }
    }

    static let spoilt: [Spoilt] = [
        Spoilt("another method", .method) { $0[claim: "htm"] = "POST" },
        Spoilt("the method in another case", .method) { $0[claim: "htm"] = "get" },
        Spoilt("another address", .address) { $0[claim: "htu"] = "https://web/b" },
        Spoilt("another token", .tokenHash) { $0[claim: "ath"] = "AAAA" },
        Spoilt("no token", .claim("ath")) { $0[claim: "ath"] = nil },
        Spoilt("a number that was never given out", .nonce) { $0[claim: "nonce"] = "n0" },
        Spoilt("no number", .nonce) { $0[claim: "nonce"] = nil },
        Spoilt("made long ago", .proofTime) { $0[claim: "iat"] = .integer(Int64(noon.timeIntervalSince1970) - 301) },
        Spoilt("made long after", .proofTime) { $0[claim: "iat"] = .integer(Int64(noon.timeIntervalSince1970) + 301) },
        Spoilt("at no time", .claim("iat")) { $0[claim: "iat"] = nil },
        Spoilt("without an identifier", .claim("jti")) { $0[claim: "jti"] = nil },
        Spoilt("an access token in its place", .type(NamedInToken("at+jwt"), needed: "dpop+jwt")) {
            $0[header: "typ"] = "at+jwt"
        },
        Spoilt("no key", .proofKey(.notAnObject)) { $0[header: "jwk"] = nil },
        Spoilt("the private key inside jwk", .proofKey(.secretMember("d"))) { spec in
            let members = try #require(spec[header: "jwk"]?.members)
            spec[header: "jwk"] = .object(members + [JSONMember("d", "AAAA")])
        },
        Spoilt("a shared key", .proofKey(.secretMember("k"))) { $0[header: "jwk"] = ["kty": "oct", "k": "AAAA"] },
        Spoilt("another's key inside jwk", nil) { $0[header: "jwk"] = JWK.json(other.publicKey) },
        Spoilt("alg none", .algorithm(NamedInToken("none"))) { $0[header: "alg"] = "none" },
        Spoilt("an HMAC", .algorithm(NamedInToken("HS256"))) { $0[header: "alg"] = "HS256" },
        Spoilt("an algorithm of another key", .algorithm(NamedInToken("RS256"))) { $0[header: "alg"] = "RS256" },
    ]

    @Test("Z07: refuses", arguments: spoilt)
    func refusal(_ expected: Spoilt) throws {
        var spec = try Self.good()
        try expected.spoil(&spec)
        let text = try spec.text()
        var desk = Self.desk()
        if let failure = expected.failure {
            #expect(throws: failure) { try desk.verify(text, for: Self.request, at: noon, steady: .zero) }
        } else {
            #expect(throws: TokenFailure.self) { try desk.verify(text, for: Self.request, at: noon, steady: .zero) }
        }
        // What was refused has used nothing up.
        _ = try desk.verify(try Self.good().text(), for: Self.request, at: noon, steady: .zero)
    }

    @Test("a number is given out for a minute and taken for one more; a proof is no fresher under the next")
    func numbers() throws {
        var desk = Self.desk()
        var number = desk.number(at: .seconds(59))
        #expect(number == "n1")
        let early = try Self.good("early").text()
        _ = try desk.verify(early, for: Self.request, at: noon, steady: .seconds(59))
        number = desk.number(at: .seconds(60))
        #expect(number == "n2")
        let late = try desk.verify(try Self.good("late").text(), for: Self.request, at: noon, steady: .seconds(119))
        #expect(late.isNumberFormer)
        // Seen under the number before, and still known.
        #expect(throws: TokenFailure.replayed) {
            try desk.verify(early, for: Self.request, at: noon, steady: .seconds(119))
        }
        let text = try Self.good("over").text()
        #expect(throws: TokenFailure.nonce) {
            try desk.verify(text, for: Self.request, at: noon, steady: .seconds(120))
        }
        // Nobody asked for a long time: none of the old ones is taken.
        number = desk.number(at: .seconds(1_000))
        #expect(number == "n4")
        let old = try Self.good("old", nonce: "n3").text()
        #expect(throws: TokenFailure.nonce) {
            try desk.verify(old, for: Self.request, at: noon, steady: .seconds(1_000))
        }
    }

    @Test("a number that was given out two minutes ago is taken no more, whoever asked meanwhile")
    func silence() throws {
        // Nobody asked at all: the proof itself is the first to come.
        var desk = Self.desk()
        let old = try Self.good().text()
        #expect(throws: TokenFailure.nonce) {
            try desk.verify(old, for: Self.request, at: noon, steady: .seconds(120))
        }
        // Somebody asked just before, and the next number is young.
        desk = Self.desk()
        var number = desk.number(at: .seconds(119))
        #expect(number == "n2")
        _ = try desk.verify(try Self.good("in time").text(), for: Self.request, at: noon, steady: .seconds(119))
        #expect(throws: TokenFailure.nonce) {
            try desk.verify(old, for: Self.request, at: noon, steady: .seconds(120))
        }
        number = desk.number(at: .seconds(120))
        #expect(number == "n2")
    }

    @Test("what is remembered is bounded, and nothing that is remembered is taken again")
    func bounded() throws {
        var desk = Self.desk()
        desk.fill(Self.most)
        let text = try Self.good("first").text()
        // The number has changed sooner, and the one before is taken no more where there is no room.
        #expect(throws: TokenFailure.nonce) { try desk.verify(text, for: Self.request, at: noon, steady: .zero) }
        let number = desk.number(at: .zero)
        #expect(number == "n2")
        _ = try desk.verify(try Self.good("first", nonce: "n2").text(), for: Self.request, at: noon, steady: .zero)
    }
    private static let most = DPoPDesk.most
}

import Crypto
import Foundation
import SymbolonKeys
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import SymbolonTokens

@Suite("RFC 7515: JSON Web Signatures, flattened")
struct FlattenedJWSTests {
    /// RFC 7515 appendix A.3, in the flattened form: ES256.
    private static let es256 = """
        {"protected":"eyJhbGciOiJFUzI1NiJ9","payload":"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ","signature":"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"}
        """
    private static let es256Key: JSONValue = [
        "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    ]
    /// RFC 8037 appendix A.4: EdDSA.
    private static let edDSA = """
        {"protected":"eyJhbGciOiJFZERTQSJ9","payload":"RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc","signature":"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"}
        """
    private static let edDSAKey: JSONValue = [
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    ]
    /// RFC 7515 appendix A.1: HS256.
    private static let hs256 = """
        {"protected":"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9","payload":"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ","signature":"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}
        """
    private static let hs256Key =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"

    private static func jws(_ text: String) throws -> FlattenedJWS { try FlattenedJWS(Array(text.utf8)) }

    @Test("the published signatures verify, and not with a bit changed, nor by another key")
    func published() throws {
        for (text, jwk) in [(Self.es256, Self.es256Key), (Self.edDSA, Self.edDSAKey)] {
            let key = try JWK.parse(jwk)
            try Self.jws(text).verify(by: key)
            let spoilt = text.replacing("\"signature\":\"", with: "\"signature\":\"A").replacing("Q\"}", with: "\"}")
                .replacing("Ag\"}", with: "A\"}")
            #expect(throws: (any Error).self) { try Self.jws(spoilt).verify(by: key) }
        }
        #expect(throws: JWSFailure.algorithmDoesNotFitKey("ES256", .ed25519)) {
            try Self.jws(Self.es256).verify(by: JWK.parse(Self.edDSAKey))
        }
        #expect(throws: JWSFailure.signature) { try Self.jws(Self.es256).verify(by: SigningKey.make(.p256).publicKey) }
    }

    @Test("the published MAC verifies by its key and no other, and never as a signature")
    func mac() throws {
        let key = SecretBytes(copying: try Base64URL.decode(Self.hs256Key))
        try Self.jws(Self.hs256).verify(mac: key)
        #expect(throws: JWSFailure.signature) {
            try Self.jws(Self.hs256).verify(mac: SecretBytes(copying: [1, 2, 3]))
        }
        #expect(throws: JWSFailure.algorithm("HS256")) {
            try Self.jws(Self.hs256).verify(by: JWK.parse(Self.es256Key))
        }
        #expect(throws: JWSFailure.algorithm("ES256")) { try Self.jws(Self.es256).verify(mac: key) }
    }

    @Test("what is signed here reads back and verifies", arguments: KeyAlgorithm.allCases)
    func roundTrip(_ algorithm: KeyAlgorithm) throws {
        let key = SigningKey.make(algorithm)
        let made = try FlattenedJWS.sign(payload: [1, 2, 3], header: [JSONMember("url", "u")], by: key)
        let read = try FlattenedJWS(made.json.bytes)
        try read.verify(by: key.publicKey)
        #expect(read.payload == [1, 2, 3])
        #expect(read.header["url"] == "u")
    }

    static let wrong: [(JSONValue, JWSFailure)] = [
        ([1], .notAnObject), (["payload": "", "signature": ""], .member("protected")),
        (["protected": "e30", "signature": ""], .member("payload")),
        (["protected": "e30", "payload": "", "signature": 1], .member("signature")),
        (["protected": "e30", "payload": "", "signature": "", "header": [:]], .unprotectedHeader),
        (["payload": "", "signatures": []], .severalSignatures),
        (["protected": "e30=", "payload": "", "signature": ""], .base64("protected", .notADigit(at: 3))),
        (["protected": "e31", "payload": "", "signature": ""], .base64("protected", .looseBits)),
        (["protected": "W10", "payload": "", "signature": ""], .member("protected")),
        (["protected": "eyJjcml0IjpbXX0", "payload": "", "signature": ""], .criticalExtension),
        (
            ["protected": "eyJhIjoxLCJhIjoxfQ", "payload": "", "signature": ""],
            .json(.duplicateMember("a"))
        ),
    ]

    @Test("refuses", arguments: wrong.indices)
    func refuses(_ index: Int) {
        let (json, failure) = Self.wrong[index]
        #expect(throws: failure) { try FlattenedJWS(json.bytes) }
    }

    @Test("a signature of another length, or in DER, is none")
    func signatureForm() throws {
        let key = SigningKey.make(.p256)
        let made = try FlattenedJWS.sign(payload: [1], header: [], by: key).json
        let signature = try Base64URL.decode(#require(made["signature"]?.string))
        #expect(signature.count == 64)
        let (protected, payload) = try (#require(made["protected"]?.string), #require(made["payload"]?.string))
        let der = try key.sign(Array("\(protected).\(payload)".utf8))
        for other in [der, Array(signature.dropLast()), signature + [0], []] {
            let spoilt: JSONValue = [
                "protected": try #require(made["protected"]), "payload": try #require(made["payload"]),
                "signature": .string(Base64URL.encode(other)),
            ]
            #expect(throws: JWSFailure.signature) { try FlattenedJWS(spoilt.bytes).verify(by: key.publicKey) }
        }
    }
}

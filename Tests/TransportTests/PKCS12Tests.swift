import Foundation
import SymbolonKeys
import SymbolonTransport
import Testing

@Suite("RFC 7292: an identity as one file")
struct PKCS12Tests {
    @Test("openssl opens the file with the passphrase and finds the same certificates and key, strongly sealed")
    func opened() throws {
        let identity = TestIdentity.client
        let sealed = try PKCS12.seal(
            chain: identity.chain, pkcs8: identity.key, passphrase: Passphrase(copying: Array("pässword 1".utf8)))
        let path = "\(TestIdentity.folder)/sealed.p12"
        try Data(sealed).write(to: URL(fileURLWithPath: path))
        let shown = Tool.run(
            "/usr/bin/openssl", ["pkcs12", "-in", path, "-passin", "pass:pässword 1", "-info", "-nodes"])
        #expect(shown.status == 0, "\(shown.output)")
        #expect(shown.output.contains("PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256"))
        #expect(shown.output.components(separatedBy: "BEGIN CERTIFICATE").count == identity.chain.count + 1)
        #expect(shown.output.contains("BEGIN PRIVATE KEY"))
        let wrong = Tool.run("/usr/bin/openssl", ["pkcs12", "-in", path, "-passin", "pass:other", "-nodes"])
        #expect(wrong.status != 0)
    }

    @Test("what cannot be sealed is refused")
    func refused() throws {
        let identity = TestIdentity.client
        let word = Passphrase(copying: Array("word".utf8))
        #expect(throws: TLSFailure.emptyChain) { try PKCS12.seal(chain: [], pkcs8: identity.key, passphrase: word) }
        #expect(throws: TLSFailure.keyDoesNotFitLeaf) {
            try PKCS12.seal(chain: identity.chain, pkcs8: TestIdentity.server.key, passphrase: word)
        }
        for bad in [[], [65, 0, 66], [0xFF]] as [[UInt8]] {
            #expect(throws: TLSFailure.setting(name: "passphrase", value: "empty, or not UTF-8 without NUL")) {
                try PKCS12.seal(chain: identity.chain, pkcs8: identity.key, passphrase: Passphrase(copying: bad))
            }
        }
    }
}

import Foundation
import SymbolonKeys
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import SymbolonTokens

@Suite("Keys are published before they sign, and for as long as something lives that they have signed")
struct PublishedKeysTests {
    private func names(_ keys: PublishedKeys) -> [String] {
        keys.json["keys"]?.array?.compactMap { $0["kid"]?.string } ?? []
    }

    @Test(
        "the key in use is first; the one before stays for the overlap and goes then; one that comes back is there once"
    )
    func overlap() throws {
        var keys = PublishedKeys()
        let (one, two) = (TestKeys.key("one").publicKey, TestKeys.key("two", .ed25519).publicKey)
        let (first, second) = (try #require(JWK.thumbprint(one)), try #require(JWK.thumbprint(two)))
        #expect(names(keys).isEmpty)
        let wasFirst = keys.take(one, at: noon)
        #expect(wasFirst && names(keys) == [first])
        let wasNews = keys.take(one, at: noon)
        #expect(!wasNews)
        let wasSecond = keys.take(two, at: noon + 60)
        #expect(wasSecond && names(keys) == [second, first])
        let wasEarly = keys.forget(before: noon + 60 + PublishedKeys.overlap - 1)
        #expect(!wasEarly && names(keys) == [second, first])
        var back = keys
        _ = back.take(one, at: noon + 61)
        #expect(names(back) == [first, second])
        let wasOver = keys.forget(before: noon + 60 + PublishedKeys.overlap)
        #expect(wasOver && names(keys) == [second])
        let entry = try #require(keys.json["keys"]?.array?.first)
        #expect(entry["use"] == "sig" && entry["alg"] == "EdDSA" && entry["d"] == nil)
        #expect(try TokenKeySet(keys.json.bytes).count == 1)
    }
}

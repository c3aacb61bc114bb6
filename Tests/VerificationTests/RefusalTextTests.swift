import Foundation
import SymbolonCertificates
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("A refusal says which certificate, which clause, which value and what to do, in one line each")
struct RefusalText {
    @Test("the expired leaf, word for word")
    func expired() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.notAfter = noon - 3600
        let refusal = try #require(chain.refusal())
        #expect(refusal.reason == "expired")
        #expect(refusal.clause == "RFC 5280 §6.1.3(a)(2)")
        #expect(
            refusal.explanation
                == #"leaf "CN=web,O=Symbolon Tests": expired: valid until 2026-06-01T11:00:00Z, and it is 2026-06-01T12:00:00Z"#
        )
        #expect(refusal.remedy == "renew the certificate; if it is fresh, set the clock of this machine right")
    }

    @Test("a case without values has its name as reason too")
    func plainCase() {
        var chain = TestPKI.goodChain()
        chain.leaf.names = []
        #expect(chain.refusal()?.reason == "subjectAlternativeNameMissing")
        #expect(verificationRefusal([], trusting: [])?.reason == "nothingPresented")
        #expect(verificationRefusal([], trusting: [])?.explanation == "the peer presented no certificate")
    }

    @Test("each purpose that a leaf lacks is named with what it has and what it needs")
    func purpose() {
        var chain = TestPKI.goodChain()
        chain.leaf.extendedKeyUsage = ExtendedKeyUsage(.serverAuth)
        #expect(
            chain.refusal(for: .client)?.explanation
                == #"leaf "CN=web,O=Symbolon Tests": its extendedKeyUsage is serverAuth; a client needs clientAuth"#)
    }

    @Test(
        "T36: control characters in a name reach no line of a report",
        arguments: [
            "web\u{1B}[2J.example.internal", "web\nsecond.example.internal", "web\0.example.internal",
        ])
    func controlCharacters(_ name: String) throws {
        var chain = TestPKI.goodChain()
        chain.leaf.names = [.dns(name)]
        chain.leaf.subject = .empty
        let refusal = try #require(chain.refusal())
        #expect(refusal.reason == "nameMalformed")
        for line in [refusal.description, refusal.subject] {
            #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })
        }
    }
}

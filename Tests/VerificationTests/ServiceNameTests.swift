import SymbolonCertificates
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("RFC 9525 §6: the name asked for is among the leaf's, kind by kind")
struct ServiceNames {
    @Test("accepts each of the leaf's names, and all of them together")
    func honest() throws {
        let chain = TestPKI.goodChain()
        let names = ["spiffe://example.internal/web", "dns:web.example.internal", "ip:127.0.0.1"]
        for name in names { try chain.verified(as: [name]) }
        try chain.verified(as: names)
        try chain.verified(as: ["dns:WEB.Example.Internal"])
    }

    @Test("refuses a name that the leaf does not have, also beside one that it has")
    func mismatch() throws {
        let chain = TestPKI.goodChain()
        let presented = try chain.verified().names
        for names in [["dns:db.example.internal"], ["dns:web.example.internal", "dns:db.example.internal"]] {
            #expect(
                chain.refusal(as: names)?.failure
                    == .nameMismatch(expected: try ReferenceName("dns:db.example.internal"), presented: presented))
        }
        #expect(chain.refusal(as: ["spiffe://example.internal/db"])?.reason == "nameMismatch")
        #expect(chain.refusal(as: ["ip:127.0.0.2"])?.reason == "nameMismatch")
    }

    struct Slip: Sendable, CustomTestStringConvertible {
        let names: [GeneralName]
        let expected: String
        let reason: String
        var testDescription: String { "\(names) for \(expected)" }

        init(_ names: GeneralName..., for expected: String, _ reason: String = "nameMalformed") {
            self.names = names
            self.expected = expected
            self.reason = reason
        }
    }

    @Test(
        "T29: a name that could be read two ways refuses the certificate",
        arguments: [
            Slip(.dns("w*.example.internal"), for: "dns:web.example.internal"),
            Slip(.dns("*b.example.internal"), for: "dns:web.example.internal"),
            Slip(.dns("web.*.internal"), for: "dns:web.example.internal"),
            Slip(.dns("*"), for: "dns:internal"),
            Slip(.dns("*.internal"), for: "dns:web.internal"),
            Slip(.dns("*.*.internal"), for: "dns:web.example.internal"),
            Slip(.dns("xn--*-bliss.example.internal"), for: "dns:web.example.internal"),
            Slip(.dns("web.example.internal\0.evil.test"), for: "dns:web.example.internal"),
            Slip(.dns("web.example.internal\n"), for: "dns:web.example.internal"),
            Slip(.dns("web.example.internal."), for: "dns:web.example.internal"),
            Slip(.dns(".example.internal"), for: "dns:web.example.internal"),
            Slip(.dns("web..internal"), for: "dns:web.example.internal"),
            Slip(.dns("we_b.example.internal"), for: "dns:web.example.internal"),
            Slip(.dns(" web.example.internal"), for: "dns:web.example.internal"),
            Slip(.dns(""), for: "dns:web.example.internal"),
            Slip(.dns("127.0.0.1"), for: "ip:127.0.0.1"),
            Slip(.dns("web.example.internal"), .dns("b*d.example.internal"), for: "dns:web.example.internal"),
            Slip(.ip([127, 0, 0]), for: "ip:127.0.0.1"),
            Slip(.ip([127, 0, 0, 1, 255, 255, 255, 255]), for: "ip:127.0.0.1"),
            Slip(.mail("alice"), for: "mail:alice@example.internal"),
            Slip(.mail("alice@example.internal\0"), for: "mail:alice@example.internal"),
            Slip(.dns("*.example.internal"), for: "dns:a.b.example.internal", "nameMismatch"),
            Slip(.dns("*.example.internal"), for: "dns:example.internal", "nameMismatch"),
            Slip(.dns("example.internal"), for: "dns:web.example.internal", "nameMismatch"),
            Slip(.dns("web.example.internal.evil.test"), for: "dns:web.example.internal", "nameMismatch"),
        ])
    func slips(_ slip: Slip) {
        var chain = TestPKI.goodChain()
        chain.leaf.names = slip.names
        #expect(chain.refusal(as: [slip.expected])?.reason == slip.reason)
    }

    @Test("T29: a wildcard stands for one whole label, and letter case does not count")
    func honestWildcard() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.names = [.dns("*.Example.internal")]
        try chain.verified(as: ["dns:web.example.internal"])
        chain.leaf.names = [.dns("xn--bcher-kva.example.internal")]
        try chain.verified(as: ["dns:xn--bcher-kva.example.internal"])
    }

    @Test(
        "T29: CommonName decides nothing, neither a DNS name nor an address in it",
        arguments: [
            ("web.example.internal", "dns:web.example.internal"), ("127.0.0.1", "ip:127.0.0.1"),
        ])
    func commonName(_ name: String, _ expected: String) {
        var chain = TestPKI.goodChain()
        chain.leaf.subject = TestPKI.name(name)
        chain.leaf.names = []
        #expect(chain.refusal(as: [expected])?.failure == .subjectAlternativeNameMissing)
        chain.leaf.names = [.dns("other.example.internal")]
        #expect(chain.refusal(as: [expected])?.reason == "nameMismatch")
    }

    @Test("X21: a name of one kind never proves one of another")
    func kinds() throws {
        let presented: [(GeneralName, proves: String)] = [
            (.dns("web.example.internal"), "dns:web.example.internal"),
            (.ip([10, 0, 0, 1]), "ip:10.0.0.1"),
            (.mail("web@example.internal"), "mail:web@example.internal"),
            (.uri("https://web.example.internal"), "uri:https://web.example.internal"),
            (.uri("spiffe://example.internal/web"), "spiffe://example.internal/web"),
        ]
        for (name, _) in presented {
            var chain = TestPKI.goodChain()
            chain.leaf.names = [name]
            for (other, expected) in presented {
                if other == name {
                    try chain.verified(as: [expected])
                } else {
                    #expect(chain.refusal(as: [expected])?.reason == "nameMismatch")
                }
            }
        }
        // An otherName and a directoryName whose octets look like a host.
        var chain = TestPKI.goodChain()
        chain.leaf.names = [
            .other(tag: 8, Array("web.example.internal".utf8)), .directory(TestPKI.name("web.example.internal")),
        ]
        #expect(chain.refusal(as: ["dns:web.example.internal"])?.failure == .subjectAlternativeNameMissing)
    }

    @Test("X21: octets that read as a name of another kind are still what their tag says")
    func lookAlikes() {
        let impostors: [(GeneralName, wanted: String)] = [
            (.ip(Array("a.bc".utf8)), "dns:a.bc"), (.ip(Array("web.example.test".utf8)), "dns:web.example.test"),
            (.ip(Array("127.".utf8)), "ip:127.0.0.1"), (.uri("https://10.0.0.1/"), "ip:10.0.0.1"),
            (.uri("https://web.example.internal/"), "dns:web.example.internal"),
            (.mail("web@web.example.internal"), "dns:web.example.internal"),
            (.dns("example.internal"), "spiffe://example.internal"),
        ]
        for (name, wanted) in impostors {
            var chain = TestPKI.goodChain()
            chain.leaf.names = [name]
            #expect(chain.refusal(as: [wanted])?.reason == "nameMismatch", "\(name)")
        }
    }

    @Test(
        "X20: an A-label that decodes to nothing refuses the certificate, whichever name was asked for",
        arguments: ["xn--99999999", "xn--ib9b", "xn--en32g", "xn---wgv71a", "xn--" + String(repeating: "9", count: 55)])
    func fakeALabels(_ label: String) throws {
        var chain = TestPKI.goodChain()
        chain.leaf.names = [.dns("web.example.internal"), .dns("xn--mnchen-3ya.example.internal")]
        try chain.verified(as: ["dns:web.example.internal"])
        chain.leaf.names.append(.dns("\(label).example.internal"))
        #expect(chain.refusal(as: ["dns:web.example.internal"])?.reason == "nameMalformed")
    }

    @Test("an empty subject needs a critical subject alternative name")
    func emptySubject() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.subject = .empty
        try chain.verified()
        chain.leaf.criticality[.subjectAlternativeName] = false
        #expect(chain.refusal()?.failure == .subjectAlternativeNameNotCritical)
    }
}

import Foundation
import SymbolonCertificates
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import symbolon

@Suite("verify: what it needs, and what it says to programs")
struct VerifyTests {
    @Test(
        "what it cannot tell ends with 2, and says what to do",
        arguments: [
            ("chain.pem", "there is nothing to trust", "--root FILE"),
            ("none.pem --root root.pem", "none.pem cannot be read", "there is no such file"),
            ("text.pem --root root.pem", "text.pem cannot be read", "PEM (BEGIN CERTIFICATE) or DER"),
            ("leaf.pem --root text.pem", "text.pem cannot be read", "PEM (BEGIN CERTIFICATE) or DER"),
            ("key.pem --root root.pem", "key.pem cannot be read", "it holds no CERTIFICATE, only a PEM block"),
            ("leaf.pem --root broken.der", "broken.der is no certificate to trust", "get the root again"),
            ("leaf.pem other.pem --root root.pem", "it is not clear which certificate to judge", "--leaf FILE"),
            ("leaf.pem --root root.pem --crl root.pem", "root.pem cannot be read", "revocation lists in PEM"),
            ("leaf.pem --root root.pem --crl broken.der", "broken.der cannot be read", "get the list again"),
            ("leaf.pem --root root.pem --ocsp broken.der", "broken.der cannot be read", "the DER of an OCSP answer"),
            ("leaf.pem --root root.pem --name web", "\"web\" is not a name", "dns:"),
            ("leaf.pem --root root.pem --policy gold", "\"gold\" is not a policy", "1.2.3"),
        ])
    func undecided(_ words: String, _ what: String, _ mend: String) throws {
        let desk = try Desk()
        try desk.folder.write("a certificate, they said\n", to: "text.pem")
        try desk.folder.write([0x30, 0x00], to: "broken.der")
        try desk.folder.write(PEM.render(label: "ENCRYPTED PRIVATE KEY", [0x30, 0]), to: "key.pem")
        try desk.pem(
            [TestPKI.leaf("other", serialNumber: [9]).der(signedBy: TestPKI.goodChain().issuing)], to: "other.pem")
        let answer = try desk.verify(words)
        #expect(answer.status == 2)
        #expect(answer.out == "")
        #expect(answer.err.contains(what) && answer.err.contains(mend), "\(answer.err)")
    }

    @Test("usage that contradicts itself is refused", arguments: ["", "--batch - leaf.pem", "leaf.pem --purpose tea"])
    func usage(_ words: String) throws {
        #expect(try Desk().verify(words).status == 64)
    }

    @Test("JSON: one object with the verdict, the proof and what it rests on")
    func acceptedJSON() throws {
        let answer = try Desk().verify("chain.pem --root root.pem --purpose server --json")
        let object = try JSONObject(answer.out)
        #expect(object[text: "verdict"] == "accepted")
        #expect(object[text: "identity"] == "spiffe://example.internal/web")
        #expect(object[list: "path"]?.count == 3)
        #expect(object[text: "validUntil"] == "2026-06-02T11:00:00Z")
        #expect(object[object: "basis"]?["purpose"] as? String == "server")
        #expect(object[text: "reason"] == nil)
    }

    @Test("JSON: a refusal has the members that a line of a batch has, and the mend")
    func refusedJSON() throws {
        var chain = TestPKI.goodChain()
        chain.issuing.notAfter = noon - 1
        let answer = try Desk(chain).verify("chain.pem --root root.pem --json")
        let object = try JSONObject(answer.out)
        #expect(answer.status == 1)
        #expect(object[text: "verdict"] == "refused")
        #expect(object[text: "reason"] == "expired")
        #expect(object[text: "clause"] == "RFC 5280 §6.1.3(a)(2)")
        #expect(object[number: "certificate"] == 1)
        #expect(object[text: "subject"] == "CN=Test Issuing,O=Symbolon Tests")
        #expect(object[text: "remedy"]?.hasPrefix("renew the certificate") == true)
    }

    @Test("without --root the authority of the home is trusted, and what it revoked is refused")
    func home() throws {
        let home = try Home.withAuthority()
        let out = home.folder.file("web")
        try home.done("identity", "export", "web", "--out", out, "--plain-key")
        let good = try home.start(["verify", "\(out)/web.pem", "--purpose", "server", "--home", home.path])
        #expect(good.status == 0, "\(good.out)\(good.err)")
        #expect(good.out.contains("revocation good, as known on") && good.out.contains("from the authority in"))
        // The file of an identity holds its sealed key too, and that is not looked at.
        let kept = try home.start(["verify", "\(home.path)/identities/web.pem", "--home", home.path])
        #expect(kept.status == 0, "\(kept.out)\(kept.err)")
        try home.done("identity", "revoke", "web")
        let revoked = try home.start(["verify", "\(out)/web.pem", "--purpose", "server", "--home", home.path])
        #expect(revoked.status == 1)
        #expect(revoked.out.contains("revoked on"), "\(revoked.out)")
    }

    @Test("what a certificate says cannot move the cursor or forge a line")
    func escapes() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.names = [.uri("spiffe://example.internal/web"), .dns("a\u{1B}[2J\nAccepted: x")]
        let answer = try Desk(chain).verify("chain.pem --root root.pem")
        #expect(answer.status == 1)
        #expect(!answer.out.contains("\u{1B}") && !answer.out.contains("\nAccepted"), "\(answer.out)")
    }
}

import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonWire
import Testing

@testable import SymbolonStorage

@Suite("The name of an identity is a safe file name")
struct IdentityNameTests {
    @Test("takes", arguments: ["web", "person.alice", "sn-001", "a_b", "0", String(repeating: "a", count: 100)])
    func taken(_ text: String) throws {
        #expect(try IdentityName(text).description == text)
    }

    @Test(
        "refuses",
        arguments: [
            "", ".", "..", ".web", "-web", "a..b", "a/b", "Web", "wéb", "a b", "a\0b",
            String(repeating: "a", count: 101),
        ])
    func refused(_ text: String) {
        #expect(throws: IdentityFailure.name(text)) { try IdentityName(text) }
    }
}

@Suite("An identity is kept whole")
struct StoredIdentityTests {
    let scratch: Scratch
    let home: HomeFolder

    init() throws {
        scratch = try Scratch()
        home = HomeFolder(scratch.file("home"))
        _ = try home.create(passphrase: .descriptor(0))
    }

    @Test("reads back as it was saved, in one owner-only file")
    func roundTrip() throws {
        let saved = try identity("web")
        try home.saveIdentity(saved, under: passphrase)
        let read = try home.loadIdentity(saved.name, with: passphrase)
        #expect(read.name == saved.name)
        #expect(read.chain == saved.chain)
        #expect(read.anchors == saved.anchors)
        #expect(read.key.publicKey == saved.key.publicKey)
        #expect(try mode(home.identityFile(saved.name)) == 0o600)
        try home.check()
    }

    @Test("is listed by name; what is no identity is passed over")
    func listed() throws {
        for name in ["web", "client"] { try home.saveIdentity(identity(name), under: passphrase) }
        try scratch.write("home/identities/.web.pem.0.new", "left by a crash")
        try scratch.write("home/identities/notes.txt", "x")
        #expect(try home.identityNames().map(\.description) == ["client", "web"])
    }

    @Test("once removed is not there")
    func removed() throws {
        let saved = try identity("web")
        try home.saveIdentity(saved, under: passphrase)
        try home.removeIdentity(saved.name)
        #expect(try home.identityNames().isEmpty)
        #expect(throws: IdentityFailure.file(.absent(path: home.identityFile(saved.name)))) {
            try home.loadIdentity(saved.name, with: passphrase)
        }
    }

    @Test("T40: a key that is not the certificate's is refused, before and after it is stored")
    func mismatch() throws {
        let web = try identity("web")
        let stranger = SigningKey.make(.p256)
        let failure = IdentityFailure.keyDoesNotFit(
            certificate: web.key.publicKey.fingerprint.description, key: stranger.publicKey.fingerprint.description)
        #expect(throws: failure) {
            try StoredIdentity(name: web.name, chain: web.chain, key: stranger, anchors: web.anchors)
        }
        // The sealed key of one identity in front of the certificates of another.
        try home.saveIdentity(web, under: passphrase)
        let blocks = try PEM.parse(content(home.identityFile(web.name)))
        let sealed = try EncryptedPrivateKey.seal(stranger, under: passphrase)
        var text = PEM.render(label: "ENCRYPTED PRIVATE KEY", sealed)
        for block in blocks.dropFirst() { text += PEM.render(label: block.label, block.bytes) }
        try scratch.write("home/identities/web.pem", text)
        #expect(throws: failure) { try home.loadIdentity(web.name, with: passphrase) }
    }

    @Test("without an anchor, without a chain, or with a stray block is refused")
    func incomplete() throws {
        let web = try identity("web")
        #expect(throws: IdentityFailure.noAnchors) {
            try StoredIdentity(name: web.name, chain: web.chain, key: web.key, anchors: [])
        }
        try home.saveIdentity(web, under: passphrase)
        let path = home.identityFile(web.name)
        let blocks = try PEM.parse(content(path))
        func write(_ blocks: [PEM.Block]) throws {
            try scratch.write(
                "home/identities/web.pem", blocks.map { PEM.render(label: $0.label, $0.bytes) }.joined())
        }
        try write([blocks[0], blocks[1]])
        #expect(throws: IdentityFailure.noAnchors) { try home.loadIdentity(web.name, with: passphrase) }
        try write([blocks[0], blocks[2]])
        #expect(throws: IdentityFailure.noCertificate(path: path)) { try home.loadIdentity(web.name, with: passphrase) }
        try write([blocks[0], blocks[2], blocks[1]])
        #expect(throws: IdentityFailure.strangeBlock(path: path, label: "CERTIFICATE")) {
            try home.loadIdentity(web.name, with: passphrase)
        }
    }
}

@Suite("T10: a file of anchors that is missing or broken never opens the door")
struct AnchorFileTests {
    let scratch: Scratch
    let path: String

    init() throws {
        scratch = try Scratch()
        path = scratch.file("anchors.pem")
    }

    @Test("T10: a good file is read, explanatory text and all, and without what has expired")
    func good() throws {
        let live = try selfSigned("live", .make(.p256))
        let expired = try selfSigned("expired", .make(.p256), notAfter: noon - 1)
        try scratch.write("anchors.pem", "Our authority:\n" + [live, expired].pem, mode: 0o644)
        #expect(try CertificateFile.anchors(path, at: noon) == [live])
    }

    @Test("T10: an absent file is refused")
    func absent() {
        refuses(.file(.absent(path: path)))
    }

    @Test("T10: an empty file is refused")
    func empty() throws {
        try scratch.write("anchors.pem", "")
        refuses(.file(.empty(path: path)))
    }

    @Test("T10: a folder is refused")
    func folder() throws {
        try makeFolder(path, mode: 0o700)
        refuses(.file(.wrongKind(path: path, found: .folder, wanted: .regularFile)))
    }

    @Test("T10: a file that nobody may read is refused, for the superuser too")
    func noPermission() throws {
        try scratch.write("anchors.pem", [try selfSigned("live", .make(.p256))].pem, mode: 0o000)
        refuses(.file(.notPermitted(path: path, operation: "read")))
    }

    @Test("T10: half a PEM block is refused")
    func half() throws {
        let text = try [selfSigned("live", .make(.p256))].pem
        try scratch.write("anchors.pem", String(text.prefix(text.count / 2).prefix { $0 != "=" }.dropLast(10)))
        #expect {
            try CertificateFile.anchors(path, at: noon)
        } throws: {
            if case IdentityFailure.pem(path, _) = $0 { true } else { false }
        }
    }

    @Test("T10: a file of expired anchors only is refused, and says since when")
    func expired() throws {
        let older = try selfSigned("older", .make(.p256), notAfter: noon - 100)
        let newer = try selfSigned("newer", .make(.p256), notAfter: noon - 1)
        try scratch.write("anchors.pem", [newer, older].pem)
        refuses(.allExpired(path: path, latest: noon - 1, now: noon))
        // Its twin: valid in its very last second (RFC 5280 §4.1.2.5: notAfter itself is inside).
        #expect(try CertificateFile.anchors(path, at: noon - 1) == [newer])
    }

    @Test("T10: DER where PEM is needed is refused, with the command that converts it")
    func der() throws {
        try scratch.write("anchors.pem", try selfSigned("live", .make(.p256)).der)
        let failure = IdentityFailure.notText(path: path)
        refuses(failure)
        #expect(failure.explanation.contains("openssl x509 -inform DER"))
    }

    @Test("T10: text without a block, a block that is no certificate, and a private key are refused")
    func others() throws {
        try scratch.write("anchors.pem", "no anchors yet\n")
        refuses(.noCertificate(path: path))
        try scratch.write("anchors.pem", SigningKey.make(.p256).clearPEM)
        refuses(.strangeBlock(path: path, label: "PRIVATE KEY"))
        try scratch.write("anchors.pem", PEM.render(label: "CERTIFICATE", [0x30, 0x00]))
        #expect {
            try CertificateFile.anchors(path, at: noon)
        } throws: {
            if case IdentityFailure.certificate(path, index: 1, _) = $0 { true } else { false }
        }
    }

    private func refuses(_ failure: IdentityFailure, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(throws: failure, sourceLocation: sourceLocation) { try CertificateFile.anchors(path, at: noon) }
    }
}

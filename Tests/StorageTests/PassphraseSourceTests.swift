import Foundation
import SymbolonKeys
import Testing

@testable import SymbolonStorage

@Suite("D02: a passphrase comes from a descriptor, a systemd credential or an owner-only file")
struct PassphraseSourceTests {
    @Test(
        "one line break at the end does not belong to it",
        arguments: [
            ("secret", "secret"), ("secret\n", "secret"), ("secret\r\n", "secret"), ("secret\n\n", "secret\n"),
            (" a b ", " a b "),
        ])
    func lineBreak(_ stored: String, _ expected: String) throws {
        let scratch = try Scratch()
        #expect(try PassphraseSource.file(scratch.write("passphrase", stored)).read().text == expected)
    }

    @Test("an empty one is refused", arguments: ["", "\n", "\r\n"])
    func empty(_ stored: String) throws {
        let scratch = try Scratch()
        let source = PassphraseSource.file(try scratch.write("passphrase", stored))
        #expect(throws: PassphraseFailure.empty(source)) { try source.read() }
    }

    @Test("a file that others can read is refused")
    func wide() throws {
        let scratch = try Scratch()
        let path = try scratch.write("passphrase", "secret", mode: 0o644)
        #expect(throws: PassphraseFailure.file(.tooWide(path: path, mode: 0o644, allowed: 0o600))) {
            try PassphraseSource.file(path).read()
        }
    }

    @Test("a file larger than any passphrase is refused")
    func large() throws {
        let scratch = try Scratch()
        let path = try scratch.write("passphrase", [UInt8](repeating: 65, count: 4097))
        #expect(throws: PassphraseFailure.file(.tooLarge(path: path, limit: 4096))) {
            try PassphraseSource.file(path).read()
        }
    }

    @Test("a descriptor is read to its end, and closed")
    func descriptor() throws {
        var ends: [Int32] = [0, 0]
        #expect(unsafe pipe(&ends) == 0)
        let text = Array("through a pipe\n".utf8)
        #expect(unsafe write(ends[1], text, text.count) == text.count)
        close(ends[1])
        #expect(try PassphraseSource.descriptor(ends[0]).read().text == "through a pipe")
    }

    @Test("a descriptor that is not open is refused")
    func closedDescriptor() {
        #expect(throws: PassphraseFailure.file(.system(path: "descriptor 1000000", operation: "read", code: EBADF))) {
            try PassphraseSource.descriptor(1_000_000).read()
        }
    }

    @Test("a systemd credential is read from the folder that systemd names, whatever its mode there")
    func credential() throws {
        let scratch = try Scratch()
        try scratch.write("symbolon", "from systemd", mode: 0o440)
        let source = PassphraseSource.systemdCredential("symbolon")
        #expect(try source.read(credentialsFolder: scratch.path).text == "from systemd")
        #expect(throws: PassphraseFailure.noCredentialsFolder(name: "symbolon")) {
            try source.read(credentialsFolder: nil)
        }
    }

    @Test("a credential's name cannot leave the folder", arguments: ["", ".", "..", "../passphrase", "a/b"])
    func credentialName(_ name: String) throws {
        let scratch = try Scratch()
        #expect(throws: PassphraseFailure.credentialName(name)) {
            try PassphraseSource.systemdCredential(name).read(credentialsFolder: scratch.path)
        }
    }
}

@Suite("A private key at rest")
struct PrivateKeyFileTests {
    @Test("is sealed, owner-only, and opens under its passphrase")
    func roundTrip() throws {
        let scratch = try Scratch()
        let key = SigningKey.make(.p256)
        let path = scratch.file("key.pem")
        try PrivateKeyFile.create(key, at: path, under: passphrase)
        #expect(try mode(path) == 0o600)
        #expect(String(decoding: try content(path), as: UTF8.self).hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"))
        #expect(try PrivateKeyFile.load(path, with: passphrase).publicKey == key.publicKey)
    }

    @Test("does not open under another passphrase")
    func wrongPassphrase() throws {
        let scratch = try Scratch()
        let path = scratch.file("key.pem")
        try PrivateKeyFile.create(.make(.ed25519), at: path, under: passphrase)
        #expect(throws: KeyFileFailure.key(path: path, .wrongPassphrase)) {
            try PrivateKeyFile.load(path, with: Passphrase(text: "another"))
        }
    }

    @Test("is never overwritten")
    func overwritten() throws {
        let scratch = try Scratch()
        let path = scratch.file("key.pem")
        let key = SigningKey.make(.p256)
        try PrivateKeyFile.create(key, at: path, under: passphrase)
        #expect(throws: KeyFileFailure.file(.exists(path: path))) {
            try PrivateKeyFile.create(.make(.p256), at: path, under: passphrase)
        }
        #expect(try PrivateKeyFile.load(path, with: passphrase).publicKey == key.publicKey)
    }

    @Test("in the clear is taken only from the operator's own file, never from a home")
    func clear() throws {
        let scratch = try Scratch()
        let key = SigningKey.make(.p256)
        let path = try scratch.write("key.pem", key.clearPEM)
        #expect(try PrivateKeyFile.loadGiven(path, with: nil).publicKey == key.publicKey)
        #expect(throws: KeyFileFailure.notOneKey(path: path, labels: ["PRIVATE KEY"])) {
            try PrivateKeyFile.load(path, with: passphrase)
        }
    }

    @Test("sealed and without a passphrase is refused")
    func noPassphrase() throws {
        let scratch = try Scratch()
        let path = scratch.file("key.pem")
        try PrivateKeyFile.create(.make(.p256), at: path, under: passphrase)
        #expect(throws: KeyFileFailure.passphraseNeeded(path: path)) { try PrivateKeyFile.loadGiven(path, with: nil) }
    }

    @Test("that others can read, or that comes with something else, is refused")
    func spoiled() throws {
        let scratch = try Scratch()
        let text = SigningKey.make(.p256).clearPEM
        let wide = try scratch.write("wide.pem", text, mode: 0o644)
        #expect(throws: KeyFileFailure.file(.tooWide(path: wide, mode: 0o644, allowed: 0o600))) {
            try PrivateKeyFile.loadGiven(wide, with: nil)
        }
        let twice = try scratch.write("twice.pem", text + text)
        #expect(throws: KeyFileFailure.notOneKey(path: twice, labels: ["PRIVATE KEY", "PRIVATE KEY"])) {
            try PrivateKeyFile.loadGiven(twice, with: nil)
        }
        let other = try scratch.write("other.pem", text.replacing("PRIVATE", with: "EC PRIVATE"))
        let failure = KeyFileFailure.notOneKey(path: other, labels: ["EC PRIVATE KEY"])
        #expect(throws: failure) { try PrivateKeyFile.loadGiven(other, with: passphrase) }
        #expect(failure.explanation.contains("openssl pkcs8 -topk8"))
    }
}

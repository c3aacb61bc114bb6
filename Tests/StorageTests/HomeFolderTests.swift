import Foundation
import SymbolonKeys
import Testing

@testable import SymbolonStorage

@Suite("A home is closed to everybody else")
struct HomeFolderTests {
    @Test("is made with folders of 0700 and a passphrase of 256 bits in a file of 0600")
    func made() throws {
        let scratch = try Scratch()
        let home = HomeFolder(scratch.file("home"))
        let source = try home.create()
        #expect(source == .file(home.passphraseFile))
        for folder in [home.path, home.keysFolder, home.identitiesFolder] { #expect(try mode(folder) == 0o700) }
        #expect(try mode(home.passphraseFile) == 0o600)
        // 43 digits of six bits hold 256 bits.
        #expect(try source.read().secret.count == 43)
        try home.check()
    }

    @Test("is made with no passphrase file when the operator has a source")
    func ownSource() throws {
        let scratch = try Scratch()
        let home = HomeFolder(scratch.file("home"))
        #expect(try home.create(passphrase: .systemdCredential("pass")) == .systemdCredential("pass"))
        #expect(try namesInFolder(home.path) == ["identities", "keys"])
    }

    @Test("made again, keeps the passphrase that keys are sealed under")
    func again() throws {
        let scratch = try Scratch()
        let home = HomeFolder(scratch.file("home"))
        let first = try home.create().read().secret
        #expect(try home.create().read().secret == first)
    }

    @Test("two homes have different passphrases")
    func different() throws {
        let scratch = try Scratch()
        let first = try HomeFolder(scratch.file("one")).create().read().secret
        #expect(try HomeFolder(scratch.file("two")).create().read().secret != first)
    }

    @Test("a path is made absolute and loses its last slash")
    func path() {
        #expect(HomeFolder("/a/b/").path == "/a/b")
        #expect(HomeFolder("b").path == FileManager.default.currentDirectoryPath + "/b")
    }

    @Test("everything too wide is found at once, each with its chmod")
    func wide() throws {
        let scratch = try Scratch()
        let home = HomeFolder(scratch.file("home"))
        _ = try home.create()
        let key = home.keyFile(.issuing)
        try scratch.write("home/keys/issuing.key.pem", "x", mode: 0o644)
        try setMode(home.path, 0o755)
        let failure = HomeFailure.unsafe([
            .tooWide(path: home.path, mode: 0o755, allowed: 0o700), .tooWide(path: key, mode: 0o644, allowed: 0o600),
        ])
        #expect(throws: failure) { try home.check() }
        #expect(failure.explanation.contains("run: chmod 0700 '\(home.path)'"))
        #expect(failure.explanation.contains("run: chmod 0600 '\(key)'"))

        try setMode(home.path, 0o700)
        try setMode(key, 0o600)
        try home.check()
    }

    @Test("a wide home that is there already is refused, not mended in silence")
    func wideBefore() throws {
        let scratch = try Scratch()
        let home = HomeFolder(scratch.file("home"))
        try makeFolder(home.path, mode: 0o750)
        #expect(throws: HomeFailure.unsafe([.tooWide(path: home.path, mode: 0o750, allowed: 0o700)])) {
            try home.create()
        }
    }

    @Test("links are refused, for a file, a folder and the home itself")
    func links() throws {
        let scratch = try Scratch()
        let home = HomeFolder(scratch.file("home"))
        _ = try home.create()
        let far = try scratch.write("far", "x")
        let link = home.keyFile(.root)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: far)
        #expect(throws: HomeFailure.unsafe([.symbolicLink(path: link)])) { try home.check() }
        try FileManager.default.removeItem(atPath: link)

        let alias = HomeFolder(scratch.file("alias"))
        try FileManager.default.createSymbolicLink(atPath: alias.path, withDestinationPath: home.path)
        #expect(throws: HomeFailure.unsafe([.symbolicLink(path: alias.path)])) { try alias.check() }
        try home.check()
    }

    @Test("a home of another user is refused", .enabled(if: effectiveUser() == 0))
    func owner() throws {
        let scratch = try Scratch()
        let home = HomeFolder(scratch.file("home"))
        _ = try home.create()
        #expect(unsafe chown(home.passphraseFile, 65534, 65534) == 0)
        let failure = HomeFailure.unsafe([.foreignOwner(path: home.passphraseFile, owner: 65534, expected: 0)])
        #expect(throws: failure) { try home.check() }
        #expect(failure.explanation.contains("run: chown 0 '\(home.passphraseFile)'"))
    }

    @Test("a home that is not there, or is a file, is said so")
    func absent() throws {
        let scratch = try Scratch()
        let none = HomeFolder(scratch.file("none"))
        #expect(throws: HomeFailure.unsafe([.absent(path: none.path)])) { try none.check() }
        let file = HomeFolder(try scratch.write("file", "x"))
        #expect(throws: HomeFailure.unsafe([.wrongKind(path: file.path, found: .regularFile, wanted: .folder)])) {
            try file.check()
        }
    }
}

import Foundation
import SymbolonTestSupport
import Testing

@Suite("A home that is not safe, or not there, is not started from")
struct UnsafeHomeTests {
    @Test(
        "wider modes end with 3 and the command that mends them, which does mend them",
        arguments: [
            ("", 0o755, "chmod 0700"), ("/keys", 0o750, "chmod 0700"), ("/keys/issuing.key.pem", 0o640, "chmod 0600"),
            ("/authority.sqlite", 0o644, "chmod 0600"), ("/identities/web.pem", 0o604, "chmod 0600"),
        ])
    func wide(_ place: String, _ mode: Int, _ command: String) throws {
        let home = try Home.withAuthority()
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: home.path + place)
        let mend = "\(command) '\(home.path)\(place)'"
        for verb in [
            ["up", "--once"], ["identity", "issue", "x", "--profile", "client"], ["identity", "revoke", "web"],
        ] {
            try home.refused(3, verb, what: "is not safe to use, so nothing was started", why: mend)
        }
        #expect(try run("/bin/sh", ["-c", mend]).status == 0)
        try home.done("up", "--once")
    }

    @Test("a passphrase file that others read is refused, with the command that mends it")
    func widePassphrase() throws {
        let home = try Home.withAuthority()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: home.passphraseFile)
        try home.refused(
            3, ["up", "--once"], what: "there is no passphrase", why: "chmod 0600 '\(home.passphraseFile)'")
    }

    @Test("a wrong passphrase ends with 3 and changes nothing")
    func wrongPassphrase() throws {
        let home = try Home.withAuthority()
        let wrong = try home.folder.write("not the passphrase\n", to: "wrong")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: wrong)
        let before = try home.objects("audit", "verify").first?[text: "head"]
        for verb in [
            ["up", "--once"], ["identity", "issue", "x", "--profile", "client"], ["identity", "revoke", "web"],
        ] {
            try home.refused(
                3, verb + ["--passphrase-file", wrong], what: "keys in \(home.path) cannot be opened",
                why: "passphrase", mend: "--passphrase-file")
        }
        #expect(try home.objects("audit", "verify").first?[text: "head"] == before)
    }

    @Test("where there is no authority, every verb that needs one says how to make one")
    func nothingThere() throws {
        let home = try Home()
        for verb in [
            ["identity", "list"], ["identity", "show", "web"], ["identity", "revoke", "web"],
            ["identity", "issue", "web", "--profile", "client"],
            ["audit", "verify"], ["audit", "show"], ["operator", "list"],
        ] {
            try home.refused(
                2, verb, what: "there is no authority in \(home.path)", mend: "symbolon up --home \(home.path)")
        }
        #expect(!FileManager.default.fileExists(atPath: home.path))
    }

    @Test("a store that cannot be written issues and revokes nothing, and can be read")
    func readOnly() throws {
        let home = try Home.withAuthority()
        for (place, mode) in [("/authority.sqlite", 0o400), ("", 0o500)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: home.path + place)
        }
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: home.path) }
        // Root passes every mode by; without that capability it is a user like others.
        let asUser = geteuid() == 0 ? ["/usr/bin/setpriv", "--bounding-set=-dac_override,-dac_read_search"] : []
        let common = ["--home", home.path]
        let sealed = common + ["--passphrase-file", home.passphraseFile]
        for verb in [["identity", "issue", "x", "--profile", "client"], ["identity", "revoke", "web"]] {
            let result = try home.start(verb + sealed, by: asUser)
            #expect(result.status == 1, "\(verb): \(result.out)\(result.err)")
            #expect(result.err.contains("do:  make the folder and the file writable"), "\(result.err)")
        }
        let list = try home.start(["identity", "list"] + common, by: asUser)
        #expect(list.status == 0, "\(list.err)")
        #expect(list.out.contains("spiffe://example.internal/web"))
    }

    @Test("a file that is no store is left as it is")
    func foreign() throws {
        let home = try Home.withAuthority()
        try home.folder.write("not a database, but long enough to be looked at as one\n", to: "home/authority.sqlite")
        let before = try home.folder.read("home/authority.sqlite")
        for file in ["authority.sqlite-wal", "authority.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: home.path + "/" + file)
        }
        let result = try home.run("identity", "list")
        #expect(result.status == 1, "\(result.err)")
        #expect(result.err.contains("the store \(home.path)/authority.sqlite cannot be used"), "\(result.err)")
        #expect(try home.folder.read("home/authority.sqlite") == before)
    }
}

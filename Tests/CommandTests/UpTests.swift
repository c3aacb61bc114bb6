import Foundation
import SymbolonTestSupport
import Testing

@Suite("symbolon up: an authority, made once, and checked from then on")
struct UpTests {
    @Test("it makes an authority, says where everything is, and changes nothing the second time")
    func twice() throws {
        let home = try Home()
        let made = try home.done("up", "--once", "--organisation", "Example Ltd")
        #expect(made.out.hasPrefix("An authority for example.internal is made.\n"))
        for text in ["Example Ltd", home.path, "may certify", "DNS example.internal, localhost", "0 live, 0 revoked"] {
            #expect(made.out.contains(text), "\(made.out)")
        }
        #expect(made.err == "")
        let summary = try #require(try home.objects("up", "--once").first)
        #expect(summary[flag: "isNew"] == false)
        #expect(summary[text: "trustDomain"] == "example.internal")
        #expect(summary[text: "organisation"] == "Example Ltd")
        #expect(summary[text: "keyAlgorithm"] == "p256")
        #expect(summary[number: "auditEntries"] == 1)
        #expect(summary[flag: "rootKeyIsHere"] == true)
        #expect(summary[list: "permittedMail"] == ["example.internal"])
        let root = try #require(summary[object: "root"]?["fingerprint"] as? String)
        #expect(made.out.contains("SHA-256 \(root)"))
        let again = try home.done("up", "--once")
        #expect(again.out.hasPrefix("The authority for example.internal is in order.\n"))
        #expect(try home.objects("up", "--once").first?[object: "root"]?["fingerprint"] as? String == root)
    }

    @Test("what it is for is chosen when it is made")
    func chosen() throws {
        let home = try Home()
        let summary = try #require(
            try home.objects(
                "up", "--once", "--domain", "corp.example", "--permit-dns", "corp.example", "--permit-dns",
                "apps.example",
                "--permit-ip", "198.51.100.0/24", "--permit-mail", "mail.example", "--key-algorithm", "ed25519"
            ).first)
        #expect(summary[flag: "isNew"] == true)
        #expect(summary[text: "trustDomain"] == "corp.example")
        #expect(summary[text: "keyAlgorithm"] == "ed25519")
        #expect(summary[list: "permittedDNS"] == ["corp.example", "apps.example"])
        #expect(summary[list: "permittedNetworks"] == ["198.51.100.0/24"])
        #expect(summary[list: "permittedMail"] == ["mail.example"])
        try home.done("up", "--once", "--permit-dns", "apps.example", "--permit-dns", "corp.example")
    }

    @Test(
        "a second up that asks for something else is refused, and says what is there",
        arguments: [
            (["--domain", "other.example"], "--domain (example.internal)"),
            (["--organisation", "Other"], "--organisation (example.internal)"),
            (["--key-algorithm", "p384"], "--key-algorithm (p256)"),
        ])
    func otherwise(_ options: [String], _ why: String) throws {
        try Home.withAuthority().refused(
            1, ["up", "--once"] + options, what: "was made otherwise, and is left as it is", why: why, mend: "--home")
    }

    @Test("what it may certify grows by authority permit, for good and on record, and not by a second up")
    func permits() throws {
        let home = try Home.withAuthority()
        let shop = ["identity", "issue", "shop", "--profile", "service", "--dns", "shop.apps.example"]
        try home.refused(1, shop, what: "no certificate was issued", why: "apps.example", mend: "authority permit")
        let entries = try #require(try home.objects("up", "--once").first?[number: "auditEntries"])
        try home.refused(
            1,
            [
                "up", "--once", "--permit-dns", "apps.example", "--permit-ip", "192.0.2.0/24", "--permit-mail",
                "apps.example",
            ],
            what: "does not permit all of that, and is left as it is",
            why: "dns:apps.example, ip:192.0.2.0/24, mail:apps.example",
            mend: "symbolon authority permit --dns apps.example --ip 192.0.2.0/24 --mail apps.example")
        #expect(try home.objects("up", "--once").first?[number: "auditEntries"] == entries)

        let permit = ["--dns", "apps.example", "--ip", "192.0.2.0/24", "--mail", "apps.example"]
        #expect(
            try home.run(["authority", "permit"] + permit).out
                == "permitted   dns:apps.example\npermitted   ip:192.0.2.0/24\npermitted   mail:apps.example\n")
        #expect(try home.run(["authority", "permit"] + permit).out == "All of that was permitted before.\n")
        // What it certifies by now, a second up may ask for.
        let summary = try #require(
            try home.objects("up", "--once", "--permit-dns", "shop.apps.example", "--permit-ip", "192.0.2.0/24").first)
        #expect(summary[list: "permittedDNS"] == ["example.internal", "localhost", "apps.example"])
        let kinds = try home.objects("audit", "show", "--last", "10").compactMap { $0[text: "kind"] }
        #expect(kinds.count { $0 == "authority.permitted" } == 1)
        #expect(try home.run(shop + ["--ip", "192.0.2.7"]).status == 0)
        try home.done("audit", "verify")
        try home.refused(
            1, ["identity", "issue", "other", "--profile", "service", "--dns", "other.example"],
            what: "no certificate was issued", why: "other.example", mend: "authority permit")
    }

    @Test(
        "what cannot be read is refused with the reason, and nothing is made",
        arguments: [
            (["--domain", "Not A Domain"], "is not a trust domain"), (["--permit-dns", "a..b"], "is not a DNS name"),
            (["--permit-ip", "10.0.0.0/33"], "is not a network"), (["--permit-ip", "10.0.0.1/8"], "is not a network"),
            (["--permit-mail", "a@b"], "is not a mail domain"),
        ])
    func unreadable(_ options: [String], _ what: String) throws {
        let home = try Home()
        try home.refused(2, ["up", "--once"] + options, what: what, why: "why: ")
        #expect(!FileManager.default.fileExists(atPath: home.path))
    }

    @Test("wrong usage ends with 64")
    func usage() throws {
        let home = try Home()
        for arguments in [
            ["up", "--once", "--key-algorithm", "rsa"], ["up", "--once", "--nonsense"],
            ["up", "--once", "--passphrase-fd", "1"],
            ["up", "--once", "--passphrase-file", "a", "--passphrase-credential", "b"], ["upp"],
        ] {
            let result = try home.start(arguments + (arguments == ["upp"] ? [] : ["--home", home.path]))
            #expect(result.status == 64, "\(arguments): \(result.out)\(result.err)")
        }
        #expect(!FileManager.default.fileExists(atPath: home.path))
    }

    @Test("without a source it makes a passphrase that only its owner reads, and the keys are sealed under it")
    func ownPassphrase() throws {
        let home = try Home()
        let made = try home.start(["up", "--once", "--home", home.path])
        #expect(made.status == 0, "\(made.err)")
        #expect(try mode(home.path + "/passphrase") == 0o600)
        #expect(try home.start(["up", "--once", "--home", home.path]).status == 0)
        let key = String(decoding: try home.folder.read("home/keys/issuing.key.pem"), as: UTF8.self)
        #expect(key.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
    }

    @Test("every folder is 0700 and every file 0600")
    func modes() throws {
        let home = try Home.withAuthority()
        #expect(try mode(home.path) == 0o700)
        let names = FileManager.default.enumerator(atPath: home.path)?.compactMap { $0 as? String } ?? []
        #expect(names.contains("identities/web.pem"))
        for name in names {
            let isFolder = ["keys", "identities"].contains(name)
            #expect(try mode(home.path + "/" + name) == (isFolder ? 0o700 : 0o600), "\(name)")
        }
    }

    @Test("the passphrase may come from a descriptor or a systemd credential")
    func sources() throws {
        let home = try Home.withAuthority()
        let shell = ["/bin/sh", "-c", "exec \"$@\" 5<'\(home.passphraseFile)'", "sh"]
        #expect(try home.start(["up", "--once", "--home", home.path, "--passphrase-fd", "5"], by: shell).status == 0)
        let byCredential = ["up", "--once", "--home", home.path, "--passphrase-credential", "secret"]
        let credentials = ["CREDENTIALS_DIRECTORY": home.folder.path]
        #expect(try home.start(byCredential, environment: credentials).status == 0)
        let none = try home.start(byCredential)
        #expect(none.status == 3)
        #expect(none.err.contains("LoadCredential=secret:PATH"), "\(none.err)")
        let closed = try home.start(["up", "--once", "--home", home.path, "--passphrase-fd", "9"])
        #expect(closed.status == 3, "\(closed.err)")
    }

    @Test("the home may be named by the environment")
    func environment() throws {
        let home = try Home.withAuthority()
        let list = try home.start(["identity", "list"], environment: ["SYMBOLON_HOME": home.path])
        #expect(list.status == 0)
        #expect(list.out.contains("spiffe://example.internal/web"))
    }

    @Test("with the root key moved away it says so, and still issues")
    func rootAway() throws {
        let home = try Home.withAuthority()
        try FileManager.default.moveItem(
            atPath: home.path + "/keys/root.key.pem", toPath: home.folder.file("root.key.pem"))
        #expect(try home.objects("up", "--once").first?[flag: "rootKeyIsHere"] == false)
        #expect(try home.done("up", "--once").out.contains("not on this machine"))
        try home.done("identity", "issue", "laptop", "--profile", "client")
    }
}

func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? NSNumber).intValue
}

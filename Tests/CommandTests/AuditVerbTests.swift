import Foundation
import SymbolonTestSupport
import Testing

@Suite("symbolon audit verify and show")
struct AuditVerbTests {
    @Test("an untouched record is intact, and its head can be noted and asked for later")
    func intact() throws {
        let home = try Home.withAuthority()
        let shown = try home.done("audit", "verify").out
        #expect(shown.hasPrefix("The record is intact: 3 entries"))
        let object = try #require(try home.objects("audit", "verify").first)
        #expect(object[flag: "intact"] == true)
        #expect(object[number: "entries"] == 3)
        #expect(object[flag: "keyWasOpened"] == true)
        let head = try #require(object[text: "head"])
        #expect(shown.contains(head))
        try home.done("identity", "issue", "x", "--profile", "client")
        try home.done("audit", "verify", "--expect", head)
    }

    @Test("without the passphrase it checks against the key in the store, and says so")
    func withoutKey() throws {
        let home = try Home.withAuthority()
        let result = try home.start(["audit", "verify", "--home", home.path])
        #expect(result.status == 0, "\(result.err)")
        #expect(result.out.contains("from the store itself"))
    }

    @Test("a head that was never this record's is refused, and one that cannot be read is told so")
    func otherHead() throws {
        let home = try Home.withAuthority()
        let head = try #require(try home.objects("audit", "verify").first?[text: "head"])
        let forged = head.replacingOccurrences(
            of: "3:", with: "2:", range: head.startIndex..<head.index(head.startIndex, offsetBy: 2))
        let result = try home.run("audit", "verify", "--expect", forged)
        #expect(result.status == 1, "\(result.out)\(result.err)")
        try home.refused(
            2, ["audit", "verify", "--expect", "3"], what: "is not an audit head", why: "COUNT:HASH:SIGNATURE")
    }

    @Test("a store put back to an earlier day does not contain the head noted since")
    func putBack() throws {
        let home = try Home.withAuthority()
        let copy = try Home.withAuthority()
        try home.done("identity", "issue", "x", "--profile", "client")
        let head = try #require(try home.objects("audit", "verify").first?[text: "head"])
        let result = try copy.run("audit", "verify", "--expect", head)
        #expect(result.status == 1, "\(result.out)\(result.err)")
        #expect(result.out.contains("The record is broken"))
    }

    @Test(
        "an edit around the program is found, with its first entry",
        arguments: [
            ("UPDATE audit_entry SET event = (SELECT event FROM audit_entry WHERE sequence = 2) WHERE sequence = 3", 3),
            ("DELETE FROM audit_entry WHERE sequence = 2", 2), ("DELETE FROM audit_entry WHERE sequence = 3", 3),
        ])
    func edited(_ statement: String, _ entry: Int) throws {
        let home = try Home.withAuthority()
        try edit(home, statement)
        let result = try home.run("audit", "verify")
        #expect(result.status == 1, "\(result.out)\(result.err)")
        #expect(result.out.contains("The record is broken at entry \(entry)."), "\(result.out)")
        let json = try home.run("audit", "verify", "--json")
        #expect(json.status == 1)
        let object = try JSONObject(json.out)
        #expect(object[flag: "intact"] == false)
        #expect(object[number: "firstBadEntry"] == entry)
    }

    /// Edits the file as one can who has it: with another program, the triggers taken out.
    private func edit(_ home: Home, _ statement: String) throws {
        let script = """
            import sqlite3, sys
            store = sqlite3.connect(sys.argv[1])
            for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                store.execute(f'DROP TRIGGER "{name}"')
            store.execute("PRAGMA foreign_keys = OFF")
            changed = store.execute(sys.argv[2]).rowcount
            store.commit()
            sys.exit(0 if changed == 1 else 9)
            """
        let result = try run("/usr/bin/python3", ["-c", script, home.path + "/authority.sqlite", statement])
        try #require(result.status == 0, "\(result.err)")
    }

    @Test("the last entries are shown, oldest first, one a line, and as JSON")
    func show() throws {
        let home = try Home.withAuthority()
        let lines = try home.done("audit", "show").out.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("1 ") && lines[0].contains("authority.created"))
        #expect(lines[2].hasPrefix("3 ") && lines[2].contains("certificate.issued"))
        let objects = try home.objects("audit", "show", "--last", "2")
        #expect(objects.map { $0[number: "sequence"] } == [2, 3])
        #expect(objects.map { $0[text: "kind"] } == ["certificate.intended", "certificate.issued"])
        #expect(objects.allSatisfy { $0[text: "subject"] == "spiffe://example.internal/web" })
        #expect(try home.run("audit", "show", "--last", "0").status == 64)
        #expect(try home.run("audit", "show", "--last", "10001").status == 64)
    }

    @Test("A05: what an operator types stays on its line")
    func hostile() throws {
        let home = try Home.withAuthority()
        let organisation = "x\n4 certificate.issued\u{1B}[2J"
        let other = try Home()
        let made = try other.run("up", "--once", "--organisation", organisation)
        if made.status == 0 {
            let shown = try other.done("audit", "show").out
            #expect(shown.split(separator: "\n").count == 1, "\(shown)")
            #expect(!shown.contains("\u{1B}"))
            #expect(!made.out.contains("\u{1B}"))
        }
        _ = try home.run("identity", "issue", "x\n9\u{1B}[2J", "--profile", "client", "--csr", "/dev/null")
        #expect(try home.done("audit", "show").out.contains("\u{1B}") == false)
    }
}

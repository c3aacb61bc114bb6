import Foundation
import SymbolonTestSupport
import Testing

@Suite("C01: a store put back to an earlier day signs nothing until its operator accepts it")
struct RestoredStoreTests {
    private static let files = ["authority.sqlite", "authority.sqlite-wal", "authority.sqlite-shm"]

    /// Two entries and one certificate younger than the backup that was put back.
    private static func putBack() throws -> Home {
        let home = try Home.withAuthority()
        let backup = try TemporaryFolder()
        for file in files where FileManager.default.fileExists(atPath: "\(home.path)/\(file)") {
            try FileManager.default.copyItem(atPath: "\(home.path)/\(file)", toPath: backup.file(file))
        }
        try home.done("identity", "issue", "x", "--profile", "client")
        for file in files {
            try? FileManager.default.removeItem(atPath: "\(home.path)/\(file)")
            if FileManager.default.fileExists(atPath: backup.file(file)) {
                try FileManager.default.copyItem(atPath: backup.file(file), toPath: "\(home.path)/\(file)")
            }
        }
        return home
    }

    @Test("C01: each verb that signs is refused, with what, why and the way out, and adds nothing to the record")
    func refused() throws {
        let home = try Self.putBack()
        for verb in [
            ["up", "--once"], ["identity", "issue", "y", "--profile", "client"], ["identity", "revoke", "web"],
        ] {
            try home.refused(
                1, verb, what: "was put back to an earlier day, so nothing is signed",
                why: "has 3 entries, and 5 were noted outside it (in \(home.path)/keys/audit.head)",
                mend: "symbolon up --accept-restored-store --home \(home.path)")
        }
        #expect(try home.objects("audit", "show").count == 3)
    }

    @Test("C01: audit verify finds it by the noted head, and a head named on the command line is used in its place")
    func verify() throws {
        let home = try Self.putBack()
        let result = try home.run("audit", "verify")
        #expect(result.status == 1, "\(result.out)\(result.err)")
        #expect(result.out.contains("The record is broken at entry 4."), "\(result.out)")
        #expect(result.out.contains("noted      5 entries"), "\(result.out)")
        let head = try #require(JSONObject(try home.run("audit", "verify", "--json").out)[text: "head"])
        try home.done("audit", "verify", "--expect", head)
    }

    @Test("C01: accepted, it says what is forgotten, writes that into the record, and signs again")
    func accepted() throws {
        let home = try Self.putBack()
        let out = try home.done("up", "--once", "--accept-restored-store").out
        for text in [
            "The restored store is accepted", "3 entries where 5 were noted", "cannot be listed or",
            "end by themselves",
            "The authority for example.internal is in order.",
        ] {
            #expect(out.contains(text), "\(out)")
        }
        let entry = try #require(try home.objects("audit", "show", "--last", "1").first)
        #expect(entry[text: "kind"] == "authority.restored")
        #expect(entry[number: "sequence"] == 4)
        try home.done("identity", "issue", "y", "--profile", "client")
        let verified = try #require(try home.objects("audit", "verify").first)
        #expect(verified[number: "entries"] == 6)
        #expect(verified[number: "notedEntries"] == 6)
    }

    @Test("the same as JSON")
    func json() throws {
        let home = try Self.putBack()
        let summary = try #require(try home.objects("up", "--once", "--accept-restored-store").first)
        let accepted = try #require(summary[object: "acceptedRestoration"])
        #expect(accepted["notedEntries"] as? Int == 5)
        #expect(accepted["foundEntries"] as? Int == 3)
        #expect((accepted["forgottenUntil"] as? String)?.hasSuffix("Z") == true)
        #expect(try home.objects("up", "--once").first?[object: "acceptedRestoration"] == nil)
    }

    @Test("there is nothing to accept where nothing was put back, and no authority is made by the option")
    func nothingToAccept() throws {
        let home = try Home.withAuthority()
        try home.refused(
            1, ["up", "--once", "--accept-restored-store"],
            what: "there is no restored store in \(home.path) to accept",
            mend: "leave --accept-restored-store out")
        #expect(try home.objects("audit", "show").count == 3)
        let empty = try Home()
        try empty.refused(
            2, ["up", "--once", "--accept-restored-store"], what: "there is no authority in \(empty.path)")
        try home.refused(
            64, ["up", "--once", "--accept-restored-store", "--domain", "x.example"],
            what: "--accept-restored-store goes with no"
        )
    }

    @Test("a note that is no head stops every verb that signs, and audit verify cannot tell")
    func damagedNote() throws {
        let home = try Home.withAuthority()
        let note = home.path + "/keys/audit.head"
        let head = try home.folder.read("home/keys/audit.head")
        try home.folder.write("something else\n", to: "home/keys/audit.head")
        for verb in [["up", "--once"], ["up", "--once", "--accept-restored-store"], ["identity", "revoke", "web"]] {
            try home.refused(1, verb, what: "the head of the audit record", why: "\(note) does not hold", mend: "move")
        }
        try home.refused(2, ["audit", "verify"], what: "cannot be read", why: "\(note) does not hold")
        try home.folder.write(String(decoding: head, as: UTF8.self), to: "home/keys/audit.head")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: note)
        try home.done("up", "--once")
        try home.done("audit", "verify")
    }

    @Test("a home without a note has one once its authority was opened")
    func noNote() throws {
        let home = try Home.withAuthority()
        try FileManager.default.removeItem(atPath: home.path + "/keys/audit.head")
        try home.done("audit", "verify")
        try home.done("up", "--once")
        #expect(String(decoding: try home.folder.read("home/keys/audit.head"), as: UTF8.self).hasPrefix("3:"))
    }
}

import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("The same command works with an authority elsewhere, and says the same")
    struct TheSameCommandElsewhere {
        private static let issue = [
            "identity", "issue", "web", "--profile", "service", "--dns", "web.example.internal",
        ]

        @Test("an administrator issues, lists, shows, revokes and reads from another home; both ways say the same")
        func allVerbs() async throws {
            let served = try await Served.start()
            try served.makeHome("desk", with: "administrator")
            func asked(_ words: String...) throws -> String {
                let result = try served.elsewhere(words, home: "desk", as: "administrator")
                try #require(result.status == 0, "\(words): \(result.out)\(result.err)")
                return result.out
            }
            func here(_ words: String...) throws -> String {
                let result = try served.here(words)
                try #require(result.status == 0, "\(words): \(result.out)\(result.err)")
                return result.out
            }
            #expect(try served.elsewhere(Self.issue, home: "desk", as: "administrator").out.contains("is issued."))
            // The key was made at the desk, and is there alone.
            #expect(FileManager.default.fileExists(atPath: served.folder.file("desk/identities/web.pem")))
            #expect(!FileManager.default.fileExists(atPath: served.home + "/identities/web.pem"))
            for words in [
                ["identity", "list", "--all", "--json"], ["identity", "show", "web", "--json"],
                ["operator", "list", "--json"], ["authority", "show", "--json"], ["authority", "show"],
                ["audit", "show", "--last", "3", "--json"], ["invite", "list"], ["federate", "list"],
                ["acme", "account", "list"], ["acme", "eab", "list"],
            ] {
                let local = try served.here(words)
                let remote = try served.elsewhere(words, home: "desk", as: "administrator")
                #expect(local.status == 0, "\(local.err)")
                if words[0] == "audit" {
                    #expect(remote.out.split(separator: "\n").count == 3)
                } else {
                    #expect(local.out == remote.out)
                }
            }
            #expect(try asked("audit", "verify").hasPrefix("The record is intact"))
            #expect(try asked("identity", "revoke", "web", "--reason", "superseded").hasPrefix("revoked   spiffe://"))
            #expect(try asked("identity", "revoke", "web").hasPrefix("was already revoked"))
            #expect(try here("identity", "show", "web").contains("superseded"))
            #expect(try asked("authority", "permit", "--dns", "apps.example") == "permitted   dns:apps.example\n")
            #expect(try asked("authority", "permit", "--dns", "apps.example").contains("was permitted before"))
            // The server took it up without being told.
            _ = try asked("identity", "issue", "app", "--profile", "service", "--dns", "a.apps.example")
            #expect(try asked("operator", "add", "alice", "--role", "viewer").contains("has the role viewer."))
            #expect(try asked("operator", "add", "alice", "--role", "viewer").contains("as before"))
            #expect(try asked("operator", "list").contains("spiffe://example.internal/person/alice   viewer"))
            #expect(try asked("operator", "remove", "alice") == "removed   spiffe://example.internal/person/alice\n")
            let invited = try #require(Event(try asked("invite", "laptop", "--json")))
            let number = try #require(invited["code"]?.split(separator: "-").first.map(String.init))
            #expect(try here("invite", "list").hasPrefix(number))
            #expect(try asked("invite", "cancel", number).contains("is cancelled"))
            #expect(try here("invite", "list") == "No invitation is open.\n")
            #expect(try asked("federate", "invite", "--for", "1d", "--json").contains("\"code\""))
            let secret = try asked("acme", "eab", "create", "--json")
            #expect(secret.contains("\"secret\""))
            #expect(try here("acme", "eab", "list") == asked("acme", "eab", "list"))
            #expect(try here("audit", "verify").hasPrefix("The record is intact"))
        }

        private struct Wrong {
            let home: String
            let name: String
            let words: [String]
            let status: Int32
            let says: [String]
        }

        @Test("each kind of wrong input ends with its exit code, and says what to do")
        func wrong() async throws {
            let served = try await Served.start()
            let other = try await Served.start()
            for words in [
                ["identity", "issue", "eve", "--profile", "client"],
                ["identity", "issue", "looker", "--profile", "person"],
                ["identity", "issue", "gone", "--profile", "client"],
                ["operator", "add", "looker", "--role", "viewer"],
                ["operator", "add", "gone", "--role", "viewer", "--profile", "client"],
            ] {
                let result = try served.here(words)
                try #require(result.status == 0, "\(result.err)")
            }
            try served.makeHome("desk", with: "administrator", "eve", "looker", "gone")
            try other.makeHome("desk", with: "administrator")
            #expect(try served.here(["identity", "revoke", "gone"]).status == 0)
            try served.makeHome("empty")
            for wrong in [
                Wrong(
                    home: "desk", name: "eve", words: Self.issue, status: 1, says: ["may not do this", "yours is none"]),
                Wrong(
                    home: "desk", name: "looker", words: Self.issue, status: 1,
                    says: ["it takes the role operator, and yours is viewer", "symbolon operator add"]),
                Wrong(
                    home: "desk", name: "looker", words: ["operator", "add", "looker", "--role", "administrator"],
                    status: 1, says: ["it takes the role administrator"]),
                Wrong(
                    home: "desk", name: "gone", words: ["identity", "list"], status: 1,
                    says: ["refused the identity shown to it", "revoked", "get a new identity"]),
                Wrong(
                    home: "desk", name: "nobody", words: ["identity", "list"], status: 2,
                    says: ["the identity nobody of", "--as NAME"]),
                Wrong(
                    home: "desk", name: "administrator", words: ["identity", "show", "never"], status: 2,
                    says: ["no certificate was issued for \"never\"", "identity list --all"]),
                Wrong(
                    home: "desk", name: "administrator",
                    words: ["identity", "issue", "web", "--profile", "service", "--dns", "web.example.com"], status: 1,
                    says: ["web.example.com is not at or below a permitted domain", "authority permit"]),
                Wrong(
                    home: "desk", name: "administrator", words: ["operator", "remove", "administrator"], status: 1,
                    says: ["is the last administrator, and stays so"]),
            ] {
                let result = try served.elsewhere(wrong.words, home: wrong.home, as: wrong.name)
                #expect(result.status == wrong.status, "\(wrong.words) \(result.out)\(result.err)")
                #expect(result.out == "")
                for text in wrong.says { #expect(result.err.contains(text), "\(result.err)") }
            }
            func run(_ words: [String], home: String, from place: Served) throws -> ProgramRun {
                try SymbolonTestSupport.run(
                    try BuiltProgram.path("symbolon"), words + ["--home", place.folder.file(home)])
            }
            let list = ["identity", "list"]
            // An authority of the same name that is another: told nothing, and told apart.
            let stranger = try run(
                list + ["--authority", served.address, "--as", "administrator"], home: "desk", from: other)
            #expect(stranger.status == 2)
            #expect(stranger.err.contains("did not prove to be the authority, and was told nothing"), "\(stranger.err)")
            let nowhere = try run(list + ["--authority", "127.0.0.1:1", "--as", "eve"], home: "desk", from: served)
            #expect(nowhere.status == 2)
            #expect(nowhere.err.contains("cannot be asked") && nowhere.err.contains("Connection refused"))
            let noAddress = try run(list + ["--authority", "here", "--as", "eve"], home: "desk", from: served)
            #expect(noAddress.status == 2)
            #expect(noAddress.err.contains("is not the address of an authority"))
            let nobody = try run(list + ["--authority", served.address], home: "desk", from: served)
            #expect(nobody.status == 2)
            #expect(nobody.err.contains("name one with --as NAME"))
            let none = try run(list + ["--authority", served.address], home: "empty", from: served)
            #expect(none.err.contains("symbolon pair CODE@HOST"))
            let both = try served.here(list + ["--as", "eve"])
            #expect(both.status == 2)
            #expect(both.err.contains("--as is for an authority elsewhere"))
            #expect(try run(list, home: "empty", from: served).err.contains("there is no authority in"))
        }

        @Test("C12: a name or a role that is nearly right is not right")
        func nearly() async throws {
            let served = try await Served.start()
            // A client called alice is another identity than the person of that name.
            for words in [
                ["operator", "add", "alice", "--role", "administrator"],
                ["identity", "issue", "alice", "--profile", "client"],
            ] { #expect(try served.here(words).status == 0) }
            try served.makeHome("desk", with: "alice", "administrator")
            let refused = try served.elsewhere(["identity", "list"], home: "desk", as: "alice")
            #expect(refused.status == 1)
            #expect(refused.err.contains("yours is none"), "\(refused.err)")
            for role in ["Viewer", "viewer ", "VIEWER", "root", ""] {
                let result = try served.here(["operator", "add", "bob", "--role", role])
                #expect(result.status == 64, "\(role): \(result.out)\(result.err)")
            }
            for name in ["bob ", "../bob", "person/../bob", "spiffe://other.example/person/bob", "", "b b"] {
                let result = try served.elsewhere(
                    ["operator", "add", name, "--role", "viewer"], home: "desk", as: "administrator")
                #expect(result.status != 0, "\(name.debugDescription): \(result.out)")
            }
            // The honest twin.
            let good = try served.elsewhere(
                ["operator", "add", "bob", "--role", "viewer"], home: "desk", as: "administrator")
            #expect(good.status == 0, "\(good.err)")
            #expect(try served.here(["operator", "list", "--json"]).out.split(separator: "\n").count == 3)
        }

        @Test("A04, A05: no secret is in anything that is printed or recorded, and no word forges a line")
        func output() async throws {
            let served = try await Served.start()
            try served.makeHome("desk", with: "administrator")
            let forged = "x\n9999    2030-01-01T00:00:00Z  operator.put  \u{1B}[2Jforged\",\"actor\":\"eve"
            var printed: [String] = []
            // An identity issued again has another key: both are secret.
            var secrets = try Self.secrets(of: served)
            for words in [
                Self.issue, Self.issue + ["--json"], ["identity", "list", "--json"], ["identity", "show", "web"],
                ["identity", "show", forged], ["operator", "add", forged, "--role", "viewer"],
                ["operator", "remove", "spiffe://example.internal/person/\(forged)"],
                ["identity", "revoke", forged], ["operator", "list"], ["audit", "verify"],
                ["identity", "export", "web", "--out", served.folder.file("out"), "--plain-key"],
            ] {
                let result =
                    words[1] == "export"
                    ? try SymbolonTestSupport.run(
                        try BuiltProgram.path("symbolon"), words + ["--home", served.folder.file("desk")])
                    : try served.elsewhere(words, home: "desk", as: "administrator")
                printed += [result.out, result.err]
                secrets.formUnion(try Self.secrets(of: served))
                #expect(!(result.out + result.err).contains("\u{1B}"), "\(words)")
            }
            let record = try served.elsewhere(["audit", "show", "--last", "1000"], home: "desk", as: "administrator")
            let objects = try served.elsewhere(
                ["audit", "show", "--last", "1000", "--json"], home: "desk", as: "administrator")
            printed += [record.out, objects.out, served.server.lines.text, served.server.complaints.text]
            // One record each: a line of the record begins with its number, and no number is there twice.
            let numbers = record.out.split(separator: "\n").map { $0.prefix { $0.isNumber } }
            #expect(numbers.allSatisfy { !$0.isEmpty } && Set(numbers).count == numbers.count, "\(record.out)")
            #expect(!record.out.contains("\n9999"))
            #expect(objects.out.split(separator: "\n").allSatisfy { Event(String($0)) != nil })

            #expect(secrets.count > 8)
            let store = try Data(contentsOf: URL(fileURLWithPath: served.home + "/authority.sqlite"))
            printed.append(String(decoding: store, as: UTF8.self))
            for secret in secrets { #expect(!printed.contains { $0.contains(secret) }) }
        }

        /// The passphrase of both homes, and the first lines of every private key that is there, sealed ones too.
        private static func secrets(of served: Served) throws -> Set<String> {
            let passphrase = try String(contentsOfFile: served.home + "/passphrase", encoding: .utf8)
            var secrets: Set = [passphrase.trimmingCharacters(in: .newlines)]
            let folders =
                [served.home + "/keys", served.home + "/identities"]
                + ["desk/identities", "out"].map(served.folder.file)
            for folder in folders {
                let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
                for file in files where file.hasSuffix(".pem") {
                    let lines = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8).split(separator: "\n")
                    if lines[0].contains("PRIVATE KEY") { secrets.formUnion(lines[1...2].map(String.init)) }
                }
            }
            return secrets
        }

        @Test("a service on a paired machine says where it is, and a door on another finds it by its name")
        func endpoints() async throws {
            let served = try await Served.start()
            for words in [
                ["identity", "issue", "web", "--profile", "workload", "--dns", "web.example.internal"],
                ["identity", "issue", "laptop", "--profile", "client"],
            ] { #expect(try served.here(words).status == 0) }
            for (home, identity) in [("a", "web"), ("b", "laptop")] {
                try served.makeHome(home, with: identity)
                try served.pair(home, as: identity)
            }
            let backend = try Backend()
            let silence = ["--revocation", "best-effort:this home hears nothing of revocation"]
            let protect = try Ends(
                ["protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow", "laptop"]
                    + silence + ["--home", served.folder.file("a")])
            _ = try await protect.listening()
            // The home has one identity, which is taken, and that is said.
            let reach = try Ends(
                ["reach", "web", "--listen", "127.0.0.1:0"] + silence + ["--home", served.folder.file("b")])
            let client = try await Socket.connect(try await reach.listening())
            #expect(try await reach.event("identity") { $0["change"] == "chosen" }["name"] == "laptop")
            try await client.write(Array("hello".utf8))
            client.endOutput()
            let (bytes, _) = try await client.readToEnd()
            #expect(bytes == Array("hello".utf8))
            _ = try await reach.stop()
            _ = try await protect.stop()
            // It took back what it had said.
            let again = try Ends(
                ["reach", "web", "--listen", "127.0.0.1:0", "--as", "laptop"] + silence
                    + ["--home", served.folder.file("b")])
            let (status, complaint) = try await again.ended()
            #expect(status == 2)
            #expect(complaint.contains("nothing says where web listens"), "\(complaint)")
            try served.makeHome("two", with: "laptop", "web")
            let unclear = try Ends(
                ["reach", "web", "--listen", "127.0.0.1:0"] + silence + ["--home", served.folder.file("two")])
            let (two, which) = try await unclear.ended()
            #expect(two == 2)
            #expect(which.contains("name an identity with --as NAME (the home has laptop, web)"), "\(which)")
        }
    }
}

import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("symbolon try: the whole story on this machine, again and again")
    struct TheWholeStoryOnOneMachine {
        @Test("a new home and an old one: a machine is introduced by a code, both ends are proved, impostors are not")
        func twice() throws {
            let folder = try TemporaryFolder()
            let program = try BuiltProgram.path("symbolon")
            var codes: Set<Int> = []
            for isNew in [true, false] {
                let run = try run(program, ["try", "--json", "--home", folder.file("home")])
                #expect(run.status == 0, "\(run.out)\(run.err)")
                let report = try #require(
                    JSONSerialization.jsonObject(with: Data(run.outBytes)) as? [String: Any], "\(run.out)")
                #expect(report["failures"] as? [String] == [])
                #expect(report["authorityIsNew"] as? Bool == isNew)
                #expect((report["impostors"] as? [Any])?.count == 9)
                // The run before revoked the machine's identity: only a new code brings it back.
                let pairing = try #require(report["pairing"] as? [String: Any])
                #expect(pairing["identity"] as? String == "spiffe://example.internal/laptop")
                #expect(pairing["home"] as? String == folder.file("home/laptop"))
                codes.insert(try #require(pairing["invitation"] as? Int))
                let client = try #require(report["clientProof"] as? [String: Any])
                #expect(client["peer"] as? String == "spiffe://example.internal/laptop")
                #expect(client["revocation"] as? String == "good")
                let service = try #require(report["serviceProof"] as? [String: Any])
                #expect(service["peer"] as? String == "spiffe://example.internal/web")
                #expect(service["revocation"] as? String == "good")
            }
            #expect(codes.count == 2)
            // The machine's key is in its own home, and never was in the authority's.
            let files = FileManager.default
            #expect(files.fileExists(atPath: folder.file("home/laptop/identities/laptop.pem")))
            #expect(!files.fileExists(atPath: folder.file("home/identities/laptop.pem")))
            let record = try run(program, ["audit", "show", "--json", "--home", folder.file("home"), "--last", "1000"])
            let kinds = record.out.split(separator: "\n").compactMap { Event(String($0))?["kind"] }
            #expect(kinds.filter { $0 == "invitation.used" }.count == 2)
        }

        @Test(
            "in a pipe it is text without control characters, its labels in one column, and says what the code was worth"
        )
        func piped() throws {
            let folder = try TemporaryFolder()
            let run = try run(try BuiltProgram.path("symbolon"), ["try", "--home", folder.file("home")])
            #expect(run.status == 0, "\(run.out)\(run.err)")
            #expect(!run.outBytes.contains { $0 < 0x20 && $0 != 0x0A })
            let lines = run.out.split(separator: "\n").map(String.init)
            for label in ["domain", "home", "root", "code", "machine", "connection", "page read"] {
                let row = try #require(lines.first { $0.hasPrefix("  \(label) ") }, "\(label)")
                #expect(row.dropFirst(15).first == " " && row.dropFirst(16).first != " ", "\(row)")
            }
            #expect(lines.contains { $0.hasPrefix("  code ") && $0.hasSuffix("(used, and good for nothing now)") })
            #expect(lines.last?.hasPrefix("All as it should be: 1 honest client let in, 9 impostors refused") == true)
        }

        @Test("a machine that is known still goes on without a code; with --stay it is introduced again and stays up")
        func staying() async throws {
            let folder = try TemporaryFolder()
            let ends = try Ends(["try", "--stay", "--home", folder.file("home")])
            let line = try await ends.line { $0.contains("curl http://127.0.0.1:") }
            let port = try #require(
                line.split(separator: "/").first { $0.hasPrefix("127.0.0.1:") }?.split(separator: ":").last)
            _ = try await ends.line { $0.contains("Ctrl-C ends it.") }
            // The door takes the new identity up within moments; until then the service refuses the revoked one.
            var page = ""
            for _ in 0..<100 where !page.contains("was proved and permitted first") {
                page = try run("/usr/bin/curl", ["-s", "--max-time", "5", "http://127.0.0.1:\(port)/"]).out
                if page.isEmpty { try await Task.sleep(for: .milliseconds(50)) }
            }
            #expect(page.contains("was proved and permitted first"))
            ends.signal(SIGINT)
            #expect(try await ends.ended().status == 0)

            let again = try run(
                try BuiltProgram.path("symbolon"), ["try", "--home", folder.file("home")])
            #expect(again.status == 0, "\(again.out)\(again.err)")
            #expect(again.out.contains("laptop (was introduced before; it goes on)"))
            #expect(!again.out.contains("good for nothing now"))
        }
    }
}

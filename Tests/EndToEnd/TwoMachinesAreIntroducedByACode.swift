import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    /// From nothing to a connection that both ends proved: three commands and one short code.
    @Suite("Two machines are introduced by a code")
    struct TwoMachinesAreIntroducedByACode {
        @Test("three commands and one code: the authority, a service beside it, and a door on the other machine")
        func threeCommands() async throws {
            let (folder, backend) = (try TemporaryFolder(), try Backend())
            let authority = try await InvitingAuthority("laptop", in: folder)
            let protect = try Ends([
                "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow", "laptop",
                "--home", folder.file("authority"), "--json",
            ])
            let service = try await protect.listening()
            let reach = try Ends([
                "reach", "web", "--listen", "127.0.0.1:0", "--at", "127.0.0.1:\(service)", "--pair",
                authority.place, "--home", folder.file("machine"), "--json",
                "--revocation", "best-effort:the certificate was issued a moment ago",
            ])
            let client = try await Socket.connect(try await reach.listening())
            try await client.write(Array("through the door".utf8))
            client.endOutput()
            #expect(try await client.readToEnd().bytes == Array("through the door".utf8))
            let atService = try await protect.event("accepted")
            #expect(atService["peer"] == "spiffe://example.internal/laptop")
            #expect(try await reach.event("accepted")["peer"] == "spiffe://example.internal/web")
            _ = try await reach.stop()
            _ = try await protect.stop()
        }

        @Test("each end says whom it trusts and why; a second use says that the code is no longer good")
        func secondUse() async throws {
            let folder = try TemporaryFolder()
            let authority = try await InvitingAuthority("laptop", in: folder)
            let place = authority.place
            let first = try pair(with: place, in: folder.file("one"))
            try #require(first.status == 0, "\(first.out)\(first.err)")
            let report = try #require(Event(first.out))
            #expect(report["identity"] == "spiffe://example.internal/laptop")
            #expect(report["authority"] == "127.0.0.1:\(authority.port)")
            let second = try pair(with: place, in: folder.file("two"))
            #expect(second.status == 1)
            #expect(second.err.contains("has no invitation"))
        }

        @Test("a wrong word is told at the new machine, and nothing of the code is in what is written")
        func wrongWord() async throws {
            let folder = try TemporaryFolder()
            let authority = try await InvitingAuthority("laptop", in: folder)
            let number = authority.code.split(separator: "-")[0]
            let run = try pair(
                with: "\(number)-zebra-zebra-zebra-zebra@127.0.0.1:\(authority.port)", in: folder.file("one"))
            #expect(run.status == 1)
            #expect(run.err.contains("did not prove that it knows code \(number)"))
            #expect(!run.err.contains("zebra"))
            #expect(!FileManager.default.fileExists(atPath: folder.file("one/authority.json")))
        }
    }
}

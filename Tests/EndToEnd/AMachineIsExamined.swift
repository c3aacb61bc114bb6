import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("doctor says what is well and what is not, and identity renew makes a certificate new")
    struct AMachineIsExamined {
        /// What `doctor --json` says.
        private struct Report: Decodable {
            struct Finding: Decodable {
                let standing: String
                let subject: String
                let what: String
            }

            let verdict: String
            let findings: [Finding]

            func isFailure(_ subject: String) -> Bool {
                findings.contains { $0.subject == subject && $0.standing == "failure" }
            }
        }

        private static func symbolon(_ words: String...) throws -> ProgramRun {
            try SymbolonTestSupport.run(BuiltProgram.path("symbolon"), words)
        }

        private static func doctor(_ words: String..., home: String) throws -> (status: Int32, report: Report) {
            let run = try SymbolonTestSupport.run(
                BuiltProgram.path("symbolon"), ["doctor"] + words + ["--home", home, "--json"])
            return (run.status, try JSONDecoder().decode(Report.self, from: Data(run.outBytes)))
        }

        // MARK: doctor

        @Test("a home that is well; then an identity in it is revoked; then others can write in it")
        func home() throws {
            let machine = try Machine()
            try machine.done("identity", "issue", "web", "--profile", "service")
            let well = try Self.doctor(home: machine.home)
            #expect(well.status == 0 && well.report.verdict == "well", "\(well.report)")
            try machine.done("identity", "revoke", "web")
            let revoked = try Self.doctor(home: machine.home)
            #expect(revoked.status == 1 && revoked.report.verdict == "failures", "\(revoked.report)")
            #expect(revoked.report.isFailure("identity web"))
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: machine.home)
            let open = try Self.doctor(home: machine.home)
            #expect(open.status == 1 && open.report.isFailure("home"), "\(open.report)")
            // Nothing in an open home is believed.
            #expect(open.report.findings.count == 1)
        }

        @Test("a paired machine asks its authority; one whose authority is gone says so")
        func pairedMachine() async throws {
            let folder = try TemporaryFolder()
            let authority = try await InvitingAuthority("laptop", in: folder)
            let paired = try pair(with: authority.place, in: folder.file("machine"))
            try #require(paired.status == 0, "\(paired.err)")
            let well = try Self.doctor(home: folder.file("machine"))
            #expect(well.status == 0, "\(well.report)")
            for subject in ["authority", "clock", "identity laptop"] {
                #expect(well.report.findings.contains { $0.subject == subject && $0.standing == "well" }, "\(subject)")
            }
            authority.ends.signal(SIGKILL)
            _ = try await authority.ends.ended()
            let gone = try Self.doctor(home: folder.file("machine"))
            #expect(gone.status == 1 && gone.report.isFailure("authority"), "\(gone.report)")
        }

        @Test("a live endpoint is well for who trusts its authority, and fails for a stranger")
        func endpoint() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let address = "127.0.0.1:\(protect.port)"
            let well = try Self.doctor(address, "--name", "spiffe://example.internal/web", home: machine.home)
            #expect(well.status == 0, "\(well.report)")
            let other = machine.folder.file("stranger")
            try #require(try Self.symbolon("up", "--once", "--home", other).status == 0)
            let stranger = try Self.doctor(address, "--name", "spiffe://example.internal/web", home: other)
            #expect(stranger.status == 1 && stranger.report.isFailure("certificate"), "\(stranger.report)")
        }

        // MARK: identity renew

        @Test(
            "in the authority's home: a new serial number and key, which the running end takes up; never a revoked one")
        func renewedHere() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let renewed = try #require(Event(try machine.done("identity", "renew", "web", "--json")))
            let taken = try await protect.ends.event("identity") { $0["change"] == "replaced" }
            #expect(taken["serial"] == renewed["serial"])
            let again = try #require(Event(try machine.done("identity", "renew", "web", "--json")))
            #expect(again["serial"] != renewed["serial"])
            #expect(again["keyFingerprint"] != renewed["keyFingerprint"])
            try machine.done("identity", "revoke", "web")
            let refused = try machine.run("identity", "renew", "web")
            #expect(refused.status == 1)
            #expect(refused.err.contains("no unrevoked record"), "\(refused.err)")
        }

        @Test("of a paired machine: its authority renews what proves itself, and not what it has revoked")
        func renewedElsewhere() async throws {
            let folder = try TemporaryFolder()
            let authority = try await InvitingAuthority("laptop", in: folder)
            let home = folder.file("machine")
            let paired = try pair(with: authority.place, in: home)
            try #require(paired.status == 0, "\(paired.err)")
            let renewed = try Self.symbolon("identity", "renew", "laptop", "--home", home, "--json")
            #expect(renewed.status == 0, "\(renewed.err)")
            let serial = try #require(Event(renewed.out)?["serial"])
            try #require(try Self.symbolon("identity", "revoke", "laptop", "--home", authority.home).status == 0)
            let before = try Data(contentsOf: URL(fileURLWithPath: "\(home)/identities/laptop.pem"))
            let refused = try Self.symbolon("identity", "renew", "laptop", "--home", home, "--json")
            #expect(refused.status != 0, "\(refused.out)")
            // What there was stays as it was.
            #expect(try Data(contentsOf: URL(fileURLWithPath: "\(home)/identities/laptop.pem")) == before)
            let listed = try Self.symbolon("identity", "show", serial, "--home", authority.home)
            #expect(listed.out.contains("revoked"), "\(listed.out)")
        }
    }
}

import Foundation
import SymbolonTestSupport
import SymbolonWire
import Testing

extension EndToEnd {
    /// Certificate files on a machine whose home has not their authority.
    @Suite("An end that cannot know who is revoked starts only when the operator says why that is enough")
    struct AnEndThatCannotKnowWhoIsRevokedAsksFirst {
        private let machine: Machine
        private let backend: Backend
        private let web: [String]
        private let laptop: [String]

        init() throws {
            machine = try Machine()
            backend = try Backend()
            let machine = machine
            func files(_ name: String, _ profile: String) throws -> [String] {
                try machine.done("identity", "issue", name, "--profile", profile)
                let files = try machine.export(name, to: name)
                return ["--certificate", files.chain, "--key", files.key, "--anchors", files.anchors]
            }
            web = try files("web", "service")
            laptop = try files("laptop", "client")
        }

        private func protect(_ more: [String], home: String) throws -> Ends {
            try Ends(
                ["protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow", "laptop"]
                    + web + more + ["--home", home])
        }

        private func reach(_ port: Int, _ more: [String]) throws -> Ends {
            try Ends(
                ["reach", "web", "--listen", "127.0.0.1:0", "--at", "127.0.0.1:\(port)"] + laptop + more
                    + ["--home", elsewhere])
        }

        private var elsewhere: String { machine.folder.file("elsewhere") }

        @Test("neither end starts without it, and each says what to give")
        func refused() async throws {
            for ends in [try protect([], home: elsewhere), try reach(1, [])] {
                let ended = try await ends.ended()
                #expect(ended.status == 2)
                #expect(ended.complaint.contains("nothing would know whether its peers are revoked"))
                #expect(ended.complaint.contains("--revocation best-effort:REASON"))
                #expect(ends.events.isEmpty)
            }
            let mute = try protect(["--revocation", "best-effort: "], home: elsewhere)
            #expect(try await mute.ended().status == 64)
        }

        @Test("with a reason both start, write it down, and prove themselves to each other")
        func asked() async throws {
            let reason = ["--revocation", "best-effort:they live a day"]
            let protect = try protect(reason, home: elsewhere)
            let reach = try reach(try await protect.listening(), reason)
            _ = try await Socket.echoed(try await reach.listening())
            for ends in [protect, reach] {
                #expect(try await ends.event("warning")["why"] == "asked for: they live a day")
            }
            #expect(try await protect.event("accepted")["revocation"] == "unknown (no source)")
        }

        @Test("where the home has the authority nothing needs saying; anchors that it does not know change nothing")
        func known() async throws {
            let protect = try protect([], home: machine.home)
            let port = try await protect.listening()
            let reach = try reach(port, ["--revocation", "best-effort:they live a day"])
            let door = try await reach.listening()
            let stranger = try Wardrobe(machine).stranger(copyingNames: false)
            let anchors = try #require(web.last)
            try Data(PEM.render(label: "CERTIFICATE", stranger.rootDER).utf8).write(to: URL(fileURLWithPath: anchors))
            let warning = try await protect.event("warning") { $0["what"]?.contains("new identity") == true }
            #expect(warning["why"]?.contains("nothing would know whether its peers are revoked") == true)
            _ = try await Socket.echoed(door)
            #expect(try await protect.event("accepted")["revocation"] == "good")
        }
    }
}

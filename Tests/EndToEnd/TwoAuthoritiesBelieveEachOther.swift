import SymbolonCertificates
import SymbolonTestSupport
import Testing

extension EndToEnd {
    /// Two authorities, introduced by one code, and ends under both.
    @Suite("Two authorities believe each other, each for its own domain, until one ends it")
    struct TwoAuthoritiesBelieveEachOther {
        @Test("peers of the other domain meet; once it is ended the live connection is cut, and the next is refused")
        func ended() async throws {
            let (scene, backend) = (try await Federation(), try Backend())
            let protect = try await scene.here.protect(
                to: backend, "--allow", "spiffe://other.example/laptop", "--allow", "phone")
            let reach = try await scene.reach(protect.port)
            let ours = try await scene.here.reach("--as", "phone")
            let (cut, other) = (try await Socket.connect(reach.port), try await Socket.connect(ours.port))
            for socket in [cut, other] {
                try await socket.write([1, 2, 3])
                #expect(try await socket.read(3) == [1, 2, 3])
            }
            try await protect.ends.event("accepted") { $0["peer"] == "spiffe://other.example/laptop" }
            #expect(try await reach.ends.event("accepted")["peer"] == "spiffe://example.internal/web")

            try scene.here.done("federate", "end", "other.example")
            #expect(try await cut.readToEnd().bytes.isEmpty)
            #expect(try await protect.ends.event("closed")["reason"] == "issuerUnknown")
            let before = protect.ends.count
            #expect(try await Socket.connect(reach.port).readToEnd().bytes.isEmpty)
            #expect(try await protect.ends.event("refused", after: before)["reason"] == "issuerUnknown")

            try await other.write([4, 5])
            #expect(try await other.read(2) == [4, 5])
        }

        @Test("what is begun while ends run is in force at once, and a paired machine hears of both")
        func pairedMachine() async throws {
            let (scene, backend) = (try await Federation(isBegun: false), try Backend())
            let home = scene.here.folder.file("paired")
            let code = try scene.code("invite", "web", "--profile", "workload")
            let protect = try Ends([
                "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--home", home,
                "--allow", "spiffe://other.example/laptop", "--pair", code,
            ])
            let port = try await protect.listening()
            try scene.begin()
            let reach = try await scene.reach(port)
            // The news is on its way to the machine, and who comes before it is refused.
            var live: Socket?
            for _ in 0..<10 where live == nil {
                let before = protect.count
                let socket = try await Socket.connect(reach.port)
                await socket.offer([1])
                if (try? await socket.read(1)) == [1] {
                    live = socket
                } else {
                    try await protect.event("trustReplaced", after: before)
                }
            }
            let cut = try #require(live)
            try scene.here.done("federate", "end", "other.example")
            #expect(try await cut.readToEnd().bytes.isEmpty)
            #expect(try await protect.event("closed")["reason"] == "anchorWithdrawn")
        }

        @Test("when its date has come, the live connection is cut, the next is refused, and the list has it no more")
        func overByDate() async throws {
            // Long enough for a slow machine to introduce the two and to let them meet.
            let (scene, backend) = (try await Federation(life: "20s"), try Backend())
            let protect = try await scene.here.protect(to: backend, "--allow", "spiffe://other.example/laptop")
            let reach = try await scene.reach(protect.port)
            let cut = try await Socket.connect(reach.port)
            try await cut.write([1, 2, 3])
            #expect(try await cut.read(3) == [1, 2, 3])
            #expect(try scene.here.done("federate", "list").contains("other.example"))
            // Either end may be the first for which the date has come; the other one sees it hang up, or hears
            // why.
            let closed = try await protect.ends.event("closed", within: .seconds(60))
            #expect(["issuerUnknown", "broken", "alert"].contains(closed["reason"]), "\(closed)")
            #expect(try await cut.readToEnd().bytes.isEmpty)
            let before = protect.ends.count
            #expect(try await Socket.connect(reach.port).readToEnd().bytes.isEmpty)
            let refused = try await protect.ends.event("refused", after: before)
            #expect(["issuerUnknown", "peerAlert.unknown_ca"].contains(refused["reason"]), "\(refused)")
            var list = ""
            _ = try await eventually {
                list = try scene.here.done("federate", "list")
                return !list.contains("other.example")
            }
            #expect(list == "No other authority is believed.\n")
        }

        @Test("an administrator elsewhere brings the other's root; a viewer's authority believes nobody by him")
        func fromElsewhere() async throws {
            let inviting = try await Federation(isBegun: false)
            let served = try await Served.start("--domain", "third.example")
            for words in [
                ["identity", "issue", "looker", "--profile", "person"],
                ["operator", "add", "looker", "--role", "viewer"],
            ] {
                let result = try served.here(words)
                try #require(result.status == 0, "\(result.err)")
            }
            try served.makeHome("desk", with: "administrator", "looker")
            let code = try inviting.code("federate", "invite", "--for", "1d")
            let honest = try served.elsewhere(
                ["federate", "with", code, "--json"], home: "desk", as: "administrator")
            #expect(honest.status == 0, "\(honest.err)")
            let begun = try #require(Event(honest.out))
            #expect(begun["trustDomain"] == "example.internal")
            #expect(
                begun["introducedBy"]?.hasPrefix("spiffe://third.example/") == true
                    && begun["introducedBy"]?.contains(" by \"code ") == true, "\(honest.out)")
            #expect(try served.here(["federate", "list"]).out.contains("example.internal"))
            #expect(try inviting.ours("federate", "list").contains("third.example"))

            let again = try inviting.code("federate", "invite", "--for", "1d")
            #expect(try served.here(["federate", "end", "example.internal"]).status == 0)
            let refused = try served.elsewhere(["federate", "with", again], home: "desk", as: "looker")
            #expect(refused.status == 1)
            #expect(refused.err.contains("role administrator, and yours is viewer"), "\(refused.err)")
            #expect(refused.err.contains("symbolon federate end third.example"), "\(refused.err)")
            #expect(try served.here(["federate", "list"]).out == "No other authority is believed.\n")
        }

        @Test("the same with the authority's store in PostgreSQL: begun, believed, ended")
        func onPostgreSQL() async throws {
            let database = try await PostgreSQLServer.shared.newSchema()
            let (scene, backend) = (try await Federation(store: database), try Backend())
            try scene.ours("identity", "issue", "web", "--profile", "service", "--dns", "localhost")
            let protect = try Ends([
                "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--home",
                scene.ourHome, "--allow", "spiffe://other.example/laptop",
            ])
            let reach = try await scene.reach(try await protect.listening())
            let cut = try await Socket.connect(reach.port)
            try await cut.write([1, 2, 3])
            #expect(try await cut.read(3) == [1, 2, 3])
            #expect(try scene.ours("federate", "list").contains("other.example"))
            try scene.ours("federate", "end", "other.example")
            #expect(try await cut.readToEnd().bytes.isEmpty)
            #expect(try await protect.event("closed")["reason"] == "issuerUnknown")
            #expect(try scene.ours("federate", "list") == "No other authority is believed.\n")
        }

        @Test("what the other authority certifies in our domain is refused, and in its own is not")
        func ourNames() async throws {
            let (scene, backend) = (try await Federation(), try Backend(.answers))
            let protect = try await scene.here.protect(
                to: backend, "--allow", "laptop", "--allow", "spiffe://other.example/laptop")
            try scene.there("identity", "issue", "laptop", "--profile", "client")
            try scene.there(
                "identity", "export", "laptop", "--out", scene.here.folder.file("theirs"), "--plain-key")
            let theirs = scene.here.folder.file("theirs")
            let authority = try HomeAuthority(
                home: scene.home, chain: "\(theirs)/laptop.pem", anchors: "\(theirs)/anchors.pem")
            let honest = try await Knock.at(
                protect.port, Papers(chain: "\(theirs)/laptop.pem", key: "\(theirs)/laptop.key.pem"),
                ["-cert_chain", "\(theirs)/laptop.pem"])
            #expect(honest.answer == Backend.answer, "\(honest.log)")

            // Its keys sign what its root does not forbid.
            let before = protect.ends.count
            var leaf = HomeAuthority.leaf("laptop", for: .clientAuth, serialNumber: 1)
            leaf.names = [.uri("spiffe://example.internal/laptop")]
            let papers = try Papers(
                leaf.der(signedBy: authority.issuing), beside: [authority.issuingDER], key: leaf.key.readable,
                to: scene.here.folder, as: "false")
            let knock = try await Knock.at(protect.port, papers)
            #expect(knock.answer.isEmpty)
            let reason = try await protect.ends.event("refused", after: before)["reason"]
            #expect(reason == "spiffeIDOutsideTrustDomain" || reason == "nameConstraintViolated")
        }
    }
}

/// The authority of a machine, served, and another for other.example.
private final class Federation: Sendable {
    let here: Machine
    /// Of the authority that invites: the machine's, or one with its store in PostgreSQL.
    let ourHome: String
    /// The other's home.
    let home: String
    private let served: Ends
    private let port: Int
    private let life: String

    init(isBegun: Bool = true, life: String = "1d", store: String? = nil) async throws {
        here = try Machine()
        self.life = life
        home = here.folder.file("other")
        ourHome = store == nil ? here.home : here.folder.file("ours")
        let up = try SymbolonTestSupport.run(
            try BuiltProgram.path("symbolon"), ["up", "--once", "--domain", "other.example", "--home", home])
        try #require(up.status == 0, "\(up.out)\(up.err)")
        served = try Ends(
            ["up", "--listen", "127.0.0.1:0", "--name", "127.0.0.1", "--home", ourHome]
                + (store.map { ["--store", $0] } ?? []))
        let listening = try await served.event("authority") { $0["change"] == "listening" }
        port = try #require(listening["address"]?.split(separator: ":").last.flatMap { Int($0) })
        if isBegun { try begin() }
    }

    func begin() throws { try there("federate", "with", try code("federate", "invite", "--for", life)) }

    /// Runs a verb in the other's home, and requires that it ends well.
    func there(_ arguments: String...) throws { try done(arguments, in: home) }

    /// The same in the home of the authority that invites.
    @discardableResult
    func ours(_ arguments: String...) throws -> String { try done(arguments, in: ourHome) }

    @discardableResult
    private func done(_ arguments: [String], in home: String) throws -> String {
        let run = try SymbolonTestSupport.run(
            try BuiltProgram.path("symbolon"), arguments + ["--home", home])
        try #require(run.status == 0, "\(arguments.joined(separator: " ")): \(run.out)\(run.err)")
        return run.out
    }

    /// The code that a verb makes here, with where to use it.
    func code(_ arguments: String...) throws -> String {
        let run = try SymbolonTestSupport.run(
            try BuiltProgram.path("symbolon"), arguments + ["--json", "--home", ourHome])
        let codes = run.out.split(separator: "\n").compactMap { Event(String($0))?["code"] }
        let code = try #require(codes.first, "\(run.out)\(run.err)")
        return "\(code)@127.0.0.1:\(port)"
    }

    /// A door of the other's machine to a service of ours.
    func reach(_ service: Int) async throws -> (ends: Ends, port: Int) {
        let ends = try Ends([
            "reach", "web", "--listen", "127.0.0.1:0", "--at", "127.0.0.1:\(service)", "--as", "laptop", "--expect",
            "spiffe://example.internal/web", "--home", home,
        ])
        return (ends, try await ends.listening())
    }
}

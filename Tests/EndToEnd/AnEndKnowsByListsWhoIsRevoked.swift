import Foundation
import SymbolonCertificates
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonWire
import Testing

extension EndToEnd {
    /// Certificate files on a machine whose home has not their authority, and that authority's lists.
    @Suite("An end away from its authority knows by lists who is revoked")
    struct AnEndKnowsByListsWhoIsRevoked {
        private let machine: Machine
        private let wardrobe: Wardrobe
        private let backend: Backend

        init() throws {
            machine = try Machine()
            wardrobe = try Wardrobe(machine)
            backend = try Backend()
        }

        /// Both authorities' lists in one text: every certificate of a path must be known to be good.
        private func lists(_ number: UInt8, revoking serials: [[UInt8]] = [], until end: Date? = nil) -> String {
            let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
            return [(wardrobe.authority.root, []), (wardrobe.authority.issuing, serials)].map { issuer, serials in
                var spec = ListSpec(issuer)
                spec.entries = serials.map { ListSpec.Entry($0, code: 1) }
                spec.authorityKeyIdentifier = issuer.subjectKeyIdentifier
                (spec.number, spec.thisUpdate, spec.nextUpdate) = ([number], now - 60, end ?? now + 1 * .hour)
                return PEM.render(label: "X509 CRL", spec.der)
            }.joined()
        }

        private func protect(_ options: String...) throws -> Ends {
            let web = try wardrobe.issued("web", "service")
            return try Ends(
                [
                    "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow",
                    "laptop", "--certificate", web.chain, "--key", web.key, "--anchors",
                    machine.folder.file("honest/anchors.pem"), "--home", machine.folder.file("elsewhere"),
                ] + options)
        }

        private func laptop(_ serial: UInt8, _ spoil: (inout CertificateSpec) -> Void = { _ in }) throws -> Papers {
            try wardrobe.signed { leaf in
                leaf.serialNumber = [0x7B, serial]
                spoil(&leaf)
            }
        }

        /// Serves one text over HTTP to whoever asks.
        private func server(_ text: String) throws -> ListeningSocket {
            let listener = try ListeningSocket()
            listener.start { socket in
                _ = try? socket.readNow()
                let head = "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
                try? socket.writeNow(Array((head + text).utf8))
            }
            return listener
        }

        @Test("R02: a list in a file refuses whom it names; a newer one cuts the live connection within a second")
        func file() async throws {
            let file = try machine.folder.write(lists(1, revoking: [[0x7B, 1]]), to: "lists.pem")
            let protect = try protect("--revocation-list", file)
            let port = try await protect.listening()
            let refused = try await Knock.at(port, try laptop(1))
            #expect(refused.alert == Alert.certificateRevoked.rawValue, "\(refused.log)")
            #expect(try await protect.event("refused")["reason"] == "revoked")
            #expect(backend.connections == 0)

            let live = try await LiveClient(port, try laptop(2), machine)
            #expect(try await live.echoes("hello"))
            #expect(try await protect.event("accepted")["revocation"] == "good")
            try machine.folder.write(lists(2, revoking: [[0x7B, 1], [0x7B, 2]]), to: "lists.pem")
            let closed = try await protect.event("closed")
            #expect(closed["reason"] == "revoked", "\(closed)")
            // R08: the older list again brings nobody back.
            try machine.folder.write(lists(1), to: "lists.pem")
            let warning = try await protect.event("warning")
            #expect(warning["why"]?.contains("older than 0x2") == true, "\(warning)")
            #expect(try await Knock.at(port, try laptop(1)).alert == Alert.certificateRevoked.rawValue)
        }

        @Test("a live connection ends with the list that it rests on")
        func ends() async throws {
            let end = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.up) + 4)
            let file = try machine.folder.write(lists(1, until: end), to: "lists.pem")
            let protect = try protect("--revocation-list", file)
            let live = try await LiveClient(try await protect.listening(), try laptop(1), machine)
            #expect(try await live.echoes("hello"))
            let closed = try await protect.event("closed")
            #expect(closed["reason"] == "revocationUnknown", "\(closed)")
            #expect(Date() > end)
        }

        @Test(
            "R02: where no list can be had, the mode decides, and the failure is told; where it can, it is fetched first"
        )
        func fetched() async throws {
            let nowhere = "http://127.0.0.1:\(try ClosedPort.make())/lists.pem"
            let required = try protect("--revocation-list", nowhere)
            let refused = try await Knock.at(try await required.listening(), try laptop(1))
            #expect(refused.answer.isEmpty)
            #expect(try await required.event("refused")["reason"] == "revocationUnknown")
            #expect(try await required.event("warning")["what"]?.contains(nowhere) == true)
            #expect(backend.connections == 0)

            let soft = try protect("--revocation-list", nowhere, "--revocation", "best-effort:a trial")
            #expect(try await LiveClient(try await soft.listening(), try laptop(1), machine).echoes("hello"))
            let short = try protect("--revocation-list", nowhere, "--revocation", "required-unless-life-under:1")
            _ = try await Knock.at(try await short.listening(), try laptop(1))
            #expect(try await short.event("refused")["reason"] == "revocationUnknown")

            let good = try server(lists(1, revoking: [[0x7B, 1]]))
            let honest = try protect("--revocation-list", "http://127.0.0.1:\(good.port)/lists.pem")
            let address = try await honest.listening()
            #expect(try await Knock.at(address, try laptop(1)).alert == Alert.certificateRevoked.rawValue)
            #expect(try await LiveClient(address, try laptop(2), machine).echoes("hello"))
            #expect(good.accepted == 1)
        }

        @Test("R03: a server that accepts and says nothing delays the start by seconds, and no handshake")
        func silent() async throws {
            let mute = try ListeningSocket()
            mute.start { socket in
                _ = try? socket.readNow(); _ = try? socket.readNow()
            }
            let protect = try protect(
                "--revocation-list", "http://127.0.0.1:\(mute.port)/", "--revocation", "best-effort:a trial")
            let port = try await protect.listening()
            #expect(try await protect.event("warning")["why"]?.contains("5 s") == true)
            #expect(try await LiveClient(port, try laptop(1), machine).echoes("hello"))
            #expect(mute.accepted >= 1)
        }

        @Test("R14: no address within a presented certificate is gone to, whether the peer is let in or not")
        func addresses() async throws {
            let trap = try ListeningSocket()
            trap.start { _ in }
            let address = "http://127.0.0.1:\(trap.port)/x"
            func trapped(_ leaf: inout CertificateSpec) {
                let access = [
                    ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1), ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 2),
                ]
                .flatMap { DERWriter.sequence(DERWriter.objectIdentifier($0), uri(address)) }
                leaf.otherExtensions = [
                    distributionPoints((full(uri(address)), nil, nil)),
                    Extension(
                        ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 1, 1), isCritical: false,
                        value: DERWriter.element(.sequence, access)),
                ]
            }
            let file = try machine.folder.write(lists(1, revoking: [[0x7B, 1]]), to: "lists.pem")
            let protect = try protect("--revocation-list", file)
            let port = try await protect.listening()
            #expect(try await Knock.at(port, try laptop(1, trapped)).alert == Alert.certificateRevoked.rawValue)
            #expect(try await LiveClient(port, try laptop(2, trapped), machine).echoes("hello"))
            let strangers = wardrobe.stranger(copyingNames: false)
            var leaf = wardrobe.leaf("laptop")
            trapped(&leaf)
            _ = try await Knock.at(port, try wardrobe.papers(leaf, signedBy: strangers.issuing))
            _ = try await protect.event("refused", number: 1)
            #expect(trap.accepted == 0)
        }
    }
}

/// A connection that stays, through a door of its own.
private struct LiveClient {
    private let door: Ends
    private let socket: Socket

    init(_ port: Int, _ papers: Papers, _ machine: Machine) async throws {
        door = try Ends([
            "reach", "web", "--listen", "127.0.0.1:0", "--at", "127.0.0.1:\(port)", "--certificate", papers.chain,
            "--key", papers.key, "--anchors", machine.folder.file("honest/anchors.pem"), "--home",
            machine.folder.file("elsewhere"), "--revocation", "best-effort:not what is tried here",
        ])
        socket = try await Socket.connect(try await door.listening())
    }

    /// Whether what is sent comes back from the service.
    func echoes(_ text: String) async throws -> Bool {
        try await socket.write(Array(text.utf8))
        return try await socket.read(text.utf8.count) == Array(text.utf8)
    }
}

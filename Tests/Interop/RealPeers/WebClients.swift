import Foundation
import SymbolonTestSupport
import Testing

extension RealPeers {
    @Suite("openssl and curl, with exported identities, reach a web service and verify it")
    struct WebClients {
        private let machine: Machine
        private let laptop: (chain: String, key: String, anchors: String)
        private let file: String
        private let service: HTTPService
        private let protect: Ends
        private let port: Int
        private static let name = "web.example.internal"

        init() async throws {
            machine = try Machine()
            try machine.done("identity", "issue", "laptop", "--profile", "client")
            laptop = try machine.export("laptop", to: "laptop")
            // Ten megabytes that do not compress, and end within a record.
            file = machine.folder.file("ten")
            try Bytes.write(10_000_007, to: file)
            service = try await HTTPService(file: file)
            protect = try machine.start(
                "protect", "web", "--to", "127.0.0.1:\(service.port)", "--listen", "127.0.0.1:0", "--allow", "laptop")
            port = try await protect.listening()
        }

        // MARK: openssl

        private func sClient(_ options: [String]) async throws -> ProgramRun {
            let request = "GET / HTTP/1.1\r\nHost: \(Self.name)\r\nConnection: close\r\n\r\n"
            let arguments = [
                "20", try Tools.openssl, "s_client", "-connect", "127.0.0.1:\(port)", "-quiet", "-verify_return_error",
            ]
            return try await Socket.waiting {
                try SymbolonTestSupport.run("/usr/bin/timeout", arguments + options, input: Array(request.utf8))
            }
        }

        private var proof: [String] { ["-cert", laptop.chain, "-cert_chain", laptop.chain, "-key", laptop.key] }

        @Test("openssl s_client with an exported identity gets the page, and verifies the service by name")
        func sClient() async throws {
            let run = try await sClient(proof + ["-CAfile", laptop.anchors, "-verify_hostname", Self.name])
            #expect(run.status == 0, "\(run.err)")
            #expect(run.out.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(run.out.hasSuffix("\r\n\r\n" + HTTPService.page))
            #expect(try await protect.event("accepted")["peer"] == "spiffe://example.internal/laptop")
            #expect(service.requests.count == 1)
        }

        @Test(
            "openssl s_client asks nothing of a service that is not the one expected, or of no authority that it knows",
            arguments: [false, true])
        func sClientRefuses(isNameRight: Bool) async throws {
            // Where the name is right, it trusts nobody.
            let expected =
                isNameRight
                ? ["-no-CAfile", "-verify_hostname", Self.name]
                : ["-CAfile", laptop.anchors, "-verify_hostname", "ledger.example.internal"]
            let run = try await sClient(proof + ["-no-CApath"] + expected)
            #expect(run.status != 0)
            #expect(run.out.isEmpty)
            #expect(service.requests.isEmpty)
            let refused = try await protect.event("refused")
            #expect(refused["reason"] == (isNameRight ? "peerAlert.unknown_ca" : "peerAlert.bad_certificate"))
        }

        @Test("openssl s_client without an identity is refused")
        func sClientWithout() async throws {
            let run = try await sClient(["-CAfile", laptop.anchors])
            #expect(run.out.isEmpty)
            #expect(run.err.contains("alert certificate required"))
            #expect(service.requests.isEmpty)
        }

        // MARK: curl

        private func curl(_ path: String, _ options: [String]) async throws -> ProgramRun {
            let arguments =
                [
                    "-sS", "--max-time", "60", "--resolve", "\(Self.name):\(port):127.0.0.1", "--cacert",
                    laptop.anchors,
                ] + options + ["https://\(Self.name):\(port)\(path)"]
            return try await Socket.waiting { try SymbolonTestSupport.run("/usr/bin/curl", arguments) }
        }

        private var identity: [String] { ["--cert", laptop.chain, "--key", laptop.key] }

        @Test("curl gets the page; posts ten megabytes and gets them back, and downloads them, byte for byte")
        func curlReaches() async throws {
            let page = try await curl("/", identity)
            #expect(page.out == HTTPService.page, "\(page.err)")

            let (back, loaded) = (machine.folder.file("back"), machine.folder.file("loaded"))
            let posted = try await curl("/", identity + ["--data-binary", "@\(file)", "-o", back])
            #expect(posted.status == 0, "\(posted.err)")
            #expect(try Bytes.areEqual(file, back))
            let got = try await curl("/file", identity + ["-o", loaded])
            #expect(got.status == 0, "\(got.err)")
            #expect(try Bytes.areEqual(file, loaded))

            let counters = try await protect.stop()
            #expect(counters.number("accepted") == 3)
            #expect(counters.number("bytesUp") ?? 0 > 10_000_007)
            #expect(counters.number("bytesDown") ?? 0 > 20_000_014)
            #expect(counters.number("backendBytesBeforeProof") == 0)
        }

        @Test("curl without an identity is refused, and so is one that no rule allows")
        func curlRefused() async throws {
            let bare = try await curl("/", [])
            #expect(bare.status != 0)
            #expect(bare.err.contains("certificate required"), "\(bare.err)")
            try machine.done("identity", "issue", "visitor", "--profile", "client")
            let visitor = try machine.export("visitor", to: "visitor")
            let other = try await curl("/", ["--cert", visitor.chain, "--key", visitor.key])
            #expect(other.status != 0)
            #expect(other.err.contains("access denied"), "\(other.err)")
            #expect(service.requests.isEmpty)
        }

        @Test("curl that does not know the authority says so, and the operator is told what to give it")
        func curlWithoutAnchors() async throws {
            let url = "https://\(Self.name):\(port)/"
            let arguments = ["-sS", "--resolve", "\(Self.name):\(port):127.0.0.1"] + identity + [url]
            let run = try await Socket.waiting { try SymbolonTestSupport.run("/usr/bin/curl", arguments) }
            #expect(run.status == 60, "\(run.err)")
            let refused = try await protect.event("refused")
            #expect(refused["reason"] == "peerAlert.unknown_ca")
            #expect(refused["explanation"]?.contains("unknown_ca (48): it does not trust the authority") == true)
            #expect(refused["remedy"]?.contains("anchors.pem") == true)
            #expect(service.requests.isEmpty)
        }

        @Test("curl through a door needs no certificate: both ends prove themselves for it")
        func throughADoor() async throws {
            let reach = try await machine.reach("--as", "laptop", "--at", "127.0.0.1:\(port)")
            let back = machine.folder.file("back")
            let arguments = ["-sS", "--data-binary", "@\(file)", "-o", back, "http://127.0.0.1:\(reach.port)/"]
            let posted = try await Socket.waiting { try SymbolonTestSupport.run("/usr/bin/curl", arguments) }
            #expect(posted.status == 0, "\(posted.err)")
            #expect(try Bytes.areEqual(file, back))
        }
    }
}

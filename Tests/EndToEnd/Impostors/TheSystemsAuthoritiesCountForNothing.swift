import Foundation
import SymbolonCertificates
import SymbolonTestSupport
import SymbolonWire
import Testing

extension EndToEnd {
    @Suite("T23: the system's authorities count for nothing")
    struct TheSystemsAuthoritiesCountForNothing {
        /// A machine whose system believes one more authority, in the environment of a process.
        private struct Bundle {
            let machine: Machine
            let wardrobe: Wardrobe
            let other: TestPKI
            let root: String

            init() throws {
                machine = try Machine()
                wardrobe = try Wardrobe(machine)
                other = wardrobe.stranger(copyingNames: false)
                root = try machine.folder.write(
                    PEM.render(label: "CERTIFICATE", other.rootDER), to: "system.pem")
            }

            var environment: [String] {
                ["/usr/bin/env", "SSL_CERT_FILE=\(root)", "SSL_CERT_DIR=\(machine.folder.path)"]
            }

            /// Papers of the system's authority; OpenSSL, which asks the system, believes them.
            func papers(_ name: String, for purpose: KeyPurpose) throws -> Papers {
                let leaf = wardrobe.leaf(name, for: purpose)
                let papers = try wardrobe.papers(leaf, signedBy: other.issuing, beside: [other.issuingDER])
                let verified = try SymbolonTestSupport.run(
                    "/usr/bin/env",
                    environment.dropFirst() + [
                        "openssl", "verify", "-untrusted", papers.others ?? "", papers.certificate,
                    ])
                #expect(verified.out.hasSuffix(": OK\n"), "\(verified.err)")
                return papers
            }
        }

        @Test("T23: a client whose authority only the system knows is refused, one of this authority is served")
        func client() async throws {
            let (bundle, backend) = (try Bundle(), try Backend(.answers))
            let protect = try bundle.machine.start(
                "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow", "laptop",
                by: bundle.environment)
            let port = try await protect.listening()
            let knock = try await Knock.at(port, try bundle.papers("laptop", for: .clientAuth))
            #expect(knock.alert == Alert.unknownAuthority.rawValue)
            #expect(try await protect.event("refused")["reason"] == "issuerUnknown")
            #expect(backend.connections == 0)
            #expect(try await Knock.at(port, bundle.wardrobe.honest).answer == Backend.answer)
        }

        @Test("T23: a service whose authority only the system knows gets not a byte, one of this authority does")
        func service() async throws {
            let (bundle, backend) = (try Bundle(), try Backend(.answers))
            let machine = bundle.machine
            let papers = try bundle.papers("web", for: .serverAuth)
            let rogue = try await machine.protect(
                to: backend, "--allow", "laptop", "--certificate", papers.chain, "--key", papers.key, "--anchors",
                machine.folder.file("honest/anchors.pem"))
            let reach = try machine.start(
                "reach", "web", "--listen", "127.0.0.1:0", "--as", "laptop", "--at", "127.0.0.1:\(rogue.port)",
                by: bundle.environment)
            let client = try await Socket.connect(try await reach.listening())
            // The door may have let go of it before.
            await client.offer(Array(Knock.request.utf8))
            #expect(try await client.readToEnd().bytes.isEmpty)
            #expect(try await reach.event("refused")["reason"] == "issuerUnknown")
            #expect(backend.connections == 0)

            let honest = try await machine.protect(to: backend, "--allow", "laptop")
            let again = try machine.start(
                "reach", "web", "--listen", "127.0.0.1:0", "--as", "laptop", "--at", "127.0.0.1:\(honest.port)",
                by: bundle.environment)
            let twin = try await Socket.connect(try await again.listening())
            try await twin.write(Array(Knock.request.utf8))
            #expect(try await twin.readToEnd().bytes == Array(Backend.answer.utf8))
        }
    }
}

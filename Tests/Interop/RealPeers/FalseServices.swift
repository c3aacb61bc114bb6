import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import Testing

extension RealPeers {
    @Suite("T11: a door sends nothing to a false service")
    struct FalseServices {
        private struct FalseService: Sendable {
            let name: String
            let reason: String
            let options: [String]
            let papers: @Sendable (Wardrobe) throws -> Papers

            init(
                _ name: String, _ reason: String, _ options: [String] = [],
                _ papers: @escaping @Sendable (Wardrobe) throws -> Papers
            ) {
                (self.name, self.reason, self.options, self.papers) = (name, reason, options, papers)
            }
        }

        private static let all: [FalseService] = [
            FalseService("self-signed", "selfSignedNotTrusted") { wardrobe in
                let leaf = wardrobe.leaf("web", for: .serverAuth)
                return try wardrobe.papers(leaf.selfSigned(), key: leaf.key.readable)
            },
            FalseService("another-authority", "issuerUnknown") { wardrobe in
                let other = wardrobe.stranger(copyingNames: false)
                return try wardrobe.papers(
                    wardrobe.leaf("web", for: .serverAuth), signedBy: other.issuing, beside: [other.issuingDER])
            },
            FalseService("same-names-from-another-authority", "signatureInvalid") { wardrobe in
                let other = wardrobe.stranger(copyingNames: true)
                return try wardrobe.papers(
                    wardrobe.leaf("web", for: .serverAuth), signedBy: other.issuing, beside: [other.issuingDER])
            },
            FalseService("wrong-name", "nameMismatch") { try $0.issued("ledger", "service") },
            FalseService("name-in-common-name-only", "nameMismatch") {
                try spoiled($0) { $0.names = [.uri("spiffe://example.internal/ledger")] }
            },
            FalseService("expired", "expired") { try spoiled($0) { $0.notAfter = $0.notBefore + 1 * .minute } },
            FalseService("not-yet-valid", "notYetValid") {
                try spoiled($0) { $0.notBefore = $0.notAfter - 1 * .minute }
            },
            FalseService("revoked", "revoked") { try $0.revoked("web", "service") },
            FalseService("client-only", "extendedKeyUsageUnfit") {
                try spoiled($0) { $0.extendedKeyUsage = ExtendedKeyUsage(.clientAuth) }
            },
            FalseService("any-purpose", "extendedKeyUsageUnrestricted") {
                try spoiled($0) { $0.extendedKeyUsage = ExtendedKeyUsage(.any) }
            },
            FalseService("leaf-as-issuer", "pathLengthExceeded") { wardrobe in
                let forger = wardrobe.leaf("ledger", for: .serverAuth)
                let issued = forger.der(signedBy: wardrobe.authority.issuing)
                return try wardrobe.papers(
                    wardrobe.leaf("web", for: .serverAuth), signedBy: forger,
                    beside: [issued, wardrobe.authority.issuingDER])
            },
            FalseService("tls-1.2-only", "peerAlert.protocol_version", ["-tls1_2"]) { try spoiled($0) { _ in } },
            FalseService("victim-beside-own", "nameMismatch") { wardrobe in
                let victim = wardrobe.leaf("web", for: .serverAuth).der(signedBy: wardrobe.authority.issuing)
                return try wardrobe.papers(
                    wardrobe.leaf("ledger", for: .serverAuth), signedBy: wardrobe.authority.issuing,
                    beside: [victim, wardrobe.authority.issuingDER])
            },
        ]

        private static func spoiled(
            _ wardrobe: Wardrobe, _ spoil: (inout CertificateSpec) -> Void
        ) throws -> Papers {
            var leaf = wardrobe.leaf("web", for: .serverAuth)
            spoil(&leaf)
            return try wardrobe.papers(
                leaf, signedBy: wardrobe.authority.issuing, beside: [wardrobe.authority.issuingDER])
        }

        private static let secret = "for the web service only"

        @Test(
            "T11: not a byte of a request goes to any, each is refused for its own reason, and the honest twin gets it")
        func opensslServers() async throws {
            let wardrobe = try Wardrobe(try Machine())
            let machine = wardrobe.machine
            var servers: [(service: FalseService, server: TLSServer)] = []
            for service in Self.all {
                servers.append((service, try await TLSServer(try service.papers(wardrobe), service.options)))
            }
            let honest = try await TLSServer(try Self.spoiled(wardrobe) { _ in })
            let plain = try await HTTPService()

            let doors =
                servers.map { ($0.service.name, $0.server.port) } + [
                    ("plain-http", plain.port), ("honest", honest.port),
                ]
            let text = doors.map { name, port in
                "  - {name: \(name), listen: \"127.0.0.1:0\", at: \"127.0.0.1:\(port)\", as: laptop, expect: web}"
            }
            let file = try machine.folder.write("reach:\n" + text.joined(separator: "\n") + "\n", to: "doors.yaml")
            let ends = try machine.start("run", "--config", file)

            print("false service, reason, alert")
            for (service, server) in servers {
                let refused = try await refusal(at: service.name, of: ends)
                #expect(refused["reason"] == service.reason, "\(refused)")
                #expect(!server.hasReceived(Self.secret), "\(service.name)")
                print(service.name, refused["reason"] ?? "-", refused["alert"] ?? "-", separator: ", ")
            }
            let refused = try await refusal(at: "plain-http", of: ends)
            #expect(refused["reason"] == "notTLS", "\(refused)")
            #expect(plain.requests.allSatisfy { !$0.contains(Self.secret) })

            let client = try await Socket.connect(try await ends.listening("honest"))
            try await client.write(Array((Self.secret + "\n").utf8))
            #expect(await honest.receives(Self.secret))
            // Its line may come after its bytes.
            _ = try await ends.event("accepted") { $0["service"] == "honest" }
            #expect(ends.events.filter { $0["event_type"] == "refused" }.count == servers.count + 1)
            #expect(ends.events.filter { $0["event_type"] == "accepted" }.count == 1)
        }

        /// Sends the secret through a door, sees it reset, and gives the one refusal that the door reports.
        private func refusal(at door: String, of ends: Ends) async throws -> Event {
            let client = try await Socket.connect(try await ends.listening(door))
            // The reset may come first; then writing meets it, and reading afterwards sees only the end.
            var isCut = false
            do {
                try await client.write(Array((Self.secret + "\n").utf8))
            } catch {
                isCut = true
            }
            let (bytes, isReset) = try await client.readToEnd()
            #expect(bytes.isEmpty && (isReset || isCut), "\(door)")
            return try await ends.event("refused") { $0["service"] == door }
        }
    }
}

/// OpenSSL's server, which asks for a certificate and writes out what it receives.
final class TLSServer: Sendable {
    let port: Int
    private let program: RunningProgram

    init(_ papers: Papers, _ options: [String] = []) async throws {
        // Port 0: it says where it listens.
        let program = try RunningProgram(
            [try Tools.openssl, "s_server", "-accept", "127.0.0.1:0", "-Verify", "2"] + papers.options + options,
            inputStaysOpen: true)
        let port = await program.lines.first(after: 0, within: Ends.patience) { line in
            line.hasPrefix("ACCEPT") ? line.split(separator: ":").last.flatMap { Int($0) } : nil
        }
        self.port = try #require(port, "\(program.complaints.text)")
        self.program = program
    }

    func hasReceived(_ text: String) -> Bool { program.lines.text.contains(text) }

    func receives(_ text: String) async -> Bool {
        await program.lines.first(after: 0, within: Ends.patience) { $0.contains(text) ? true : nil } ?? false
    }
}

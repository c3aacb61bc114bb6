import Foundation
import SymbolonCertificates
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonWire
import Testing

extension RealPeers {
    /// OpenSSL answers for the authority, and its server staples the answer.
    @Suite("RFC 8446 §4.4.2.1: a door believes the answer that its service staples")
    struct StapledAnswers {
        private let wardrobe: Wardrobe
        private let machine: Machine

        init() throws {
            machine = try Machine()
            wardrobe = try Wardrobe(machine)
        }

        private func service(_ serial: UInt8, promises: Bool) throws -> Papers {
            var leaf = wardrobe.leaf("web", for: .serverAuth)
            leaf.serialNumber = [0x7C, serial]
            if promises {
                // RFC 7633: SEQUENCE OF INTEGER, with status_request.
                leaf.otherExtensions = [Extension(.tlsFeature, isCritical: false, value: [0x30, 3, 2, 1, 5])]
            }
            return try wardrobe.papers(
                leaf, signedBy: wardrobe.authority.issuing, beside: [wardrobe.authority.issuingDER])
        }

        /// The authority's own answer for a certificate with this serial number.
        private func answer(_ serial: UInt8, isRevoked: Bool = false) throws -> String {
            let folder = machine.folder
            let number = "7C" + Hex.encode([serial]).uppercased()
            let state = isRevoked ? "R\t300101000000Z\t260101000000Z,superseded" : "V\t300101000000Z\t"
            let index = try folder.write("\(state)\t\(number)\tunknown\t/CN=web\n", to: "index\(serial).txt")
            let issuer = try folder.write(
                PEM.render(label: "CERTIFICATE", wardrobe.authority.issuingDER), to: "issuer.pem")
            let key = try folder.write(
                PEM.render(label: "PRIVATE KEY", wardrobe.authority.issuing.key.readable), to: "issuer.key.pem")
            let file = folder.file("answer\(serial)\(isRevoked).der")
            let made = try SymbolonTestSupport.run(
                try Tools.openssl,
                [
                    "ocsp", "-index", index, "-CA", issuer, "-rsigner", issuer, "-rkey", key, "-issuer", issuer,
                    "-serial", "0x\(number)", "-respout", file, "-ndays", "1", "-noverify",
                ])
            try #require(made.status == 0 && FileManager.default.fileExists(atPath: file), "\(made.err)\(made.out)")
            return file
        }

        /// A door that knows nothing of revocation by itself.
        private func door(to server: TLSServer) throws -> Ends {
            let laptop = try wardrobe.issued("laptop", "client")
            return try Ends([
                "reach", "web", "--listen", "127.0.0.1:0", "--at", "127.0.0.1:\(server.port)", "--certificate",
                laptop.chain, "--key", laptop.key, "--anchors", machine.folder.file("honest/anchors.pem"), "--home",
                machine.folder.file("elsewhere"), "--revocation", "best-effort:the service staples",
            ])
        }

        private func verdict(_ papers: Papers, stapling file: String?) async throws -> Event {
            let server = try await TLSServer(papers, file.map { ["-status_file", $0] } ?? [])
            let door = try door(to: server)
            let client = try await Socket.connect(try await door.listening())
            await client.offer(Array("ask\n".utf8))
            let start = ContinuousClock.now
            while ContinuousClock.now - start < Ends.patience {
                if let told = door.events.first(where: { ["accepted", "refused"].contains($0["event_type"]) }) {
                    return told
                }
                try await Task.sleep(for: .milliseconds(20))
            }
            throw Socket.Failure(call: "no verdict", code: 0)
        }

        @Test("good is good, revoked is revoked, and no answer is no knowledge")
        func believed() async throws {
            let good = try await verdict(try service(1, promises: false), stapling: try answer(1))
            #expect(good["event_type"] == "accepted" && good["revocation"] == "good", "\(good)")
            let revoked = try await verdict(
                try service(2, promises: false), stapling: try answer(2, isRevoked: true))
            #expect(revoked["reason"] == "revoked", "\(revoked)")
            let silent = try await verdict(try service(3, promises: false), stapling: nil)
            #expect(silent["event_type"] == "accepted" && silent["revocation"] == "unknown (no source)", "\(silent)")
        }

        @Test("R15: a certificate that promises an answer is refused without one, or with another certificate's")
        func promised() async throws {
            let kept = try await verdict(try service(4, promises: true), stapling: try answer(4))
            #expect(kept["event_type"] == "accepted" && kept["revocation"] == "good", "\(kept)")
            let missing = try await verdict(try service(5, promises: true), stapling: nil)
            #expect(missing["reason"] == "revocationUnknown", "\(missing)")
            let other = try await verdict(try service(6, promises: true), stapling: try answer(7))
            #expect(other["reason"] == "revocationUnknown", "\(other)")
        }
    }
}

import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("A policy is held against what ends have decided")
    struct APolicyIsReplayed {
        @Test("the lines that ends write have all that rules ask for, from the running ends and from a log")
        func replayed() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let policy = try machine.folder.write(
                """
                domain: symbolon.internal
                rules:
                  - allow: laptops of this authority
                    from: laptop
                    network: 127.0.0.0/8
                    profile: client
                    issuer: DOMAIN
                    certificate-younger-than: 24h
                """.replacing("DOMAIN", with: "symbolon.internal"), to: "policy.yaml")
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            for name in ["laptop", "phone"] {
                let reach = try await machine.reach("--as", name)
                let client = try await Socket.connect(reach.port)
                await client.offer([1])
                _ = try? await client.read(1)
                _ = try await reach.ends.stop()
            }
            let refused = try await protect.ends.event("refused")
            let closed = try await protect.ends.event("closed")
            let accepted = try await protect.ends.event("accepted")
            let domain = try #require(accepted["issuer"])
            try machine.folder.write(
                String(decoding: machine.folder.read("policy.yaml"), as: UTF8.self)
                    .replacing("symbolon.internal", with: domain), to: "policy.yaml")
            #expect(try machine.done("policy", "replay", policy) == "0 of 2 decisions would come out differently\n")
            let log = try machine.folder.write(
                [accepted, refused, closed].map(\.description).joined(separator: "\n"), to: "log")
            #expect(
                try machine.done("policy", "replay", policy, "--log", log)
                    == "0 of 2 decisions would come out differently\n")
            // Spoiled in one word, both come out otherwise.
            try machine.folder.write(
                String(decoding: machine.folder.read("policy.yaml"), as: UTF8.self)
                    .replacing("from: laptop", with: "from: phone"), to: "policy.yaml")
            let other = try machine.run("policy", "replay", policy, "--since", "1h")
            #expect(other.status == 1 && other.out.contains("2 of 2 decisions"), "\(other.out)")
            _ = try await protect.ends.stop()
        }
    }
}

import Foundation
import SymbolonAuthority
import SymbolonKeys
import SymbolonNames
import SymbolonStorage
import SymbolonTestSupport
import Testing

@testable import symbolon

extension EndToEnd {
    @Suite(
        "The authority of a paired machine is unreachable, or slow and not dead: ends start, and no handshake waits for it"
    )
    struct AnAuthoritySaysNothing {
        enum Way: CaseIterable { case answers, refuses, saysNothing, drips }

        @Test(
            "R02, R03: the mode decides who is let in, and within the time that it takes without an authority",
            arguments: Way.allCases)
        func started(_ way: Way) async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let served = try machine.start("up", "--listen", "127.0.0.1:0", "--name", "127.0.0.1")
            let listening = try await served.event("authority") { $0["change"] == "listening" }
            let mute = try ListeningSocket()
            let address = way == .answers ? try #require(listening["address"]) : "127.0.0.1:\(mute.port)"
            switch way {
            case .saysNothing: mute.start { socket in while (try? socket.readNow())?.isEmpty == false {} }
            case .drips:
                mute.start { socket in
                    // A record of the handshake, and then as slowly as one can speak.
                    for octet in [0x16, 0x03, 0x03, 0x40, 0x00] + Array(repeating: UInt8(0), count: 600) {
                        guard (try? socket.writeNow([octet])) != nil else { return }
                        usleep(100_000)
                    }
                }
            case .answers, .refuses: break
            }
            // Nobody listens there where it is to be refused.
            let home = try await Self.paired(
                with: machine, at: way == .refuses ? "127.0.0.1:1" : address)
            var ends: [Ends] = []
            for mode in ["required-unless-life-under:48", "required"] {
                ends.append(
                    try Ends([
                        "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow",
                        "laptop", "--revocation", mode, "--home", home, "--json",
                    ]))
            }
            let standard = try await machine.reach(
                "--as", "laptop", "--at", "127.0.0.1:\(try await ends[0].listening())")
            _ = try await Socket.echoed(standard.port)
            // Nothing was ever heard: where it must be known, nobody comes in. The honest twin: it is known.
            let strict = try await machine.reach("--as", "laptop", "--at", "127.0.0.1:\(try await ends[1].listening())")
            if way == .answers {
                let isLetIn = try await eventually {
                    let second = try await Socket.connect(strict.port)
                    await second.offer([2])
                    return try await second.read(1) == [2]
                }
                #expect(isLetIn)
            } else {
                let second = try await Socket.connect(strict.port)
                await second.offer([2])
                #expect(try await second.readToEnd().bytes.isEmpty)
                #expect(try await ends[1].event("refused")["reason"] == "revocationUnknown")
            }
            if way == .saysNothing || way == .drips { #expect(mute.accepted > 0) }
        }

        /// What pairing leaves in a home.
        private static func paired(with machine: Machine, at address: String) async throws -> String {
            let local = try await LocalAuthority.open(HomeFolder(machine.home), passphrase: nil)
            let home = HomeFolder(machine.folder.file("paired"))
            let key = SigningKey.make(.p256)
            let issued = try await local.issuing.issue(
                IssuanceRequest(profile: .workload, name: "web", publicKey: key.publicKey, actor: "test"))
            try home.saveIdentity(
                StoredIdentity(
                    name: IdentityName("web"), chain: issued.chain, key: key, anchors: [issued.anchor]),
                under: home.create().read())
            try home.save(
                PairedAuthority(
                    trustDomain: local.issuing.configuration.trustDomain.description, addresses: [address],
                    anchors: [local.issuing.root], identity: "web", pairedAt: Date()))
            return home.path
        }
    }
}

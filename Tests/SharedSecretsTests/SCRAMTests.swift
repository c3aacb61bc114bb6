import SymbolonKeys
import SymbolonTestSupport
import Testing

@testable import SymbolonSharedSecrets

@Suite("RFC 5802, RFC 7677, RFC 9266: a password is proved to both ends, and never sent")
struct SCRAMTests {
    private static func secret(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }

    private static func channel(_ octet: UInt8) throws -> SCRAMMechanism.Channel {
        try #require(SCRAMMechanism.Channel(exported: SecretBytes(copying: [UInt8](repeating: octet, count: 32))))
    }

    private static let cost = 4096
    private let decoy = SCRAMDecoy(key: SecretBytes(copying: [UInt8](repeating: 7, count: 32)), iterations: cost)
    private let verifier: SCRAMVerifier

    init() throws {
        verifier = try SCRAMVerifier(password: Self.secret("pencil"), iterations: Self.cost)
    }

    private func client(
        _ name: String = "alice", _ password: String = "pencil", offered: Set<SCRAMMechanism> = [.bare],
        channel: SCRAMMechanism.Channel? = nil, binding: SCRAMMechanism.Demand = .preferred
    ) throws(SCRAMFailure) -> SCRAMClient {
        try SCRAMClient(
            name: name, password: Self.secret(password), offered: offered, channel: channel, binding: binding)
    }

    /// Both ends, honest; whether each has proved itself.
    @discardableResult
    private func exchange(
        _ client: SCRAMClient, _ server: SCRAMServer, knowing verifier: SCRAMVerifier?
    ) throws(SCRAMFailure) -> String {
        let named = try server.reading(client.first, by: client.mechanism)
        let challenged = named.challenging(with: verifier, decoy: decoy)
        let proved = try client.answering(challenged.message)
        try proved.check(try challenged.proving(proved.final))
        return named.name
    }

    @Test("RFC 7677 §3: the published exchange, from both sides")
    func published() throws {
        let salt: [UInt8] = [
            0x5B, 0x6D, 0x99, 0x68, 0x9D, 0x12, 0x35, 0x8E, 0xEC, 0xA0, 0x4B, 0x14, 0x12, 0x36, 0xFA, 0x81,
        ]
        let known = try SCRAMVerifier(password: Self.secret("pencil"), salt: salt, iterations: 4096)
        let client = try SCRAMClient(
            name: "user", password: Self.secret("pencil"), offered: [.bare], channel: nil, binding: .preferred,
            iterations: 4096...4096, nonce: "rOprNGfwEbeRWgbNEkqO")
        #expect(client.first == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
        let named = try SCRAMServer(channel: nil).reading(client.first, by: .bare)
        #expect(named.name == "user")
        let challenged = named.challenging(with: known, decoy: decoy, nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0")
        #expect(
            challenged.message
                == "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
        let proved = try client.answering(challenged.message)
        #expect(
            proved.final
                == "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        let last = try challenged.proving(proved.final)
        #expect(last == "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
        try proved.check(last)
    }

    @Test("bound to the connection and not, with names that have to be written otherwise")
    func honest() throws {
        for name in ["alice", "a=b,c", "\u{0301}x", "Zoë"] {
            #expect(try exchange(client(name), SCRAMServer(channel: nil), knowing: verifier) == name)
            let bound = try client(name, offered: [.bare, .plus], channel: Self.channel(1), binding: .required)
            #expect(bound.mechanism == .plus)
            #expect(try exchange(bound, SCRAMServer(channel: Self.channel(1)), knowing: verifier) == name)
        }
    }

    @Test("a wrong password, and none of the account, look the same to the client")
    func wrong() throws {
        for (password, known) in [("pencils", verifier as SCRAMVerifier?), ("pencil", nil)] {
            let failure = #expect(throws: SCRAMFailure.self) {
                try exchange(client("alice", password), SCRAMServer(channel: nil), knowing: known)
            }
            #expect(failure == .proof)
            #expect(failure.map(SCRAMServer.answer) == "e=invalid-proof")
        }
    }

    @Test("K01: a name that nobody has gets the same salt each time, also after a restart, and everybody's cost")
    func unknown() throws {
        let server = SCRAMServer(channel: nil)
        func challenge(_ name: String, _ decoy: SCRAMDecoy) throws -> [Substring] {
            let named = try server.reading(try client(name).first, by: .bare)
            return named.challenging(with: nil, decoy: decoy).message.split(separator: ",").suffix(2)
        }
        let restarted = SCRAMDecoy(key: SecretBytes(copying: [UInt8](repeating: 7, count: 32)), iterations: Self.cost)
        var seen: Set<Substring> = []
        for number in 0..<1000 {
            let first = try challenge("nobody\(number)", decoy)
            #expect(try challenge("nobody\(number)", restarted) == first)
            #expect(first[1] == "i=4096")
            seen.insert(first[0])
        }
        #expect(seen.count == 1000)
        let other = SCRAMDecoy(key: SecretBytes(copying: [UInt8](repeating: 8, count: 32)), iterations: Self.cost)
        #expect(try challenge("nobody1", other) != challenge("nobody1", decoy))
    }

    @Test("K02: a nonce that is short, or not the one of this exchange, is refused by both sides")
    func nonces() throws {
        let server = SCRAMServer(channel: nil)
        for nonce in ["", "short", "with blank in it 1234", "sixteen chars, no"] {
            #expect(throws: SCRAMFailure.self) { try server.reading("n,,n=alice,r=\(nonce)", by: .bare) }
        }
        _ = try server.reading("n,,n=alice,r=0123456789abcdef", by: .bare)

        let asking = try client()
        let own = try #require(asking.first.split(separator: "=").last)
        for nonce in ["\(own)", "\(own)0123456789", "0123456789abcdef0123456789abcdef0123456789", ""] {
            #expect(throws: SCRAMFailure.nonce) { try asking.answering("r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096") }
        }
        _ = try asking.answering("r=\(own)0123456789abcdef,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")

        let named = try server.reading(asking.first, by: .bare)
        let (one, two) = (
            named.challenging(with: verifier, decoy: decoy), named.challenging(with: verifier, decoy: decoy)
        )
        let proved = try asking.answering(one.message)
        #expect(throws: SCRAMFailure.nonce) { try two.proving(proved.final) }
        try proved.check(try one.proving(proved.final))
    }

    @Test("K03: binding taken off the list: required, nothing is sent; preferred, the server notices")
    func stripped() throws {
        #expect(throws: SCRAMFailure.mechanismNotOffered(.plus)) {
            try client(offered: [.bare], channel: Self.channel(1), binding: .required)
        }
        #expect(throws: SCRAMFailure.mechanismNotOffered(.plus)) { try client(offered: [.bare], binding: .required) }
        let misled = try client(offered: [.bare], channel: Self.channel(1))
        #expect(misled.first.hasPrefix("y,,"))
        #expect(throws: SCRAMFailure.bindingStripped) {
            try exchange(misled, SCRAMServer(channel: Self.channel(1)), knowing: verifier)
        }
        // Where the server has none, it may say so.
        try exchange(misled, SCRAMServer(channel: nil), knowing: verifier)
        // Written over by whoever is between, the proof does not hold.
        let server = SCRAMServer(channel: try Self.channel(1))
        let rewritten = "n" + misled.first.dropFirst()
        let challenged = try server.reading(rewritten, by: .bare).challenging(with: verifier, decoy: decoy)
        let final = try misled.answering(challenged.message).final
        #expect(throws: SCRAMFailure.bindingDiffers) { try challenged.proving(final) }
    }

    @Test("K04: bound to another connection, it proves nothing; and what is not the exporter's is none")
    func relayed() throws {
        let bound = try client(offered: [.plus], channel: Self.channel(1), binding: .required)
        #expect(throws: SCRAMFailure.bindingDiffers) {
            try exchange(bound, SCRAMServer(channel: Self.channel(2)), knowing: verifier)
        }
        try exchange(bound, SCRAMServer(channel: Self.channel(1)), knowing: verifier)
        let server = SCRAMServer(channel: try Self.channel(1))
        for flag in ["p=tls-unique", "p=tls-server-end-point", "p="] {
            #expect(throws: SCRAMFailure.bindingUnsupported) {
                try server.reading("\(flag),,n=alice,r=0123456789abcdef", by: .plus)
            }
        }
        for (flag, mechanism) in [("n", SCRAMMechanism.plus), ("p=tls-exporter", .bare), ("", .bare), ("x", .plus)] {
            #expect(throws: SCRAMFailure.malformed("the header")) {
                try server.reading("\(flag),,n=alice,r=0123456789abcdef", by: mechanism)
            }
        }
        #expect(throws: SCRAMFailure.mechanismNotOffered(.plus)) {
            try SCRAMServer(channel: nil).reading(bound.first, by: .plus)
        }
        #expect(SCRAMMechanism.Channel(exported: SecretBytes(copying: [UInt8](repeating: 1, count: 31))) == nil)
    }

    @Test("K06: a server that does not prove itself is not believed, whatever it says")
    func server() throws {
        let asking = try client()
        let named = try SCRAMServer(channel: nil).reading(asking.first, by: .bare)
        let challenged = named.challenging(with: verifier, decoy: decoy)
        let proved = try asking.answering(challenged.message)
        let honest = try challenged.proving(proved.final)
        let forged = "v=" + (honest.dropFirst(2).first == "A" ? "B" : "A") + honest.dropFirst(3)
        #expect(throws: SCRAMFailure.serverSignature) { try proved.check(forged) }
        #expect(throws: SCRAMFailure.serverSignature) { try proved.check("v=AAAA") }
        for nothing in ["", "v=", "v", "ok", "x=1,\(honest)"] {
            #expect(throws: SCRAMFailure.malformed("the signature")) { try proved.check(nothing) }
        }
        #expect(throws: SCRAMFailure.refused("invalid-proof")) { try proved.check("e=invalid-proof") }
        #expect(throws: SCRAMFailure.refused("?[31m")) { try proved.check("e=\u{1b}[31m") }
        try proved.check(honest)
        try proved.check(honest + ",x=later")
    }

    @Test("K07: iterations under 4,096 and over the cap are refused before any work")
    func iterations() throws {
        let asking = try client()
        let own = try #require(asking.first.split(separator: "=").last)
        func answer(_ count: String) throws {
            _ = try asking.answering("r=\(own)0123456789abcdef,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=\(count)")
        }
        for count in ["1", "4095", "2147483648", "10000001", "0", "-4096"] {
            #expect(throws: SCRAMFailure.self, "\(count)") { try answer(count) }
        }
        for count in ["", "4096x", "04096", "99999999999999999999"] {
            #expect(throws: SCRAMFailure.malformed("the iterations"), "\(count)") { try answer(count) }
        }
        try answer("4096")
        #expect(throws: SCRAMFailure.self) { try SCRAMVerifier(password: Self.secret("pencil"), iterations: 4095) }
    }

    @Test("K09: who has read what is kept cannot log in with it, and it is kept as PostgreSQL keeps it")
    func kept() throws {
        let again = try SCRAMVerifier(verifier.text)
        #expect(again == verifier)
        try exchange(client(), SCRAMServer(channel: nil), knowing: again)
        // By the stored key in the client key's place.
        let asking = try client()
        let challenged = try SCRAMServer(channel: nil).reading(asking.first, by: .bare)
            .challenging(with: verifier, decoy: decoy)
        let unproved = "c=biws,r=\(challenged.nonce)"
        let said = Array("\(asking.first.dropFirst(3)),\(challenged.message),\(unproved)".utf8)
        let signature = SCRAMKeys.hmac(verifier.storedKey, said)
        for key in [verifier.storedKey, verifier.serverKey] {
            let proof = unsafe key.withUnsafeBytes { key in unsafe zip(key, signature).map { $0 ^ $1 } }
            #expect(throws: SCRAMFailure.proof) {
                try challenged.proving("\(unproved),p=\(SCRAMMessage.text(proof))")
            }
        }
        for text in ["", "SCRAM-SHA-1$4096:AAAA$AAAA:AAAA", verifier.text + ":AAAA", "SCRAM-SHA-256$1:AAAA$AAAA:AAAA"] {
            #expect(throws: SCRAMFailure.malformed("the verifier"), "\(text)") { try SCRAMVerifier(text) }
        }
    }

    @Test("what is not as it should be is refused, and extensions that may be passed over are")
    func malformed() throws {
        let server = SCRAMServer(channel: nil)
        let nonce = "0123456789abcdef"
        for message in [
            "", ",", "n,,", "n,,n=alice", "n,n=alice,r=\(nonce)", "n,,r=\(nonce),n=alice", "n,x=1,n=alice,r=\(nonce)",
            "n,,n=a=b,r=\(nonce)", "n,,n=alice,r=\(nonce),", "n,,n=alice,r=\(nonce),1=2", "N,,n=alice,r=\(nonce)",
            "n,,n=" + String(repeating: "a", count: 9000) + ",r=\(nonce)",
        ] {
            #expect(throws: SCRAMFailure.self, "\(message.prefix(40))") { try server.reading(message, by: .bare) }
        }
        #expect(throws: SCRAMFailure.unknownExtension) { try server.reading("n,,m=x,n=alice,r=\(nonce)", by: .bare) }
        #expect(throws: SCRAMFailure.name(.empty)) { try server.reading("n,,n=,r=\(nonce)", by: .bare) }
        #expect(throws: SCRAMFailure.authorization) { try server.reading("n,a=bob,n=alice,r=\(nonce)", by: .bare) }
        #expect(try server.reading("n,a=alice,n=alice,r=\(nonce),z=later", by: .bare).name == "alice")

        let asking = try client()
        let challenged = try server.reading(asking.first, by: .bare).challenging(with: verifier, decoy: decoy)
        let final = try asking.answering(challenged.message).final
        for message in [
            "", "c=biws", final + ",x=1", final.replacing("c=biws", with: "c=biws="),
            final.replacing(",p=", with: ",q="),
            String(final.dropLast(4)),
        ] {
            #expect(throws: SCRAMFailure.self, "\(message)") { try challenged.proving(message) }
        }
        _ = try challenged.proving(final)
    }
}

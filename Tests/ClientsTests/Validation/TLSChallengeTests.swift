import Foundation
import NIOCore
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonWire
import Testing

@Suite("RFC 8737: tls-alpn-01 asks for one certificate made for this challenge, and takes no other")
struct TLSChallenge {
    private static let name = "web.test.internal"
    private static let acmeIdentifier = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 1, 31)
    private static let acmeALPN = ["-alpn", "acme-tls/1"]

    /// What answers the challenge as RFC 8737 §3 says; tests spoil one thing.
    private static func good(_ names: [GeneralName] = [.dns(name)]) -> CertificateSpec {
        var spec = CertificateSpec(
            subject: TestPKI.name("challenge"), serialNumber: [1], validFrom: Date() - 3600, until: Date() + 3600,
            key: TestKeys.key("challenge"))
        spec.names = names
        spec.keyUsage = .digitalSignature
        spec.authorityKeyIdentifier = .absent
        spec.otherExtensions = [answer()]
        return spec
    }

    private static func answer(
        _ identifier: ObjectIdentifier = acmeIdentifier, critical: Bool = true, digest: [UInt8] = Applicant.digest
    ) -> Extension {
        Extension(identifier, isCritical: critical, value: [0x04, UInt8(digest.count)] + digest)
    }

    /// openssl's server with one certificate, at a loopback port, until it is let go.
    private struct Responder {
        let program: RunningProgram
        let port: Int
        private let folder: TemporaryFolder

        init(_ der: [UInt8], key: SigningKey = TestKeys.key("challenge"), _ options: [String]) async throws {
            folder = try TemporaryFolder()
            let chain = try folder.write(PEM.render(label: "CERTIFICATE", der), to: "chain.pem")
            let secret = try unsafe folder.write(key.pkcs8().withUnsafeBytes { unsafe Array($0) }, to: "key.der")
            program = try RunningProgram(
                [
                    "/usr/bin/openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", chain, "-key", secret,
                    "-keyform",
                    "DER", "-servername", "elsewhere.invalid", "-cert2", chain, "-key2", secret,
                ] + options, inputStaysOpen: true)
            let found = await program.lines.first(after: 0, within: Ends.patience) { line -> Int? in
                line.hasPrefix("ACCEPT") ? line.split(separator: ":").last.flatMap { Int($0) } : nil
            }
            port = try #require(found, "\(program.complaints.text)")
        }

        /// Waits for a line that holds this.
        func says(_ words: String) async -> Bool {
            await program.lines.first(after: 0, within: Ends.patience) { $0.contains(words) ? true : nil } ?? false
        }
    }

    private func outcome(_ port: Int, _ name: String = name, within response: TimeAmount = .seconds(60)) async throws
        -> Applicant.Outcome
    {
        let zone = try NameServerStub([.init(name: Self.name, type: 1): [[127, 0, 0, 1]]])
        var settings = ValidationSettings()
        settings.networks = PermittedNetworks([try IPNetwork("127.0.0.0/8")])
        settings.tlsPort = port
        settings.response = response
        let resolver = Resolver(servers: [NameServer(try IPAddress("127.0.0.1"), port: zone.port)])
        return try await Applicant.outcome(ChallengeValidator(settings, resolver: resolver), .tlsALPN01, name)
    }

    @Test(
        "the right certificate is enough, with TLS 1.3 and 1.2; the name is asked for by SNI",
        arguments: ["-tls1_3", "-tls1_2"])
    func honest(version: String) async throws {
        let responder = try await Responder(Self.good().selfSigned(), Self.acmeALPN + [version])
        #expect(try await outcome(responder.port) == .valid("127.0.0.1:\(responder.port)"))
        #expect(await responder.says("Hostname in TLS extension: \"\(Self.name)\""))
    }

    @Test("RFC 8738 §6: an address is asked for by its reverse name, and proved by an iPAddress")
    func address() async throws {
        let responder = try await Responder(Self.good([.ip([127, 0, 0, 1])]).selfSigned(), Self.acmeALPN)
        #expect(try await outcome(responder.port, "127.0.0.1").isValid)
        #expect(await responder.says("Hostname in TLS extension: \"1.0.0.127.in-addr.arpa\""))

        let text = try await Responder(Self.good([.dns("127.0.0.1")]).selfSigned(), Self.acmeALPN)
        #expect(try await outcome(text.port, "127.0.0.1").isInvalid(.incorrectResponse, "is not"))
    }

    struct Spoiled: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let words: String
        let spoil: @Sendable (inout CertificateSpec) -> Void

        init(_ description: String, _ words: String, spoil: @escaping @Sendable (inout CertificateSpec) -> Void) {
            testDescription = description
            self.words = words
            self.spoil = spoil
        }
    }

    @Test(
        "E05: a certificate that is not exactly the one asked for",
        arguments: [
            Spoiled("the identifier of a draft", "has no acmeIdentifier") {
                $0.otherExtensions = [answer(ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 1, 30, 1))]
            },
            Spoiled("no such extension", "has no acmeIdentifier") { $0.otherExtensions = [] },
            Spoiled("not critical", "is not critical") { $0.otherExtensions = [answer(critical: false)] },
            Spoiled("the digest of another", "is not the digest") {
                $0.otherExtensions = [answer(digest: [UInt8](repeating: 7, count: 32))]
            },
            Spoiled("half a digest", "is not the digest") {
                $0.otherExtensions = [answer(digest: Array(Applicant.digest.prefix(16)))]
            },
            Spoiled("the digest without its OCTET STRING", "is not the digest") {
                $0.otherExtensions = [Extension(acmeIdentifier, isCritical: true, value: Applicant.digest)]
            },
            Spoiled("another name", "is not \(name)") { $0.names = [.dns("other.test.internal")] },
            Spoiled("one name more", "2 subject alternative names") { $0.names.append(.dns("other.test.internal")) },
            Spoiled("the same name twice", "2 subject alternative names") { $0.names.append(.dns(name)) },
            Spoiled("an address more", "2 subject alternative names") { $0.names.append(.ip([127, 0, 0, 1])) },
            Spoiled("no names", "0 subject alternative names") { $0.names = [] },
            Spoiled("a wildcard over the name", "is not \(name)") { $0.names = [.dns("*.test.internal")] },
            Spoiled("the name as an address of mail", "is not \(name)") { $0.names = [.mail("x@\(name)")] },
            Spoiled("signed by another key", "not signed by its own key") { $0.signer = TestKeys.key("other") },
            Spoiled("issued by another", "not signed by its own key") {
                $0.issuer = TestPKI.name("other")
                $0.signer = TestKeys.key("other")
            },
        ])
    func spoiled(_ spoiled: Spoiled) async throws {
        var spec = Self.good()
        spoiled.spoil(&spec)
        let responder = try await Responder(spec.selfSigned(), Self.acmeALPN)
        let outcome = try await outcome(responder.port)
        #expect(outcome.isInvalid(.incorrectResponse, spoiled.words), "\(outcome)")
    }

    @Test("E05: the name in capitals is the name")
    func capitals() async throws {
        let responder = try await Responder(Self.good([.dns("WEB.Test.internal")]).selfSigned(), Self.acmeALPN)
        #expect(try await outcome(responder.port).isValid)
    }

    @Test("E05: TLS 1.1 and older is not spoken")
    func old() async throws {
        let responder = try await Responder(
            Self.good().selfSigned(), Self.acmeALPN + ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        #expect(try await outcome(responder.port).isInvalid(.tls, "version"))
    }

    @Test("E05: a server that does not agree to acme-tls/1 proves nothing", arguments: [[], ["-alpn", "http/1.1"]])
    func withoutProtocol(options: [String]) async throws {
        let responder = try await Responder(Self.good().selfSigned(), options)
        #expect(try await outcome(responder.port).isInvalid(.tls, "protocol"))
    }

    @Test("E05: no session is resumed, however many tickets a server gives", arguments: ["-tls1_3", "-tls1_2"])
    func notResumed(version: String) async throws {
        let responder = try await Responder(Self.good().selfSigned(), Self.acmeALPN + [version, "-num_tickets", "4"])
        for _ in 0..<3 { #expect(try await outcome(responder.port).isValid) }
        #expect(!responder.program.lines.text.contains("Reused"))
    }

    @Test("E05: what speaks no TLS, or hangs up, or is not there, is no answer")
    func nothing() async throws {
        let plain = try ListeningSocket()
        plain.start { try? $0.writeNow(Array("HTTP/1.1 200 OK\r\n\r\n".utf8)) }
        #expect(try await outcome(plain.port).isInvalid(.tls, ""))
        let closing = try ListeningSocket()
        closing.start { _ in }
        #expect(try await outcome(closing.port).isInvalid(.tls, ""))
        let silent = try ListeningSocket()
        silent.start {
            _ = try? $0.readNow(); _ = try? $0.readNow()
        }
        #expect(try await outcome(silent.port, within: .seconds(2)).isInvalid(.tls, "within 2000 ms"))
        #expect(try await outcome(try ClosedPort.make()).isInvalid(.connection, "no connection"))
    }

    @Test("a server whose key is RSA and whose certificate is for key encipherment, as lego makes it")
    func lego() async throws {
        let folder = try TemporaryFolder()
        let digest = Applicant.digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
        try folder.write(
            """
            [req]
            distinguished_name = dn
            x509_extensions = ext
            prompt = no
            [dn]
            CN = ACME Challenge TEMP
            [ext]
            keyUsage = critical, keyEncipherment
            extendedKeyUsage = serverAuth
            basicConstraints = CA:TRUE
            subjectAltName = DNS:\(Self.name)
            1.3.6.1.5.5.7.1.31 = critical, DER:04:20:\(digest)
            """, to: "config")
        let made = try SymbolonTestSupport.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-config", folder.file("config"),
                "-keyout",
                folder.file("key.pem"), "-out", folder.file("chain.pem"),
            ])
        try #require(made.status == 0, "\(made.err)")
        let program = try RunningProgram(
            [
                "/usr/bin/openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", folder.file("chain.pem"), "-key",
                folder.file("key.pem"),
            ] + Self.acmeALPN, inputStaysOpen: true)
        let port = await program.lines.first(after: 0, within: Ends.patience) { line -> Int? in
            line.hasPrefix("ACCEPT") ? line.split(separator: ":").last.flatMap { Int($0) } : nil
        }
        let outcome = try await outcome(try #require(port))
        #expect(outcome.isValid, "\(outcome)")
    }
}

import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonStorage
import SymbolonTestSupport
import SymbolonWire
import Testing

/// nginx asks about its clients by answers or by lists; HAProxy reads lists, and cannot ask about a client.
@Suite("nginx (ssl_ocsp, ssl_crl) and HAProxy (crl-file) let in and refuse whom we do", .serialized)
struct WebServersRefuseTheRevokedTests {
    enum Way: String, CaseIterable, Sendable { case nginxAsking, nginxByLists, haproxyByLists }

    private func start(_ way: Way, _ house: PublishedHouse) throws -> (program: RunningProgram, port: Int) {
        let port = try ListeningSocket().port
        let folder = house.folder.path
        guard way != .haproxyByLists else {
            let both = try ["good.pem", "good.key.pem"].map {
                try String(contentsOfFile: house.folder.file($0), encoding: .utf8)
            }
            try house.folder.write(both.joined(), to: "server.pem")
            let configuration = try WebServer.haproxyConfiguration(
                "http",
                [
                    "bind 127.0.0.1:\(port) ssl crt \(folder)/server.pem ca-file \(folder)/authorities.pem"
                        + " verify required crl-file \(folder)/lists.pem",
                    "http-request return status 200",
                ], in: house.folder)
            return (try WebServer.haproxy(configuration), port)
        }
        let rule = way == .nginxAsking ? "ssl_ocsp leaf;" : "ssl_crl \(folder)/lists.pem;"
        let server = """
            listen 127.0.0.1:\(port) ssl;
            ssl_certificate \(folder)/good.pem; ssl_certificate_key \(folder)/good.key.pem;
            ssl_client_certificate \(folder)/authorities.pem; ssl_verify_client on; ssl_verify_depth 3;
            \(rule)
            location / { return 200 "in"; }
            """
        return (try WebServer.nginx(server, in: house.folder), port)
    }

    @Test("good and released come in; revoked, held, and revoked and ended do not", arguments: Way.allCases)
    func verdicts(_ way: Way) async throws {
        let house = try await PublishedHouse()
        let (program, port) = try start(way, house)
        defer { program.signal(SIGTERM) }
        func isIn(_ holder: PublishedHouse.Holder) throws -> Bool {
            let folder = house.folder.path
            return try run(
                "/usr/bin/curl",
                [
                    "--silent", "--insecure", "--max-time", "20", "--cert", "\(folder)/\(holder).pem", "--key",
                    "\(folder)/\(holder).key.pem", "-o", "/dev/null", "-w", "%{http_code}",
                    "https://127.0.0.1:\(port)/",
                ]
            ).out == "200"
        }
        try #require(try await eventually { try isIn(.good) })
        let list = try CertificateList(
            der: #require(try await house.store.list(of: house.authority.key, .whole, .complete)).der)
        for holder in PublishedHouse.Holder.allCases {
            let status: RevocationStatus
            if way == .nginxAsking {
                status = try await house.status(holder, answers: [house.answer(holder)])
            } else {
                status = try house.status(holder, lists: [list])
            }
            if case .revoked = status { #expect(holder.isRevoked, "\(holder)") }
            if case .good = status { #expect(!holder.isRevoked, "\(holder)") } else { #expect(try !isIn(holder)) }
            // Whoever was never issued is nobody's to an answer; a list does not know of them.
            #expect(
                try isIn(holder) == (!holder.isRevoked && !(holder == .unknown && way == .nginxAsking)), "\(holder)")
        }
    }

    @Test("openssl ocsp is answered for certificates of a superseded issuing authority and of its successor")
    func superseded() async throws {
        let house = try await PublishedHouse()
        func asked(_ file: String, issuer: String, _ options: [String]) throws -> ProgramRun {
            let leaf = house.folder.file(file)
            let uri = try run(Tools.openssl, ["x509", "-in", leaf, "-noout", "-ocsp_uri"]).out
                .trimmingCharacters(in: .whitespacesAndNewlines)
            return try run(
                Tools.openssl,
                ["ocsp"] + options + [
                    "-issuer", house.folder.file(issuer), "-cert", leaf, "-url", uri, "-CAfile",
                    house.folder.file("root.pem"), "-verify_other", house.folder.file(issuer),
                ])
        }
        let next = try #require(try await house.succession.prepare(.issuing, actor: "test").last)
        _ = try await house.succession.activate(next.name, evenSo: true, actor: "test")
        try await house.responder.follow()
        let new = try await house.authority.issue(
            IssuanceRequest(
                profile: .workload, name: "new", names: [], publicKey: SigningKey.make(.p256).publicKey, actor: "test"))
        try house.folder.write(new.certificate.pem, to: "new.pem")
        try house.folder.write(next.certificate.pem, to: "next.pem")
        for options in [["-no_nonce"], ["-nonce"], ["-sha256"]] {
            for (file, issuer, word) in [
                ("good.pem", "issuing.pem", "good"), ("revoked.pem", "issuing.pem", "revoked"),
                ("new.pem", "next.pem", "good"),
            ] {
                let said = try asked(file, issuer: issuer, options)
                #expect(said.err.contains("Response verify OK"), "\(file): \(said.err)")
                #expect(said.out.contains("\(file): \(word)"), "\(file): \(said.out)")
            }
        }
        // The twin: it is retired, and nobody speaks for it but its root.
        let old = try #require(try await house.store.issuers().first { $0.state == .superseded })
        _ = try await house.succession.retire(old.name, evenSo: true, actor: "test")
        try await house.responder.follow()
        let said = try asked("good.pem", issuer: "issuing.pem", ["-no_nonce"])
        #expect(said.out.contains("unauthorized") || said.err.contains("unauthorized"), "\(said.out) \(said.err)")
    }

    @Test("pkilint finds no error in the responder's certificate, in what names lists and a responder, and in answers")
    func pkilint() async throws {
        let house = try await PublishedHouse()
        func findings(_ words: [String], _ file: String) throws -> [String] {
            let result = try run(words[0], ["lint"] + words.dropFirst() + ["-s", "WARNING", file])
            try #require(!result.err.contains("Traceback"), "\(result.err)")
            return result.out.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { line in ["WARNING", "ERROR", "FATAL"].contains { line.contains("(\($0))") } }
        }
        let delegates = try await house.store.certificates(matching: CertificateQuery(profile: "responder"))
        var certificates = house.leaves.filter { $0.key != .unknown }.map(\.value)
        for record in delegates {
            guard case .issued(let der, _) = record.state else { continue }
            certificates.append(try Certificate(der: der))
        }
        #expect(certificates.count == 6)
        for certificate in certificates {
            let file = try house.folder.write(certificate.pem, to: "linted.pem")
            // As in LintTests: it knows no spiffe URIs.
            let found = try findings([Tools.pkilint], file).filter { !$0.contains("\"spiffe://example.internal/") }
            #expect(found == [], "\(certificate.subject)")
        }
        for holder in PublishedHouse.Holder.allCases {
            let leaf = try #require(house.leaves[holder])
            for nonce in [nil, StatusNonce.make()] {
                let question = try #require(
                    StatusQuestion(about: leaf.serialNumber, from: house.authority.issuing, nonce: nonce))
                switch try await house.responder.replyAskingStore(to: question.der) {
                case .refused(let refusal): Issue.record("\(refusal)")
                case .kept(let answer), .made(let answer):
                    try house.folder.write(answer.der, to: "answer.der")
                    #expect(try findings([Tools.answerLint], house.folder.file("answer.der")) == [], "\(holder)")
                }
            }
        }
        // The twin: an answer with something wrong is found to have it.
        let answer = try Data(contentsOf: URL(filePath: house.folder.file("answer.der")))
        try house.folder.write(Array(answer.dropLast(3)), to: "cut.der")
        let cut = try run(Tools.answerLint, ["lint", house.folder.file("cut.der")])
        #expect(cut.status != 0)
    }
}

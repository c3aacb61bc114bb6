import Foundation
import SymbolonTestSupport
import Testing

/// An authority that serves ACME at a loopback port, and the world that applicants prove themselves in: names that lead to
/// this machine, TXT records that hooks write as files, ports for their answers.
final class ACMEScene: Sendable {
    let machine: Machine
    let directory: String
    let port: Int
    /// Where http-01 and tls-alpn-01 are answered.
    let httpPort: Int
    let tlsPort: Int
    /// What vouches for the server, and for the certificates.
    let anchors: String
    /// One file a name, a TXT record a line.
    let records: String
    /// What an HTTP server of an applicant serves.
    let webRoot: String
    private let server: RunningProgram
    private let names: NameServerStub

    var folder: TemporaryFolder { machine.folder }
    /// Where names are asked, for clients that ask too.
    var nameServer: String { "127.0.0.1:\(names.port)" }

    init(_ options: String...) async throws {
        machine = try Machine()
        let folder = machine.folder
        try machine.done("identity", "issue", "auditor", "--profile", "client")
        anchors = try machine.export("auditor", to: "auditor").anchors
        (records, webRoot) = (folder.file("records"), folder.file("www"))
        for path in [records, webRoot + "/.well-known/acme-challenge"] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        let places = records
        names = try NameServerStub { name, type, _ in
            switch type {
            case 1 where name.hasSuffix("example.internal"): return .records([.v4(127, 0, 0, 1)])
            case 16:
                let lines = (try? String(contentsOfFile: "\(places)/\(name)", encoding: .utf8)) ?? ""
                return .records(lines.split(separator: "\n").map { .text(String($0)) })
            default: return .records([])
            }
        }
        (httpPort, tlsPort) = (try ListeningSocket().port, try ListeningSocket().port)
        server = try RunningProgram(
            [
                try BuiltProgram.path("symbolon"), "up", "--home", machine.home, "--listen", "127.0.0.1:0", "--name",
                "localhost", "--name", "127.0.0.1", "--json", "--acme-resolver", "127.0.0.1:\(names.port)",
                "--acme-network", "127.0.0.0/8", "--acme-http-port", "\(httpPort)", "--acme-tls-port",
                "\(tlsPort)",
            ] + options)
        let found = await server.lines.first(after: 0, within: Ends.patience) { line -> Int? in
            guard let event = Event(line), event["change"] == "listening" else { return nil }
            return event["address"]?.split(separator: ":").last.flatMap { Int($0) }
        }
        port = try #require(found, "it does not serve:\n\(server.lines.text)\n\(server.complaints.text)")
        directory = "https://localhost:\(port)/acme/directory"
    }

    /// Runs a program to its end, for 100 s at most, with what trusts this authority in its environment.
    func run(
        _ program: String, _ arguments: [String], _ environment: [String: String] = [:]
    ) async throws -> ProgramRun {
        var variables = [
            "PATH": "/usr/bin:/bin:/usr/sbin", "HOME": folder.path, "LC_ALL": "C.UTF-8", "REQUESTS_CA_BUNDLE": anchors,
            "LEGO_CA_CERTIFICATES": anchors, "CURL_CA_BUNDLE": anchors, "RECORDS": records, "WEBROOT": webRoot,
            "HTTP_PORT": "\(httpPort)", "TLS_PORT": "\(tlsPort)",
        ]
        variables.merge(environment) { $1 }
        let fixed = variables
        return try await Socket.waiting {
            try SymbolonTestSupport.run(
                "/usr/bin/timeout", ["-k", "5", "100", program] + arguments, input: [], environment: fixed)
        }
    }

    /// Runs a program to its end, and requires that it ends well.
    @discardableResult
    func done(
        _ program: String, _ arguments: [String], _ environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ProgramRun {
        let run = try await run(program, arguments, environment)
        try #require(
            run.status == 0,
            "\(program): \(run.out.suffix(3000))\n\(run.err.suffix(3000))\n\(server.lines.text.suffix(3000))",
            sourceLocation: sourceLocation)
        return run
    }

    /// Writes an executable script and gives its path.
    func script(_ name: String, _ text: String) throws -> String {
        let path = try folder.write("#!/bin/sh\n" + text, to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    /// A web server over `webRoot`, at the port of http-01.
    func webServer() async throws -> RunningProgram {
        let program = try RunningProgram([
            "/usr/bin/python3", "-u", "-m", "http.server", "\(httpPort)", "--bind", "127.0.0.1", "--directory", webRoot,
        ])
        let isReady = await program.lines.first(after: 0, within: Ends.patience) { $0.contains("Serving") ? true : nil }
        try #require(isReady == true, "\(program.complaints.text)")
        return program
    }

    // MARK: What came of it

    /// OpenSSL finds the certificate good under our anchors, for a server and, wildcards aside, for a client, with these
    /// names and no others.
    func expectGood(
        _ chain: String, _ names: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let isWildcard = names.contains { $0.hasPrefix("DNS:*") }
        for purpose in isWildcard ? ["sslserver"] : ["sslserver", "sslclient"] {
            try await done(
                try Tools.openssl, ["verify", "-purpose", purpose, "-CAfile", anchors, "-untrusted", chain, chain],
                sourceLocation: sourceLocation)
        }
        let shown = try await done(
            try Tools.openssl, ["x509", "-in", chain, "-noout", "-ext", "subjectAltName"],
            sourceLocation: sourceLocation)
        let found = shown.out.split(whereSeparator: { $0 == "," || $0 == "\n" })
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter {
                $0.hasPrefix("DNS:") || $0.hasPrefix("IP Address:")
            }
        #expect(Set(found) == Set(names), sourceLocation: sourceLocation)
    }

    /// The serial number, as OpenSSL says it.
    func serial(_ chain: String) async throws -> String {
        try await done(try Tools.openssl, ["x509", "-in", chain, "-noout", "-serial"]).out
    }

    /// Whether the authority's record of this certificate says that it is revoked.
    func isRevoked(_ chain: String) async throws -> Bool {
        let run = try await run(
            try BuiltProgram.path("symbolon"),
            ["verify", chain, "--home", machine.home, "--revocation", "required", "--json"])
        return run.status != 0 && run.out.contains("revoked")
    }
}

/// Other people's ACME clients against this server: each registers, orders, proves, renews and revokes.
@Suite("ACME clients at work", .serialized, .timeLimit(.minutes(5))) enum ACMEClients {}

import Foundation
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Synchronization
import Testing

/// Two nodes of one authority on one PostgreSQL database, under one name, and the applicants that they look at.
final class NodesOnOneDatabase: Sendable {
    static let name = "ca.example.internal"

    let folder: TemporaryFolder
    let database: PostgreSQLServer
    let store: String
    let anchor: TrustAnchor
    let httpPort: Int
    private let names: NameServerStub
    private let nodes = Mutex<[RunningProgram?]>([nil, nil])
    private let ports = Mutex([0, 0])

    init() async throws {
        (folder, database) = (try TemporaryFolder(), try await PostgreSQLServer.shared)
        store = try database.newSchema()
        // `a7-…` is applicant 7, at 127.0.1.7: each listens at an address of its own.
        names = try NameServerStub { name, type, _ in
            guard type == 1, name.hasPrefix("a"), name.hasSuffix(".example.internal"),
                let number = UInt8(name.dropFirst().prefix { $0.isNumber })
            else { return .records([]) }
            return .records([.v4(127, 0, 1, number)])
        }
        httpPort = try ListeningSocket().port
        let program = try BuiltProgram.path("symbolon")
        let made = try run(program, ["up", "--once", "--home", folder.file("node0"), "--store", store])
        try #require(made.status == 0, "\(made.err)")
        let identity = try run(
            program, ["identity", "issue", "auditor", "--profile", "client", "--home", folder.file("node0")])
        try #require(identity.status == 0, "\(identity.err)")
        let out = folder.file("auditor")
        let exported = try run(
            program,
            ["identity", "export", "auditor", "--out", out, "--plain-key", "--home", folder.file("node0")])
        try #require(exported.status == 0, "\(exported.err)")
        let text = try String(contentsOfFile: out + "/anchors.pem", encoding: .utf8)
        let root = try #require(try CertificateBundle(pem: text).certificates.first)
        anchor = TrustAnchor(root, for: try TrustDomain("example.internal"))
        try FileManager.default.createDirectory(
            atPath: folder.file("node1"), withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        for name in ["keys", "passphrase"] {
            try FileManager.default.copyItem(
                atPath: "\(folder.file("node0"))/\(name)", toPath: "\(folder.file("node1"))/\(name)")
        }
        for node in 0...1 { try await start(node) }
    }

    // MARK: Nodes

    /// Begins, or begins again where it was, and returns when it listens.
    func start(_ node: Int) async throws {
        let port = ports.withLock { $0[node] }
        let program = try RunningProgram([
            try BuiltProgram.path("symbolon"), "up", "--home", folder.file("node\(node)"), "--store", store, "--json",
            "--listen", "127.0.0.1:\(port)", "--name", Self.name, "--acme-url", "https://\(Self.name)",
            "--acme-resolver", "127.0.0.1:\(names.port)", "--acme-network", "127.0.0.0/8", "--acme-http-port",
            "\(httpPort)", "--requests-per-second", "100000",
        ])
        let found = await program.lines.first(after: 0, within: Ends.patience) { line -> Int? in
            guard let event = Event(line), event["change"] == "listening" else { return nil }
            return event["address"]?.split(separator: ":").last.flatMap { Int($0) }
        }
        let listening = try #require(found, "\(program.lines.text)\n\(program.complaints.text)")
        ports.withLock { $0[node] = listening }
        nodes.withLock { $0[node] = program }
    }

    /// Signal 9.
    func kill(_ node: Int) async throws {
        let program = try #require(nodes.withLock { $0[node] })
        program.signal(SIGKILL)
        _ = try #require(await program.ended(within: Ends.patience))
    }

    // MARK: Applicants

    /// Somebody who asks for certificates, at whichever node answers.
    final class Applicant: Sendable {
        let number: Int
        let client: ACMEClient
        private let proof: ACMEProof

        fileprivate init(_ number: Int, _ client: ACMEClient, _ proof: ACMEProof) {
            self.number = number
            self.client = client
            self.proof = proof
        }

        func obtain(
            _ order: Int, as account: ACMEClientAccount, telling tell: @Sendable (ACMEProgress) -> Void = { _ in }
        ) async throws -> Certificate {
            let name = ACMEIdentifier.dns(try DNSPattern("a\(number)-\(order).example.internal"))
            let chain = try await client.obtain(
                ACMEWish([name]), for: .make(.p256), as: account, proving: proof, telling: tell)
            return try #require(chain.first)
        }
    }

    /// - Parameter number: from 1; begins at the node of that number, odd or even, and goes to the other when a
    ///   connection is lost.
    func applicant(_ number: Int) throws -> Applicant {
        let expectation = Expectation(
            .server, names: [try ReferenceName("dns:\(Self.name)")],
            revocation: .bestEffort(because: "an ACME client hears no list"))
        let verifier = Verifier(anchors: [anchor])
        let connections = Atomic(number)
        let places = ports.withLock { $0 }
        let client = try ACMEClient(directory: "https://\(Self.name)/acme/directory") {
            (_) throws(HTTPSFailure) in
            let node = connections.add(1, ordering: .relaxed).newValue % 2
            do {
                return HTTPSClient(
                    to: ServerAddress(host: "127.0.0.1", port: places[node]),
                    proving: try HTTPSProof(
                        identity: nil, trusting: verifier, expecting: expectation, serverName: Self.name))
            } catch {
                throw .request("\(error)")
            }
        }
        return Applicant(
            number, client,
            ACMEProof(.http01, listeningAt: ServerAddress(host: "127.0.1.\(number)", port: httpPort)))
    }

    // MARK: What is in the store

    /// One column of a query, a value a line.
    func ask(_ query: String) async throws -> [String] {
        let schema = String(store.split(separator: "D").last ?? "")
        let database = database
        let out = try await Socket.waiting { try database.script("SET search_path TO \(schema); \(query)") }
        return out.split(separator: "\n").map(String.init)
    }
}

import Foundation
import GRDB
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import SymbolonStorage

let noon = Date(timeIntervalSince1970: 1_780_315_200)

/// A folder of one test's own, gone when the test ends.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "symbolon-storage-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    func write(_ name: String, _ content: [UInt8], mode: Int = 0o600) throws -> String {
        let path = file(name)
        try Data(content).write(to: URL(fileURLWithPath: path))
        try setMode(path, mode)
        return path
    }

    @discardableResult
    func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        try write(name, Array(text.utf8), mode: mode)
    }
}

func setMode(_ path: String, _ mode: Int) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
}

func mode(_ path: String) throws -> UInt32 { try fileStatus(of: path, links: .refuse).mode }

func content(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

extension Passphrase {
    convenience init(text: String) { self.init(copying: Array(text.utf8)) }

    var text: String { unsafe secret.withUnsafeBytes { String(decoding: unsafe [UInt8]($0), as: UTF8.self) } }
}

let passphrase = Passphrase(text: "both halves fit")

/// A certificate that signs itself: storage asks what a file holds, not what a path proves.
func selfSigned(_ name: String, _ key: SigningKey, notAfter: Date = noon + 86_400) throws -> Certificate {
    let subject = try DistinguishedName(commonName: name)
    let template = CertificateTemplate(
        serialNumber: try SerialNumber(magnitude: [1, 2, 3]), signatureAlgorithm: key.signatureAlgorithm,
        issuer: subject,
        notBefore: noon - 86_400 * 2, notAfter: notAfter, subject: subject, publicKey: key.publicKey)
    let tbs = template.derBytes()
    return try Certificate.assemble(tbs: tbs, algorithm: key.signatureAlgorithm, signature: try key.sign(tbs))
}

func identity(_ name: String, key: SigningKey = .make(.p256)) throws -> StoredIdentity {
    try StoredIdentity(
        name: IdentityName(name), chain: [selfSigned(name, key)], key: key,
        anchors: [selfSigned("anchor of \(name)", .make(.p256))])
}

/// The engines that a store can be on: what holds for one holds for the other.
enum StoreKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite, postgreSQL

    var testDescription: String { self == .sqlite ? "SQLite" : "PostgreSQL" }
}

/// A store of one test's own, with the key that seals its record.
struct StoreFixture {
    let scratch: Scratch
    /// Where the file is; nothing is there with PostgreSQL.
    let path: String
    /// Nil with SQLite.
    let address: PostgreSQLAddress?
    let store: AuthorityDatabase
    let sealer: AuditSealer
    let issuer = SigningKey.make(.p256).publicKey.fingerprint

    /// A store in a file.
    init() throws {
        scratch = try Scratch()
        path = scratch.file("authority.sqlite")
        address = nil
        store = try AuthorityDatabase.create(at: path)
        sealer = try AuditSealer(key: .make(.ed25519))
    }

    /// A store in a schema of its own; through a port of its own if there is one.
    init(on server: PostgreSQLServer, port: Int? = nil) async throws {
        scratch = try Scratch()
        path = scratch.file("nothing")
        let address = try PostgreSQLAddress(try server.newSchema(port: port))
        self.address = address
        store = try await Self.open(address)
        sealer = try AuditSealer(key: .make(.ed25519))
    }

    /// With patience for the many stores of other tests, which one server has on a busy machine.
    private static func open(_ address: PostgreSQLAddress, mode: StoreMode = .readWrite) async throws
        -> AuthorityDatabase
    {
        AuthorityDatabase(try await PostgreSQLEngine.open(address, mode: mode, patience: 60))
    }

    static func make(_ kind: StoreKind) async throws -> StoreFixture {
        switch kind {
        case .sqlite: try StoreFixture()
        case .postgreSQL: try await StoreFixture(on: PostgreSQLServer.shared)
        }
    }

    /// The same store, opened by another node.
    func opened(mode: StoreMode = .readWrite) async throws -> AuthorityDatabase {
        if let address { return try await Self.open(address, mode: mode) }
        return try AuthorityDatabase.open(at: path, mode: mode)
    }

    /// Does what somebody may who has the database, and none of our code.
    func stranger(sqlite: String, postgreSQL: String) async throws {
        if let address {
            let session = PostgreSQLSession(address, patience: 60)
            _ = try session.connected().script(postgreSQL)
        } else {
            try await DatabaseQueue(path: path).write { try $0.execute(sql: sqlite) }
        }
    }

    /// Lends a connection that can write.
    func onLink(_ work: @escaping @Sendable (any StoreLink) -> Void) async throws {
        if let address {
            let thread = PostgreSQLThread("test", address, patience: 60)
            await withCheckedContinuation { continuation in
                thread.async { session in
                    work(session)
                    continuation.resume()
                }
            }
        } else {
            work(try SQLiteSession(path, .readWrite, patience: 60, ""))
        }
    }

    func audit(_ kind: AuditEventKind = .certificateIntended, _ subject: String = "spiffe://example.internal/web")
        -> AuditAppend
    {
        AuditAppend(AuditEvent(kind, at: noon, actor: "operator", subject: subject), sealedBy: sealer)
    }

    func intent(
        _ number: UInt32, identity: String = "spiffe://example.internal/web", profile: String = "service",
        notAfter: Date = noon + 86_400, key: KeyFingerprint? = nil
    ) throws -> IssuanceIntent {
        IssuanceIntent(
            serialNumber: try Self.serial(number), issuerKey: issuer, profile: profile, identity: identity,
            names: [identity, "dns:web.example.internal"],
            publicKey: try key ?? KeyFingerprint([UInt8](repeating: 7, count: 32)),
            notBefore: noon - 60, notAfter: notAfter, tbs: [0x30, 0x03, 0x02, 0x01, 0x05], actor: "operator", at: noon)
    }

    static func serial(_ number: UInt32) throws -> SerialNumber {
        try SerialNumber(magnitude: [0x40] + (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) })
    }

    func order(_ number: UInt32, _ reason: RevocationReason = .superseded, since: Date = noon) throws -> RevocationOrder
    {
        RevocationOrder(
            serialNumber: try Self.serial(number), revocation: Revocation(reason, since: since),
            audit: audit(.certificateRevoked))
    }

    /// Puts an authority there, with certificates 1 (issued), 2 (intended), 3 (abandoned) and 4 (revoked), a blocked key
    /// and a permitted name.
    func fill() async throws {
        let authority = AuthorityRecord(
            configuration: try AuthorityConfiguration(trustDomain: TrustDomain("example.internal")),
            rootCertificate: [1], issuingCertificate: [2], auditKey: [3], createdAt: noon)
        try await store.create(authority, audit: audit(.authorityCreated))
        for number: UInt32 in 1...4 { try await store.record(intent(number), audit: audit()) }
        try await store.complete(Self.serial(1), certificate: [1], at: noon, audit: audit())
        try await store.abandon(Self.serial(3), because: "lint", at: noon, audit: audit())
        _ = try await store.revoke([order(4)])
        try await store.block(issuer, because: "ours", audit: audit())
        try await store.permit([.dns(try DNSName("corp.example"))], at: noon, audit: audit(.authorityPermitted))
    }

    func verdict() async throws -> AuditVerdict {
        AuditChain.verify(
            try await store.auditEntries(from: 1, limit: .max), head: try await store.auditEnd()?.head,
            key: sealer.publicKey)
    }
}

extension SigningKey {
    /// PKCS #8 without encryption, as an operator may have it.
    var clearPEM: String {
        PEM.render(label: "PRIVATE KEY", unsafe pkcs8().withUnsafeBytes { unsafe [UInt8]($0) })
    }
}

extension [Certificate] {
    var pem: String { map { PEM.render(label: "CERTIFICATE", $0.der) }.joined() }
}

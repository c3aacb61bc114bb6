import Foundation
import NIOCore
import SymbolonAccessPolicy
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonProxy
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonTransport
import SymbolonVerification
import Tracing

/// One authority, the service `web`, the client `alice`, a clock and a log; each test spoils one thing.
struct Stage {
    let clock = ManualClock()
    /// The clock that nobody sets, in a test that does not say otherwise.
    let steady = ManualClock()
    let log = EventLog()
    let pki: TestPKI
    let issuingDER: [UInt8]
    let anchor: TrustAnchor
    let domain: TrustDomain

    init() throws {
        pki = TestPKI.goodChain()
        issuingDER = pki.issuingDER
        domain = try TrustDomain(TestPKI.trustDomain)
        anchor = TrustAnchor(pki.anchor, for: domain)
    }

    // MARK: Identities

    /// A good leaf for `spiffe://example.internal/NAME`.
    func leaf(_ name: String) -> CertificateSpec {
        TestPKI.leaf(name, serialNumber: [0x10] + Array(name.utf8.prefix(8)))
    }

    func chain(_ leaf: CertificateSpec) throws -> [Certificate] {
        [try Certificate(der: leaf.der(signedBy: pki.issuing)), try Certificate(der: issuingDER)]
    }

    func identity(_ name: String) throws -> EndIdentity {
        let leaf = leaf(name)
        return try EndIdentity(chain: try chain(leaf), key: leaf.key)
    }

    /// As a peer that is not one of our ends presents it.
    func tls(_ leaf: CertificateSpec) throws -> TLSIdentity {
        try TLSIdentity(chain: [leaf.der(signedBy: pki.issuing), issuingDER], pkcs8: leaf.key.pkcs8())
    }

    func tls(_ name: String) throws -> TLSIdentity { try tls(leaf(name)) }

    /// The root of another authority.
    var strangersAnchor: TrustAnchor {
        var other = TestPKI.goodChain()
        other.root.subject = TestPKI.name("Stranger Root")
        other.root.use(TestKeys.key("stranger root"))
        return TrustAnchor(other.anchor, for: domain)
    }

    // MARK: Trust

    /// Nothing revoked but these names.
    func revocation(_ names: String..., epoch: UInt64 = 1) throws -> RevocationSnapshot {
        var revoked: [CertificateIdentifier: Revocation] = [:]
        for name in names {
            let serial = try SerialNumber(magnitude: leaf(name).serialNumber)
            let id = CertificateIdentifier(issuerKey: pki.issuing.key.publicKey.fingerprint, serialNumber: serial)
            revoked[id] = Revocation(.keyCompromise, since: noon)
        }
        return RevocationSnapshot(
            revoked: revoked,
            covering: [pki.issuing.key.publicKey.fingerprint, pki.root.key.publicKey.fingerprint],
            epoch: epoch, thisUpdate: noon)
    }

    /// Nothing revoked but the authority that issues to all.
    func issuerRevocation(epoch: UInt64) throws -> RevocationSnapshot {
        let id = CertificateIdentifier(
            issuerKey: pki.root.key.publicKey.fingerprint,
            serialNumber: try SerialNumber(magnitude: pki.issuing.serialNumber))
        return RevocationSnapshot(
            revoked: [id: Revocation(.cACompromise, since: noon)],
            covering: [pki.issuing.key.publicKey.fingerprint, pki.root.key.publicKey.fingerprint],
            epoch: epoch, thisUpdate: noon)
    }

    func serviceTrust(
        allow: [String] = ["alice"], as name: String = "web", revocation: RevocationSnapshot? = nil,
        anchors: [TrustAnchor]? = nil
    ) throws -> TrustState {
        let patterns = try allow.map { try IdentityPattern($0, defaultDomain: domain) }
        return try TrustState(
            identity: try identity(name), anchors: anchors ?? [anchor],
            admission: .clients(CompiledPolicy(Policy(allowing: patterns))),
            revocation: RevocationSources(snapshot: try revocation ?? self.revocation()))
    }

    /// Trust for a service under rules.
    func serviceTrust(under policy: Policy) throws -> TrustState {
        try TrustState(
            identity: try identity("web"), anchors: [anchor], admission: .clients(CompiledPolicy(policy)),
            revocation: RevocationSources(snapshot: try revocation()))
    }

    func doorTrust(
        expecting names: [String] = ["spiffe://example.internal/web"], as name: String = "alice",
        revocation: RevocationSnapshot? = nil, under policy: Policy? = nil
    ) throws -> TrustState {
        try TrustState(
            identity: try identity(name), anchors: [anchor],
            admission: .service(try names.map { try ReferenceName($0) }, policy.map { CompiledPolicy($0) }),
            revocation: RevocationSources(snapshot: try revocation ?? self.revocation()))
    }

    /// Time goes by: both clocks say so.
    func pass(_ seconds: Double) {
        steady.advance(by: seconds)
        clock.advance(by: seconds)
    }

    // MARK: Ends

    func protect(
        _ backend: Endpoint, trust: TrustState? = nil, on loops: StreamLoops? = nil, tracer: (any Tracer)? = nil,
        _ adjust: (inout ServiceDefinition) -> Void = { _ in }
    ) async throws -> RunningEnd {
        var service = ServiceDefinition(name: "web", listen: [.host("127.0.0.1", port: 0)], backend: backend)
        adjust(&service)
        let (clock, steady) = (clock, steady)
        return try await ServerEnd.start(
            service, trust: try trust ?? serviceTrust(), on: try loops ?? streams.get(), observer: log,
            clock: { clock.now },
            steady: { .seconds(steady.now.timeIntervalSince(noon)) }, tracer: tracer)
    }

    func reach(
        _ port: Int, trust: TrustState? = nil, log: EventLog? = nil, tracer: (any Tracer)? = nil,
        _ adjust: (inout DoorDefinition) -> Void = { _ in }
    ) async throws -> RunningEnd {
        var door = DoorDefinition(
            name: "web", listen: [.host("127.0.0.1", port: 0)], service: .host("127.0.0.1", port: port))
        adjust(&door)
        let (clock, steady) = (clock, steady)
        return try await ClientEnd.start(
            door, trust: try trust ?? doorTrust(), on: try streams.get(), observer: log ?? self.log,
            clock: { clock.now },
            steady: { .seconds(steady.now.timeIntervalSince(noon)) }, tracer: tracer)
    }
}

extension RunningEnd {
    var port: Int { addresses.first?.port ?? 0 }
}

/// Bytes that a mistake in order or length would show in.
func pattern(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count { unsafe withUnsafeBytes(of: random.next()) { unsafe bytes.append(contentsOf: $0) } }
    return Array(bytes.prefix(count))
}

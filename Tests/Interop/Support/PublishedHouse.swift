import Foundation
import NIOPosix
import SymbolonAuthority
import SymbolonCertificates
import SymbolonHTTPServices
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonStorage
import SymbolonTestSupport
import SymbolonWire
import Testing

/// An authority that serves its lists and answers at the address that its certificates name, and holders of every kind.
final class PublishedHouse: Sendable {
    enum Holder: String, CaseIterable, Sendable {
        case good, revoked, held, released, expired, unknown

        /// What everybody should find, by an answer. By a list what was never issued is not revoked: a list cannot say more.
        var isRevoked: Bool { [.revoked, .held, .expired].contains(self) }
    }

    private struct Quiet: ServerObserver {
        func server(_ event: ServerEvent) {}
    }

    let folder: TemporaryFolder
    let authority: IssuingAuthority
    let succession: Succession
    let store: AuthorityDatabase
    let responder: Responder
    let leaves: [Holder: Certificate]
    private let clock: ManualClock
    private let serving: Task<Void, any Error>

    /// Files: `HOLDER.pem` with its chain, `HOLDER.key.pem`, `authorities.pem` and `lists.pem`.
    init() async throws {
        let folder = try TemporaryFolder()
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        let clock = ManualClock(now - 3 * .hour)
        let creation = AuthorityCreation(
            try AuthorityConfiguration(trustDomain: TrustDomain(TestPKI.trustDomain)))
        let store = try AuthorityDatabase.create(at: folder.file("authority.sqlite"))
        let keys = KeyRing([creation.rootKey, creation.issuingKey])
        _ = try await creation.run(in: store, actor: "test", at: clock.now)
        let authority = try await IssuingAuthority.open(
            store, keys: keys.ofAuthority(creation), clock: { clock.now })
        let port = try ListeningSocket().port
        let address = try PublicationAddress("http://127.0.0.1:\(port)")
        _ = try await authority.publish(at: address, actor: "test")
        let responder = try #require(Responder(authority, store: store))
        var leaves: [Holder: Certificate] = [:]
        for holder in Holder.allCases {
            let key = SigningKey.make(.p256)
            if holder == .unknown {
                leaves[holder] = try Self.neverIssued(
                    for: key, from: authority, by: creation.issuingKey, at: now, address)
            } else {
                leaves[holder] = try await authority.issue(
                    IssuanceRequest(
                        profile: .workload, name: holder.rawValue, names: [], publicKey: key.publicKey,
                        life: holder == .expired ? .seconds(3600) : .seconds(86_400), actor: "test")
                ).certificate
            }
            let leaf = try #require(leaves[holder])
            try folder.write(leaf.pem + authority.issuing.pem, to: "\(holder).pem")
            let secret = unsafe key.pkcs8().withUnsafeBytes { unsafe Array($0) }
            try folder.write(PEM.render(label: "PRIVATE KEY", secret), to: "\(holder).key.pem")
        }
        let issued = leaves
        func serial(_ holder: Holder) throws -> SerialNumber {
            guard let leaf = issued[holder] else { throw Missing() }
            return leaf.serialNumber
        }
        _ = try await authority.revoke(serial(.expired), reason: .superseded, actor: "test")
        _ = try await authority.revoke(serial(.released), reason: .certificateHold, actor: "test")
        clock.set(now)
        _ = try await authority.revoke(serial(.revoked), reason: .keyCompromise, actor: "test")
        _ = try await authority.revoke(serial(.held), reason: .certificateHold, actor: "test")
        try await authority.release(serial(.released), actor: "test")
        try await responder.follow()
        _ = try await ListPublisher(authority, store: store).publishWhatIsDue()
        succession = Succession(authority, keys: keys, ends: NoEnds(), lists: store)
        try await succession.publishLists(actor: "test")
        let rootKey = try #require(authority.root.publicKey).fingerprint
        var lists = ""
        for key in [authority.key, rootKey] {
            let list = try #require(try await store.list(of: key, .whole, .complete))
            lists += PEM.render(label: "X509 CRL", list.der)
        }
        try folder.write(lists, to: "lists.pem")
        try folder.write(authority.root.pem, to: "root.pem")
        try folder.write(authority.issuing.pem, to: "issuing.pem")
        try folder.write(authority.issuing.pem + authority.root.pem, to: "authorities.pem")
        let server = PublicServer(
            host: "127.0.0.1", port: port, lists: PublicationCatalog(lists: store),
            filters: PublicationCatalog(filters: store), responder: responder, observer: Quiet(),
            group: MultiThreadedEventLoopGroup.singleton, clock: { clock.now })
        serving = Task { try await server.run() }
        (self.folder, self.authority, self.store, self.responder) = (folder, authority, store, responder)
        (self.leaves, self.clock) = (leaves, clock)
        try #require(try await eventually { server.address != nil })
    }

    deinit { serving.cancel() }

    /// Signed with the authority's key behind its back: what nobody has a record of.
    private static func neverIssued(
        for key: SigningKey, from authority: IssuingAuthority, by issuer: SigningKey, at now: Date,
        _ address: PublicationAddress
    ) throws -> Certificate {
        var template = CertificateTemplate(
            serialNumber: try SerialNumber(magnitude: [0x40] + [UInt8](repeating: 9, count: 19)),
            signatureAlgorithm: issuer.signatureAlgorithm, issuer: authority.issuing.subject, notBefore: now - 60,
            notAfter: now + .day, subject: try DistinguishedName(commonName: "unknown"), publicKey: key.publicKey)
        template.keyUsage = [.digitalSignature]
        template.extendedKeyUsage = ExtendedKeyUsage([.serverAuth, .clientAuth])
        template.authorityKeyIdentifier = authority.issuing.extensions.subjectKeyIdentifier
        template.subjectAlternativeNames = [.dns("unknown.example.internal")]
        template.otherExtensions = [ResponderAddress.extension(address.responder(of: authority.key))]
        let tbs = template.derBytes()
        return try Certificate.assemble(
            tbs: tbs, algorithm: issuer.signatureAlgorithm, signature: try issuer.sign(tbs))
    }

    /// What our verifier says of a holder by what is published.
    func status(_ holder: Holder, answers: [StatusAnswer] = [], lists: [CertificateList] = []) throws
        -> RevocationStatus
    {
        RevocationSources(lists: lists, answers: answers).status(
            of: try #require(leaves[holder]),
            under: IssuerPath(authorities: [authority.issuing, authority.root]), at: clock.now)
    }

    func answer(_ holder: Holder) async throws -> StatusAnswer {
        let leaf = try #require(leaves[holder])
        let question = try #require(
            StatusQuestion(about: leaf.serialNumber, from: authority.issuing, nonce: nil))
        switch try await responder.replyAskingStore(to: question.der) {
        case .kept(let signed), .made(let signed): return try StatusAnswer(der: signed.der)
        case .refused(let refusal): throw Refused(refusal: refusal)
        }
    }

    private struct Missing: Error {}

    struct Refused: Error { let refusal: AnswerRefusal }
}

import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport

@testable import SymbolonAuthority

/// An authority for `example.internal`, new at noon, with everything at hand that a test may want to turn.
struct House: Sendable {
    let store: InMemoryStore
    let clock = ManualClock()
    let creation: AuthorityCreation
    let authority: IssuingAuthority

    init(
        configuration: AuthorityConfiguration? = nil, signer: (any CertificateSigner)? = nil,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        faults: (@Sendable (InMemoryStore) -> IssuanceFaults)? = nil
    ) async throws {
        let store = InMemoryStore()
        let clock = clock
        self.store = store
        creation = AuthorityCreation(try configuration ?? .example)
        _ = try await creation.run(in: store, actor: "operator", at: noon)
        authority = try await IssuingAuthority.open(
            store, keys: AuthorityKeys(issuing: signer ?? creation.issuingKey, audit: creation.auditKey),
            clock: { clock.now }, random: random, faults: faults?(store) ?? .none)
    }

    /// The authority again, as after a restart, on what was durable.
    func restarted(on contents: InMemoryStore.Contents) async throws -> (IssuingAuthority, InMemoryStore) {
        let store = InMemoryStore(contents)
        let clock = clock
        return (
            try await IssuingAuthority.open(
                store, keys: AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey),
                clock: { clock.now }),
            store
        )
    }

    func verdict(on contents: InMemoryStore.Contents? = nil) -> AuditVerdict {
        let contents = contents ?? store.snapshot
        return AuditChain.verify(contents.audit, head: contents.head, key: creation.auditKey.publicKey)
    }

    /// The kinds of the entries after the one that `create` wrote.
    var auditKinds: [AuditEventKind] {
        get throws { try store.snapshot.audit.dropFirst().map { try AuditEntry($0).event.kind } }
    }
}

extension AuthorityConfiguration {
    static var example: AuthorityConfiguration {
        get throws { try AuthorityConfiguration(trustDomain: TrustDomain("example.internal")) }
    }
}

extension IssuanceRequest {
    static func example(
        _ profile: ProfileName = .service, name: String = "web", names: [SubjectName] = [],
        key: PublicKey = TestKeys.key("leaf").publicKey, life: Duration? = nil, actor: String = "operator"
    ) -> IssuanceRequest {
        IssuanceRequest(profile: profile, name: name, names: names, publicKey: key, life: life, actor: actor)
    }
}

func dns(_ text: String) throws -> SubjectName { .dns(try DNSPattern(text)) }
func ip(_ text: String) throws -> SubjectName { .ip(try IPAddress(text)) }
func mail(_ text: String) throws -> SubjectName { .mail(try Mailbox(text)) }
func spiffe(_ text: String) throws -> SubjectName { .spiffe(try SPIFFEID(text)) }

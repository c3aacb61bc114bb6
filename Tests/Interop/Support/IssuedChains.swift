import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonStorage
import SymbolonTestSupport
import SymbolonVerification

/// An authority of one algorithm, and a certificate of each of its profiles as it really issues them.
struct IssuedChains: Sendable {
    let root: Certificate
    let issuing: Certificate
    let leaves: [(profile: ProfileName, certificate: Certificate)]
    private let algorithm: KeyAlgorithm

    init(_ algorithm: KeyAlgorithm) async throws {
        self.algorithm = algorithm
        let folder = try TemporaryFolder()
        let creation = AuthorityCreation(
            try AuthorityConfiguration(
                trustDomain: TrustDomain(TestPKI.trustDomain), organisation: "Ex\u{E4}mple, \"Ltd\"",
                keyAlgorithm: algorithm))
        let store = try AuthorityDatabase.create(at: folder.file("authority.sqlite"))
        _ = try await creation.run(in: store, actor: "test", at: ChainCase.now)
        let authority = try await IssuingAuthority.open(
            store, keys: AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey),
            clock: { ChainCase.now })
        root = authority.root
        issuing = authority.issuing
        var leaves: [(ProfileName, Certificate)] = []
        for (profile, name, others) in try Self.requests {
            let issued = try await authority.issue(
                IssuanceRequest(
                    profile: profile, name: name, names: others, publicKey: SigningKey.make(algorithm).publicKey,
                    actor: "test"))
            leaves.append((profile, issued.certificate))
        }
        self.leaves = leaves
    }

    /// With every kind of name that the profile allows beside the identity.
    private static var requests: [(ProfileName, String, [SubjectName])] {
        get throws {
            let dns = try ["web.example.internal", "*.web.example.internal"].map { SubjectName.dns(try DNSPattern($0)) }
            let addresses = try ["127.0.0.1", "fd00::1"].map { SubjectName.ip(try IPAddress($0)) }
            let mail = [SubjectName.mail(try Mailbox("alice@example.internal"))]
            return [
                (.service, "web", dns + addresses), (.client, "laptop", []),
                (.workload, "ledger", [dns[0]] + addresses), (.person, "alice", mail), (.device, "sn-001", []),
                (.mail, "alice", mail),
            ]
        }
    }

    /// Each leaf for each purpose that there is: for its own it must be accepted, for the others refused.
    var cases: [ChainCase] {
        leaves.flatMap { profile, certificate in
            [(Purpose.server, "dns:web.example.internal"), (.client, nil), (.mail, "mail:alice@example.internal")]
                .map { purpose, name in
                    ChainCase(
                        "\(algorithm.rawValue): \(profile) as \(purpose.rawValue)", algorithm: algorithm, for: purpose,
                        as: name, chain: [certificate.der, issuing.der], root: root.der)
                }
        }
    }
}

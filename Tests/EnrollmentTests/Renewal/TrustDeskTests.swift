import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Synchronization
import Testing

@testable import SymbolonEnrollment

@Suite("Holders are told what to believe, and told again when it changes")
struct TrustDeskTests {
    private func desk(_ house: RenewalHouse) -> TrustDesk { house.trustDesk() }

    @Test("the whole of it to who knows nothing, and nothing to who knows it all")
    func versions() async throws {
        let house = try await RenewalHouse()
        let desk = desk(house)
        let first = try await desk.trust(known: nil, waiting: .zero)
        let trust = try #require(first.trust)
        #expect(trust.trustDomain == "example.internal")
        #expect(trust.anchors(knowing: [house.authority.root]) == [house.authority.root])
        #expect(try trust.issuingCertificates() == [house.authority.issuing])
        #expect(trust.changes.revoked.isEmpty)
        let again = try await desk.trust(known: first.version, waiting: .zero)
        #expect(again == TrustAnswer(version: first.version, trust: nil))
        #expect(try await desk.trust(known: "of another day", waiting: .seconds(60)) == first)
    }

    @Test("a revocation ends the wait of all who wait, and reads as it was made")
    func revoked() async throws {
        let house = try await RenewalHouse()
        let held = try await house.issue("laptop")
        let desk = desk(house)
        let version = try await desk.trust(known: nil, waiting: .zero).version
        let answers = try await withThrowingTaskGroup { group in
            for _ in 0..<50 { group.addTask { try await desk.trust(known: version, waiting: .seconds(60)) } }
            _ = try await house.authority.revoke(
                held.certificate.serialNumber, reason: .keyCompromise, actor: "operator")
            return try await group.reduce(into: [TrustAnswer]()) { $0.append($1) }
        }
        #expect(answers.count == 50)
        let issuer = try #require(house.authority.issuing.publicKey?.fingerprint)
        let identifier = CertificateIdentifier(issuerKey: issuer, serialNumber: held.certificate.serialNumber)
        for answer in answers {
            #expect(answer.version != version)
            #expect(answer.trust?.changeCounter == 1)
            #expect(answer.trust?.changes.revoked == [identifier: Revocation(.keyCompromise, since: noon)])
        }
    }

    @Test("another domain that is vouched for is news as well")
    func federated() async throws {
        let house = try await RenewalHouse()
        let other = try await RenewalHouse()
        let believed = Mutex<[TrustStatement.Federated]>([])
        let desk = house.trustDesk { believed.withLock { $0 } }
        let version = try await desk.trust(known: nil, waiting: .zero).version
        let one = TrustStatement.Federated(
            trustDomain: "other.internal", anchor: other.authority.root.pem, until: noon + 1000)
        believed.withLock { $0 = [one] }
        #expect(try await desk.trust(known: version, waiting: .seconds(60)).trust?.federated == [one])
    }

    @Test("a line that does not read as a revocation takes nothing from the others")
    func oddLines() throws {
        let key = String(repeating: "ab", count: 32)
        let trust = TrustStatement(
            trustDomain: "example.internal", anchors: "", issuing: "", changeCounter: 1,
            revoked: [
                .init(
                    issuerKey: key, certificates: ["01 keyCompromise 5", "", "02", "zz unspecified 5", "03 other 5"]),
                .init(issuerKey: "short", certificates: ["01 keyCompromise 5"]),
                .init(issuerKey: key, certificates: ["04 removeFromCRL", "05 removeFromCRL 5 6"]),
            ], digest: "", federated: [])
        #expect(trust.changes.revoked.count == 1)
        #expect(trust.changes.released.count == 1)
    }
}

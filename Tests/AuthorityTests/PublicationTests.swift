import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

@Suite("Where an authority's lists are, as its certificates say")
struct PublicationTests {
    @Test(
        "an address is a server's, over plain HTTP",
        arguments: [
            ("http://pki.example.internal", "http://pki.example.internal", 80),
            ("http://pki.example.internal/", "http://pki.example.internal", 80),
            ("http://pki.example.internal:8080", "http://pki.example.internal:8080", 8080),
            ("HTTP://PKI.Example.Internal:8080", "http://pki.example.internal:8080", 8080),
            ("http://192.0.2.1:81", "http://192.0.2.1:81", 81), ("http://[2001:db8::1]", "http://[2001:db8::1]", 80),
            ("http://[2001:db8::1]:81", "http://[2001:db8::1]:81", 81),
        ])
    func address(_ text: String, _ canonical: String, _ port: Int) throws {
        let address = try PublicationAddress(text)
        #expect(address.description == canonical)
        #expect(address.port == port)
        #expect(try PublicationAddress(canonical) == address)
    }

    @Test(
        "and nothing else",
        arguments: [
            "", "pki.example.internal", "https://pki.example.internal", "http://", "http:///crl", "ldap://pki.example",
            "http://pki.example.internal/crl", "http://pki.example.internal?x", "http://pki.example.internal#x",
            "http://user@pki.example.internal", "http://pki.example.internal:0", "http://pki.example.internal:65536",
            "http://pki.example.internal:x", "http://pki example", "http://pki.example.internal//",
            "file:///etc/passwd",
        ])
    func noAddress(_ text: String) {
        #expect(throws: PublicationAddressFailure.self) { try PublicationAddress(text) }
    }

    @Test("from then on a certificate names the list of its shard, under the newest address, and no other")
    func named() async throws {
        let house = try await House()
        let (first, second) = (
            try PublicationAddress("http://a.example"), try PublicationAddress("http://b.example:81")
        )
        func names(_ name: String) async throws -> (IssuedCertificate, [String]?) {
            let issued = try await house.authority.issue(.example(name: name))
            return (issued, try DistributionPoint.addresses(in: issued.certificate))
        }
        #expect(try await names("before").1 == nil)
        #expect(try await house.authority.publish(at: first, actor: "operator"))
        #expect(try await !house.authority.publish(at: first, actor: "operator"))
        let (issued, addresses) = try await names("first")
        let shard = ListScope.shard(of: issued.serialNumber)
        #expect(addresses == [first.list(of: house.authority.key, shard, .complete)])
        #expect(issued.certificate.extensions.isCritical(.cRLDistributionPoints) == false)
        #expect(try ResponderAddress.all(of: issued.certificate) == [first.responder(of: house.authority.key)])
        #expect(try await house.authority.publish(at: second, actor: "operator"))
        let (next, others) = try await names("second")
        #expect(
            others == [second.list(of: house.authority.key, .shard(of: next.serialNumber), .complete)])
        // Back again: the first is the newest.
        #expect(try await house.authority.publish(at: first, actor: "operator"))
        #expect(house.authority.configuration.publishedAt == [first, second])
        #expect(try house.auditKinds.filter { $0 == .authorityPublished }.count == 3)
        // The authority's own certificates name none.
        #expect(try DistributionPoint.addresses(in: house.authority.issuing) == nil)
        let (again, _) = try await house.restarted(on: house.store.snapshot)
        #expect(again.configuration.publishedAt == [first, second])
    }

    @Test(
        "a verifier that keeps to the address finds the certificate on the list of its shard, whatever address it names"
    )
    func scope() async throws {
        let one = try await PublishingHouse()
        let old = try await one.house.authority.issue(.example(name: "old"))
        _ = try await one.house.authority.publish(at: PublicationAddress("http://other.example"), actor: "operator")
        let new = try await one.house.authority.issue(.example(name: "new"))
        for issued in [old, new] {
            _ = try await one.house.authority.revoke(issued.serialNumber, reason: .superseded, actor: "operator")
        }
        for _ in 0..<2 { _ = try await one.publisher.publishWhatIsDue() }
        let path = IssuerPath(authorities: [one.house.authority.issuing, one.house.authority.root])
        for issued in [old, new] {
            let own = ListScope.shard(of: issued.serialNumber)
            let status = RevocationSources(lists: [try one.list(own)]).status(
                of: issued.certificate, under: path, at: one.house.clock.now)
            #expect(status == .revoked(.superseded, since: noon))
            // R07: the list of another shard says nothing of it.
            let other = ListScope.shard((own.index + 1) % ListScope.shardCount)
            #expect(
                RevocationSources(lists: [try one.list(other)]).status(
                    of: issued.certificate, under: path, at: one.house.clock.now) == .unknown(.listOutOfScope))
        }
    }

    @Test("before signing: distribution points that are missing, others, or critical are found")
    func lint() async throws {
        let address = try PublicationAddress("http://pki.example")
        var draft = try Draft.leaf()
        let serialNumber = try SerialNumber(magnitude: draft.tbs.serialNumber)
        let key = draft.issuer.publicKey.fingerprint
        let right = address.list(of: key, .shard(of: serialNumber), .complete)
        let published = draft.configuration.publishing(at: [address])
        let responder = ResponderAddress.extension(address.responder(of: key))
        func findings(
            _ configuration: AuthorityConfiguration, _ extensions: Extension..., responder: Extension? = responder
        ) -> [LintRule] {
            var spoiled = draft
            spoiled.tbs.extensions += extensions
            if let responder, configuration == published, draft.profile == .service {
                spoiled.tbs.extensions.append(responder)
            }
            return Lint.check(
                tbs: spoiled.tbs.derBytes(), against: draft.profile, issuer: draft.issuer, configuration: configuration
            ).map(\.rule)
        }
        let good = Extension.distributionPoints(.cRLDistributionPoints, [right])
        #expect(findings(published, good) == [])
        #expect(findings(draft.configuration) == [])
        #expect(findings(published) == [.distributionPoints])
        #expect(findings(draft.configuration, good) == [.distributionPoints])
        for wrong in [
            [address.list(of: key, .whole, .complete)], [right, "http://other.example/x.crl"],
            [right.replacingOccurrences(of: "pki", with: "other")],
        ] {
            #expect(
                findings(published, .distributionPoints(.cRLDistributionPoints, wrong)) == [.distributionPoints])
        }
        let critical = Extension(.cRLDistributionPoints, isCritical: true, value: good.value)
        #expect(findings(published, critical) == [.distributionPoints])
        // Where the responder is goes with where the list is.
        #expect(findings(published, good, responder: nil) == [.authorityInformationAccess])
        #expect(findings(draft.configuration, responder) == [.authorityInformationAccess])
        let elsewhere = ResponderAddress.extension("http://other.example/ocsp/00")
        #expect(findings(published, good, responder: elsewhere) == [.authorityInformationAccess])
        let demanding = Extension(.authorityInformationAccess, isCritical: true, value: responder.value)
        #expect(findings(published, good, responder: demanding) == [.authorityInformationAccess])
        let unasked = Extension(.ocspNoCheck, isCritical: false, value: [5, 0])
        #expect(findings(draft.configuration, unasked) == [.ocspNoCheck])
        draft = try Draft.authority()
        #expect(findings(published) == [])
        #expect(findings(published, good) == [.distributionPoints])
    }
}

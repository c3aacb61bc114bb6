import Foundation
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonStorage
import SymbolonTestSupport
import SymbolonVerification
import Testing

@testable import symbolon

@Suite("R02: an end whose authority is silent lets in what its mode says, and never who is known to be revoked")
struct SilentAuthorityTests {
    /// An end that heard its authority at noon, last.
    private let chain: TestPKI
    private let folder: TemporaryFolder

    init() throws {
        chain = TestPKI.goodChain()
        folder = try TemporaryFolder()
    }

    private func link(revoking serials: [SerialNumber] = []) throws -> PairedLink {
        let home = HomeFolder(folder.file("home"))
        _ = try home.create()
        let issuer = chain.issuing.key.publicKey.fingerprint
        let revoked = RevokedSet(
            Dictionary(
                uniqueKeysWithValues: serials.map {
                    (CertificateIdentifier(issuerKey: issuer, serialNumber: $0), Revocation(.superseded, since: noon))
                }))
        let issuing = try Certificate(der: chain.issuingDER)
        let head = TrustStatement(
            trustDomain: TestPKI.trustDomain, anchors: CertificateBundle([chain.anchor]).pem,
            issuing: CertificateBundle([issuing]).pem, changeCounter: 1, revoked: [],
            digest: RevocationDigest(of: revoked).description, federated: [])
        try home.note(HeardTrust(version: "1-a", whole: head.telling(revoked), heardAt: noon))
        return try PairedLink(
            home,
            PairedAuthority(
                trustDomain: TestPKI.trustDomain, addresses: ["127.0.0.1:1"], anchors: [chain.anchor], identity: nil,
                pairedAt: noon))
    }

    /// What becomes of a peer that lives so many hours, so many hours after noon; nil: it is let in.
    private func refusal(
        _ link: PairedLink, life hours: Double, after silence: Double, _ mode: RevocationMode
    ) async throws -> String? {
        var chain = chain
        chain.leaf.notAfter = chain.leaf.notBefore + hours * 3600
        let now = noon + silence * 3600
        let domain = try TrustDomain(TestPKI.trustDomain)
        let verifier = Verifier(
            anchors: [TrustAnchor(chain.anchor, for: domain)], revocation: await link.revocations(at: now))
        do throws(Refusal) {
            _ = try verifier.verify(
                PresentedChain(der: chain.der), expecting: Expectation(.client, revocation: mode), at: now)
            return nil
        } catch {
            return error.reason
        }
    }

    private static let modes: [RevocationMode] = [
        .required, .requiredUnlessLife(underHours: 48), .bestEffort(because: "a test"),
    ]

    @Test("while it is heard, and for a day after, everybody who is not revoked is let in", arguments: modes)
    func heard(_ mode: RevocationMode) async throws {
        let link = try link()
        for hours in [47.0, 720] {
            #expect(try await refusal(link, life: hours, after: 0.01, mode) == nil)
            #expect(try await refusal(link, life: hours, after: 23.9, mode) == nil)
        }
    }

    @Test("after a day: required lets in nobody, the default those that end soon, best effort everybody")
    func silent() async throws {
        let link = try link()
        #expect(try await refusal(link, life: 47, after: 24.1, .required) == "revocationUnknown")
        #expect(try await refusal(link, life: 720, after: 24.1, .required) == "revocationUnknown")
        let standard = RevocationMode.requiredUnlessLife(underHours: PairedLink.shortLifeHours)
        #expect(try await refusal(link, life: 47, after: 24.1, standard) == nil)
        #expect(try await refusal(link, life: 720, after: 24.1, standard) == "revocationUnknown")
        for hours in [47.0, 720] {
            #expect(try await refusal(link, life: hours, after: 24.1, .bestEffort(because: "a test")) == nil)
        }
    }

    @Test("who is known to be revoked stays out in every mode, however long the silence", arguments: modes)
    func revoked(_ mode: RevocationMode) async throws {
        let link = try link(revoking: [try SerialNumber(magnitude: chain.leaf.serialNumber)])
        for silence in [0.01, 24.1, 40] {
            #expect(try await refusal(link, life: 47, after: silence, mode) == "revoked")
        }
    }
}

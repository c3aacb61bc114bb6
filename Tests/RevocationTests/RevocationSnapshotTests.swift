import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@Suite("A snapshot answers for the issuers it covers, and for what is revoked")
struct SnapshotAnswers {
    private let ours = TestKeys.key("issuing").publicKey.fingerprint
    private let others = TestKeys.key("another").publicKey.fingerprint

    private func identifier(_ issuer: KeyFingerprint, _ serial: [UInt8]) throws -> CertificateIdentifier {
        CertificateIdentifier(issuerKey: issuer, serialNumber: try SerialNumber(magnitude: serial))
    }

    @Test("revoked, good, and unknown are told apart by issuer and serial number together")
    func answers() throws {
        let revoked = try identifier(ours, [7])
        let snapshot = RevocationSnapshot(
            revoked: [revoked: Revocation(.superseded, since: noon - 5)], covering: [ours], epoch: 3, thisUpdate: noon)
        #expect(snapshot.status(of: revoked) == .revoked(.superseded, since: noon - 5))
        #expect(snapshot.status(of: try identifier(ours, [8])) == .good(thisUpdate: noon, nextUpdate: nil))
        #expect(snapshot.status(of: try identifier(others, [7])) == .unknown(.noSource))
        #expect(snapshot.count == 1)
        #expect(snapshot.epoch == 3)
    }

    @Test("X14: a revocation holds by key and serial number, so a leading zero or a new signature does not dodge it")
    func dodge() throws {
        let chain = TestPKI.goodChain()
        let (once, again) = (try Certificate(der: chain.leafDER), try Certificate(der: chain.leafDER))
        #expect(once.der != again.der)
        let snapshot = RevocationSnapshot(
            revoked: [try identifier(ours, [0, 0, 3]): Revocation(.keyCompromise, since: noon)], covering: [ours],
            epoch: 1, thisUpdate: noon)
        for certificate in [once, again] {
            let status = snapshot.status(
                of: CertificateIdentifier(issuerKey: ours, serialNumber: certificate.serialNumber))
            #expect(status == .revoked(.keyCompromise, since: noon))
        }
    }

    @Test("nothing is known by the empty snapshot")
    func none() throws {
        #expect(RevocationSnapshot.none.status(of: try identifier(ours, [7]), at: noon) == .unknown(.noSource))
    }

    @Test("after nextUpdate what was good is unknown, and what was revoked is revoked")
    func stale() throws {
        let revoked = try identifier(ours, [7])
        let snapshot = RevocationSnapshot(
            revoked: [revoked: Revocation(.superseded, since: noon - 5)], covering: [ours], epoch: 1,
            thisUpdate: noon - 60, nextUpdate: noon)
        let good = try identifier(ours, [8])
        #expect(snapshot.status(of: good, at: noon) == .good(thisUpdate: noon - 60, nextUpdate: noon))
        #expect(snapshot.status(of: good, at: noon + 1) == .unknown(.stale(since: noon)))
        #expect(snapshot.status(of: revoked, at: noon + 1) == .revoked(.superseded, since: noon - 5))
    }
}

@Suite("RFC 5280 §5.3.1: reason codes")
struct ReasonCodes {
    @Test("every reason has its number and is found by it")
    func roundTrip() {
        #expect(RevocationReason.allCases.map(\.code) == [0, 1, 2, 3, 4, 5, 6, 9, 10])
        for reason in RevocationReason.allCases { #expect(RevocationReason(code: reason.code) == reason) }
    }

    @Test("numbers that are no reason are none", arguments: [-1, 7, 8, 11, 256])
    func others(_ code: Int) {
        #expect(RevocationReason(code: code) == nil)
    }
}

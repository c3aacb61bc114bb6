import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@Suite("A set of revocations follows its changes, and so does its digest")
struct RevokedSetTests {
    private let issuers = [
        TestKeys.key("issuing").publicKey.fingerprint, TestKeys.key("another").publicKey.fingerprint,
    ]

    private func identifier(_ number: Int) throws -> CertificateIdentifier {
        CertificateIdentifier(
            issuerKey: issuers[number % 2],
            serialNumber: try SerialNumber(magnitude: [1, UInt8(number >> 8), UInt8(number & 255)]))
    }

    @Test("by any changes, in whatever order, it is what a plain dictionary is; copies made before stay as they were")
    func random() throws {
        var random = SeededRandom(seed: 5)
        var plain: [CertificateIdentifier: Revocation] = [:]
        for number in 0..<2000 { plain[try identifier(number)] = Revocation(.superseded, since: noon) }
        var kept = RevokedSet(plain)
        var digest = RevocationDigest(of: kept)
        let (before, count) = (kept, kept.count)
        for counter in UInt64(0)..<40 {
            var (revoked, released): ([CertificateIdentifier: Revocation], Set<CertificateIdentifier>) = ([:], [])
            for _ in 0..<200 {
                let one = try identifier(Int.random(in: 0..<4000, using: &random))
                if Bool.random(using: &random) {
                    revoked[one] = Revocation(.keyCompromise, since: noon + Double(counter))
                } else {
                    released.insert(one)
                }
            }
            let changes = RevocationChanges(
                since: counter, changeCounter: counter + 1, revoked: revoked,
                released: released.subtracting(revoked.keys))
            digest.follow(changes, in: kept)
            kept.apply(changes)
            for (one, revocation) in changes.revoked { plain[one] = revocation }
            for one in changes.released { plain[one] = nil }
            #expect(kept.count == plain.count)
        }
        #expect(kept == RevokedSet(plain))
        for number in 0..<4000 { #expect(kept[try identifier(number)] == plain[try identifier(number)]) }
        #expect(digest == RevocationDigest(of: RevokedSet(plain)))
        #expect(RevocationDigest(digest.description) == digest)
        #expect(before.count == count && before != kept)
    }

    @Test("one more, one fewer, another reason, another time or another issuer is another digest")
    func digests() throws {
        let one = try identifier(2)
        func digest(_ revoked: [CertificateIdentifier: Revocation]) -> RevocationDigest {
            RevocationDigest(of: RevokedSet(revoked))
        }
        let other = CertificateIdentifier(issuerKey: issuers[1], serialNumber: one.serialNumber)
        let digests = [
            digest([:]), digest([one: Revocation(.superseded, since: noon)]),
            digest([one: Revocation(.keyCompromise, since: noon)]),
            digest([one: Revocation(.superseded, since: noon + 1)]),
            digest([other: Revocation(.superseded, since: noon)]),
            digest([one: Revocation(.superseded, since: noon), other: Revocation(.superseded, since: noon)]),
        ]
        #expect(Set(digests).count == digests.count)
        #expect(digests[0] == RevocationDigest())
        #expect(RevocationDigest("abc") == nil && RevocationDigest("") == nil)
    }
}

import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

@Suite("Step 1: what may not be certified is refused before anything is made")
struct AuthorizationTests {
    /// Refused with this failure, recorded as refused, nothing intended; and the honest request goes through after it.
    private func refuses(
        _ request: IssuanceRequest, _ failure: IssuanceFailure, in house: House,
        _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let before = house.store.snapshot
        await #expect(throws: failure, sourceLocation: location) { try await house.authority.issue(request) }
        let after = house.store.snapshot
        #expect(after.records == before.records, sourceLocation: location)
        #expect(after.audit.count == before.audit.count + 1, sourceLocation: location)
        #expect(try house.auditKinds.last == .issuanceRefused, sourceLocation: location)
    }

    @Test("a request says who asks")
    func actor() async throws {
        let house = try await House()
        try await refuses(.example(actor: ""), .actorMissing, in: house)
        _ = try await house.authority.issue(.example())
    }

    @Test("the authority's own profiles are for nobody else", arguments: [ProfileName.root, .issuing])
    func profiles(_ profile: ProfileName) async throws {
        try await refuses(.example(profile), .profileIsNotForLeaves(profile), in: House())
    }

    @Test("a life is more than none and at most the profile's")
    func life() async throws {
        let house = try await House()
        let maximum = CertificateProfile.service.maximumLife
        for life in [.zero, .seconds(-1), .milliseconds(999), maximum + .seconds(1), .seconds(Int64.max)] as [Duration]
        {
            try await refuses(.example(life: life), .life(life, maximum: maximum), in: house)
        }
        let issued = try await house.authority.issue(.example(life: maximum))
        #expect(issued.certificate.notAfter == noon + maximum.wholeSeconds)
    }

    @Test("C06: a leaf that would outlive its issuer is an error, not a silent cut")
    func outlives() async throws {
        let house = try await House(
            configuration: AuthorityConfiguration(
                trustDomain: TrustDomain("example.internal"), rootLife: .days(10), issuingLife: .days(10)))
        let issuerNotAfter = house.authority.issuing.notAfter
        try await refuses(
            .example(life: .days(30)),
            .outlivesIssuer(notAfter: noon + 30 * .day, issuerNotAfter: issuerNotAfter), in: house)
        try await refuses(
            .example(life: .days(10) + .seconds(1)),
            .outlivesIssuer(notAfter: issuerNotAfter + 1, issuerNotAfter: issuerNotAfter), in: house)
        let exact = try await house.authority.issue(.example(life: .days(10)))
        #expect(exact.certificate.notAfter == issuerNotAfter)
    }

    @Test("C15: a clock before the issuing certificate, or five minutes before the last audit entry, stops issuing")
    func clock() async throws {
        let house = try await House()
        house.clock.set(noon - .day)
        try await refuses(
            .example(), .clockBeforeIssuer(now: noon - .day, notBefore: noon - 60), in: house)
        house.clock.set(noon + .hour)
        _ = try await house.authority.issue(.example())
        house.clock.set(noon + .hour - 301)
        try await refuses(
            .example(), .clockBeforeRecord(now: noon + .hour - 301, lastEntry: noon + .hour), in: house)
    }

    @Test("C15: a clock that is less than five minutes behind is let pass")
    func clockTolerance() async throws {
        let house = try await House()
        house.clock.set(noon + .hour)
        _ = try await house.authority.issue(.example())
        house.clock.set(noon + .hour - 300)
        _ = try await house.authority.issue(.example())
    }

    @Test(
        "C05: the authority's own keys are certified under no profile",
        arguments: CertificateProfile.all.filter(\.isForLeaves).map(\.name))
    func ownKeys(_ profile: ProfileName) async throws {
        let house = try await House()
        for key in [house.creation.rootKey, house.creation.issuingKey, house.creation.auditKey].map(\.publicKey) {
            try await refuses(.example(profile, key: key), .keyIsTheAuthoritys(key.fingerprint), in: house)
        }
        _ = try await house.authority.issue(.example(profile))
    }

    @Test(
        "C05: a blocked key is certified under no profile",
        arguments: CertificateProfile.all.filter(\.isForLeaves).map(\.name))
    func blockedKey(_ profile: ProfileName) async throws {
        let house = try await House()
        let key = TestKeys.key("blocked").publicKey
        _ = try await house.authority.issue(.example(profile, key: key))
        try await house.authority.block(key.fingerprint, because: "found on a bus", actor: "operator")
        try await refuses(.example(profile, key: key), .keyBlocked(key.fingerprint), in: house)
        _ = try await house.authority.issue(.example(profile))
    }

    @Test("C05: a key whose certificate was revoked as compromised is certified no more")
    func compromisedKey() async throws {
        let house = try await House()
        let issued = try await house.authority.issue(.example())
        _ = try await house.authority.revoke(issued.serialNumber, reason: .keyCompromise, actor: "operator")
        let key = TestKeys.key("leaf").publicKey
        try await refuses(.example(.client, key: key), .keyBlocked(key.fingerprint), in: house)
    }

    @Test("a key whose certificate was revoked for another reason is certified again")
    func supersededKey() async throws {
        let house = try await House()
        let issued = try await house.authority.issue(.example())
        _ = try await house.authority.revoke(issued.serialNumber, reason: .superseded, actor: "operator")
        _ = try await house.authority.issue(.example())
    }

    @Test("keys that are only verified here are not certified")
    func keyKinds() async throws {
        // A 2048-bit modulus: only its size and its last bit matter here.
        var modulus: [UInt8] = [0x00] + [UInt8](repeating: 0xC5, count: 256)
        modulus[256] = 0xC5
        let rsa = try PublicKey(subjectPublicKeyInfo: Self.rsaKeyInfo(modulus: modulus))
        try await refuses(.example(key: rsa), .keyKind(.rsa(bits: 2048)), in: House())
    }

    /// SubjectPublicKeyInfo of an RSA key with the exponent 65537 (RFC 8017 Appendix A.1.1).
    private static func rsaKeyInfo(modulus: [UInt8]) -> [UInt8] {
        let algorithm: [UInt8] = [0x30, 13, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 5, 0]
        let key = element(0x30, element(2, modulus) + [2, 3, 1, 0, 1])
        return element(0x30, algorithm + element(3, [0] + key))
    }
}

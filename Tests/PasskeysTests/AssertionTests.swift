import Foundation
import SymbolonKeys
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import SymbolonPasskeys

@Suite("WebAuthn Level 3 §7.2: a passkey is shown, or one thing is wrong")
struct AssertionTests {
    private typealias Device = SoftwareAuthenticator
    private let challenge = PasskeyChallenge()

    private func record(_ change: (inout Device) -> Void = { _ in }) throws -> Passkey {
        var device = Device()
        change(&device)
        let challenge = PasskeyChallenge()
        return try Device.site.verify(
            device.registered(challenge), answering: challenge, for: Device.user, at: noon
        ).passkey
    }

    private func asserted(
        by known: Passkey? = nil, of claimant: Claimant = .account(Device.user), at site: RelyingParty = Device.site,
        withCredential: Bool = false, _ spoil: (inout Device) -> Void = { _ in }
    ) throws -> VerifiedAssertion {
        var device = Device()
        spoil(&device)
        return try site.verify(
            device.asserted(challenge, withCredential: withCredential), by: known ?? record(), of: claimant,
            answering: challenge)
    }

    private func expect(
        _ failure: PasskeyFailure, of claimant: Claimant = .account(Device.user), _ spoil: (inout Device) -> Void,
        _ place: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: failure, sourceLocation: place) { try asserted(of: claimant, spoil) }
    }

    @Test("a good one, of the account that was named and of whoever is named")
    func good() throws {
        let shown = try asserted()
        #expect(shown.isUserVerified && shown.counter == .notKept)
        #expect(shown.passkey == (try record()))
        _ = try asserted(of: .anyone)
        // Authenticators need not name the account when it is asked for by its passkeys.
        _ = try asserted { $0.userHandle = nil }
        for algorithm: KeyAlgorithm in [.p384, .ed25519] {
            let key = TestKeys.key("passkey", algorithm)
            _ = try asserted(by: record { $0.key = key }) { $0.key = key }
        }
    }

    @Test("P01, P02, P03, P09, P10: origin, relying party, challenge, type and frame")
    func ceremony() {
        expect(.origin("https://evil-bank.example")) { $0.origin = "https://evil-bank.example" }
        expect(.relyingParty) { $0.relyingParty = "evil.example" }
        expect(.challenge) { $0.challenge = PasskeyChallenge().text }
        expect(.type("webauthn.create", expected: "webauthn.get")) { $0.type = "webauthn.create" }
        expect(.crossOrigin(top: nil)) { $0.moreClientData = #","crossOrigin":true"# }
    }

    @Test("P04: presence and verification")
    func presence() throws {
        expect(.userNotPresent) { $0.flags = 0x04 }
        expect(.userNotVerified) { $0.flags = 0x01 }
        let lenient = RelyingParty(
            id: "bank.example", origins: Device.site.origins, userVerification: .preferred)
        #expect(try !asserted(at: lenient) { $0.flags = 0x01 }.isUserVerified)
    }

    @Test("P05: another's passkey in the session of the account that was named, and in nobody's")
    func anothersPasskey() throws {
        let mine = try record()
        let theirs = Passkey(
            id: mine.id, user: Array("eve".utf8), key: mine.key, counter: 0, backup: .singleDevice,
            hasVerifiedUser: true, model: mine.model, attestation: .none)
        #expect(throws: PasskeyFailure.user) { try asserted(by: theirs) }
        #expect(throws: PasskeyFailure.user) { try asserted(by: theirs) { $0.userHandle = nil } }
        #expect(throws: PasskeyFailure.user) { try asserted(by: theirs, of: .anyone) }
        _ = try asserted(by: theirs, of: .anyone) { $0.userHandle = Array("eve".utf8) }
        expect(.otherCredential) { $0.id = Array("another passkey's id".utf8) }
    }

    @Test("P06: no user handle, or another, where nobody was named; another where somebody was")
    func userHandles() {
        expect(.user, of: .anyone) { $0.userHandle = nil }
        expect(.user, of: .anyone) { $0.userHandle = Array("eve".utf8) }
        expect(.user) { $0.userHandle = Array("eve".utf8) }
        expect(.user, of: .account(Array("eve".utf8))) { _ in }
    }

    @Test("P08: a counter that goes on, stays, goes back, stops and begins")
    func counters() throws {
        func shown(_ stored: UInt32, _ presented: UInt32, at site: RelyingParty = Device.site) throws
            -> VerifiedAssertion
        {
            try asserted(by: record { $0.counter = stored }, at: site) { $0.counter = presented }
        }
        #expect(try shown(0, 0).counter == .notKept)
        #expect(try shown(0, 1).counter == .advanced)
        #expect(try shown(7, 9).counter == .advanced)
        #expect(try shown(7, 9).passkey.counter == 9)
        for presented: UInt32 in [7, 6, 0] {
            #expect(throws: PasskeyFailure.counter(stored: 7, presented: presented)) { try shown(7, presented) }
        }
        let told = RelyingParty(id: "bank.example", origins: Device.site.origins, suspectedCopies: .reported)
        #expect(try shown(7, 6, at: told).counter == .wentBack(stored: 7, presented: 6))
    }

    @Test("P12: eligibility for backup that flips, either way; a state that changes within it")
    func backup() throws {
        let single = try record()
        let eligible = try record { $0.flags = 0x0D }
        #expect(throws: PasskeyFailure.backup) { try asserted(by: single) { $0.flags = 0x0D } }
        #expect(throws: PasskeyFailure.backup) { try asserted(by: eligible) }
        expect(.backup) { $0.flags = 0x15 }
        #expect(try asserted(by: eligible) { $0.flags = 0x1D }.passkey.backup == .backedUp)
    }

    @Test("another key's signature, one over something else, and none")
    func signatures() throws {
        expect(.signature) { $0.key = TestKeys.key("another passkey") }
        expect(.signature) { $0.signature = [] }
        var other = Device()
        other.counter = 5
        let elsewhere = try other.asserted(challenge).signature
        expect(.signature) { $0.signature = elsewhere }
    }

    @Test("P15: authenticator data with a credential, or with more behind it; unsolicited extensions pass")
    func authenticatorData() throws {
        #expect(throws: PasskeyFailure.authenticatorData(.credential(present: true))) {
            try asserted(withCredential: true)
        }
        expect(.authenticatorData(.afterEnd(octets: 2))) { $0.afterEnd = [1, 2] }
        _ = try asserted { $0.extensions = CBORValue.map([.text("appid"): .bool(false)]).encoded }
    }
}

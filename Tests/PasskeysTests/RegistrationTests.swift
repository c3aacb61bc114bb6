import Foundation
import SymbolonKeys
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import SymbolonPasskeys

@Suite("WebAuthn Level 3 §7.1: a passkey is registered, or one thing is wrong")
struct RegistrationTests {
    private typealias Device = SoftwareAuthenticator
    private let challenge = PasskeyChallenge()

    private func registered(
        at site: RelyingParty = Device.site, _ spoil: (inout Device) throws -> Void = { _ in }
    ) throws -> VerifiedRegistration {
        var device = Device()
        try spoil(&device)
        return try site.verify(device.registered(challenge), answering: challenge, for: Device.user, at: noon)
    }

    private func expect(
        _ failure: PasskeyFailure, at site: RelyingParty = Device.site, _ spoil: (inout Device) throws -> Void,
        _ place: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: failure, sourceLocation: place) { try registered(at: site, spoil) }
    }

    @Test("a good one gives a record with all that later ceremonies need")
    func good() throws {
        let made = try registered { $0.counter = 3 }
        #expect(made.isUserVerified)
        let passkey = made.passkey
        #expect(passkey.id == Device().id && passkey.user == Device.user && passkey.counter == 3)
        #expect(passkey.backup == .singleDevice && passkey.attestation == .none && passkey.hasVerifiedUser)
        #expect(passkey.model.description == "07070707-0707-0707-0707-070707070707")
        #expect(passkey.key.key == TestKeys.key("passkey").publicKey && passkey.key.algorithm == .es256)
        #expect(passkey.model == AuthenticatorModel("07070707-0707-0707-0707-070707070707"))
    }

    @Test(
        "P01: another origin, however like one of the site's",
        arguments: [
            "https://evil-bank.example", "https://bank.example.evil", "http://bank.example", "https://bank.example:444",
            "https://www.bank.example", "https://192.0.2.1", "android:apk-key-hash:2fPYH", "https://bank.example/",
            "https://BANK.example", "https://bank.example:443", "null", "",
        ])
    func origins(_ origin: String) { expect(.origin(origin)) { $0.origin = origin } }

    @Test("P01: each of the site's own origins")
    func ownOrigins() throws {
        for origin in Device.site.origins { _ = try registered { $0.origin = origin } }
    }

    @Test("P02: another relying party")
    func relyingParty() { expect(.relyingParty) { $0.relyingParty = "evil.example" } }

    @Test("P03: another challenge, a longer one, none, and one in another spelling")
    func challenges() {
        expect(.challenge) { $0.challenge = PasskeyChallenge().text }
        expect(.challenge) { $0.challenge = challenge.text + "AAAA" }
        expect(.challenge) { $0.challenge = "" }
        expect(.challenge) { $0.challenge = challenge.text + "=" }
        #expect(PasskeyChallenge([UInt8](repeating: 1, count: 15)) == nil)
        #expect(PasskeyChallenge([UInt8](repeating: 1, count: 16)) != nil)
    }

    @Test("P04: nobody present; nobody verified where that is required, and where it is only preferred")
    func presence() throws {
        expect(.userNotPresent) { $0.flags = 0x04 }
        expect(.userNotVerified) { $0.flags = 0x01 }
        let lenient = RelyingParty(
            id: "bank.example", origins: Device.site.origins, userVerification: .preferred)
        let made = try registered(at: lenient) { $0.flags = 0x01 }
        #expect(!made.isUserVerified && !made.passkey.hasVerifiedUser)
    }

    @Test("P07: an id that is too long or too short, and the longest and shortest")
    func credentialIDs() throws {
        expect(.credentialID(octets: 1024)) { $0.id = [UInt8](repeating: 1, count: 1024) }
        expect(.credentialID(octets: 15)) { $0.id = [UInt8](repeating: 1, count: 15) }
        for count in [16, 1023] { _ = try registered { $0.id = [UInt8](repeating: 1, count: count) } }
    }

    @Test("P09: the other ceremony's type, and another")
    func types() {
        expect(.type("webauthn.get", expected: "webauthn.create")) { $0.type = "webauthn.get" }
        expect(.type("payment.get", expected: "webauthn.create")) { $0.type = "payment.get" }
    }

    @Test("P10: in a frame of another site; allowed only where that site is listed")
    func frames() throws {
        expect(.crossOrigin(top: nil)) { $0.moreClientData = #","crossOrigin":true"# }
        expect(.crossOrigin(top: "https://shop.example")) {
            $0.moreClientData = #","crossOrigin":true,"topOrigin":"https://shop.example""#
        }
        expect(.crossOrigin(top: "https://shop.example")) {
            $0.moreClientData = #","topOrigin":"https://shop.example""#
        }
        expect(.clientDataMember("crossOrigin")) { $0.moreClientData = #","crossOrigin":"true""# }
        expect(.clientDataMember("topOrigin")) { $0.moreClientData = #","topOrigin":1"# }
        _ = try registered { $0.moreClientData = #","crossOrigin":false"# }
        let embedded = RelyingParty(
            id: "bank.example", origins: Device.site.origins, topOrigins: ["https://shop.example"])
        _ = try registered(at: embedded) {
            $0.moreClientData = #","crossOrigin":true,"topOrigin":"https://shop.example""#
        }
        expect(.crossOrigin(top: nil), at: embedded) { $0.moreClientData = #","crossOrigin":true"# }
    }

    @Test("P11: keys that are none, are not offered, or are not for their algorithm")
    func keys() throws {
        let key = TestKeys.key("passkey").publicKey
        guard case .point(_, let x, let y)? = key.numbers else { return }
        func cose(_ members: KeyValuePairs<CBORValue, CBORValue>) -> [UInt8] { CBORValue.map(members).encoded }
        expect(.credentialKey(.unfit(algorithm: .es384))) { $0.coseKey = try Device.cose(key, algorithm: -35) }
        expect(.credentialKey(.unfit(algorithm: .edDSA))) { $0.coseKey = try Device.cose(key, algorithm: -8) }
        expect(.credentialKey(.unfit(algorithm: .rs256))) { $0.coseKey = try Device.cose(key, algorithm: -257) }
        expect(.credentialKey(.algorithm(-65_535))) { $0.coseKey = try Device.cose(key, algorithm: -65_535) }
        // A point that is not on the curve.
        var wrong = y
        wrong[31] ^= 1
        #expect {
            try registered {
                $0.coseKey = cose([
                    .int(1): .int(2), .int(3): .int(-7), .int(-1): .int(1), .int(-2): .octets(x),
                    .int(-3): .octets(wrong),
                ])
            }
        } throws: { if case PasskeyFailure.credentialKey(.key) = $0 { true } else { false } }
        // A compressed point.
        expect(.credentialKey(.parameter(-3))) {
            $0.coseKey = cose([
                .int(1): .int(2), .int(3): .int(-7), .int(-1): .int(1), .int(-2): .octets(x), .int(-3): .bool(true),
            ])
        }
        expect(.credentialKey(.parameter(3))) {
            $0.coseKey = cose([.int(1): .int(2), .int(-1): .int(1), .int(-2): .octets(x), .int(-3): .octets(y)])
        }
        expect(.credentialKey(.surplus)) {
            $0.coseKey = try Device.cose(key, more: [CBORMember(.int(-4), .octets([1]))])
        }
        expect(.credentialKey(.key(.pointOfSmallOrder))) {
            $0.coseKey = cose([
                .int(1): .int(1), .int(3): .int(-8), .int(-1): .int(6),
                .int(-2): .octets([1] + [UInt8](repeating: 0, count: 31)),
            ])
        }
        let strict = RelyingParty(id: "bank.example", origins: Device.site.origins, algorithms: [.edDSA])
        expect(.algorithmNotOffered(.es256), at: strict) { _ in }
        for algorithm: KeyAlgorithm in [.p256, .p384, .ed25519] {
            _ = try registered { $0.key = TestKeys.key("passkey", algorithm) }
        }
    }

    @Test("P12: backed up without being eligible for it; each state that there is")
    func backup() throws {
        expect(.backup) { $0.flags = 0x15 }
        #expect(try registered { $0.flags = 0x0D }.passkey.backup == .eligible)
        #expect(try registered { $0.flags = 0x1D }.passkey.backup == .backedUp)
    }

    @Test("P15: client data that is no JSON, has a name twice, or lacks a member")
    func clientData() throws {
        func text(_ text: String) -> (inout Device) -> Void { { $0.clientData = Array(text.utf8) } }
        let rest = #""challenge":"\#(challenge.text)","origin":"https://bank.example""#
        expect(.clientData(.truncated), text(""))
        expect(
            .clientData(.duplicateMember("type")), text(#"{"type":"webauthn.create","type":"webauthn.get",\#(rest)}"#))
        expect(.clientDataMember("type"), text("{\(rest)}"))
        expect(.clientDataMember("type"), text("[]"))
        expect(.clientDataMember("type"), text(#"{"type":1,\#(rest)}"#))
        expect(.clientDataMember("origin"), text(#"{"type":"webauthn.create","challenge":"\#(challenge.text)"}"#))
        expect(.clientData(.tooDeep(limit: 16)), text(String(repeating: "[", count: 40)))
        let whole = #"{"type":"webauthn.create",\#(rest),"more":{"a":[1]}}"#
        _ = try registered(text(whole))
        // §7.1 step 5: one byte order mark is stripped.
        _ = try registered { $0.clientData = [0xEF, 0xBB, 0xBF] + Array(whole.utf8) }
        #expect(throws: PasskeyFailure.self) {
            try registered { $0.clientData = [0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF] + Array(whole.utf8) }
        }
    }

    @Test("P15: authenticator data that ends too soon or too late; unsolicited extensions are passed over")
    func authenticatorData() throws {
        expect(.authenticatorData(.afterEnd(octets: 1))) { $0.afterEnd = [0] }
        expect(.authenticatorData(.extensionsNoMap)) { $0.extensions = CBORValue.int(1).encoded }
        expect(.authenticatorData(.extensions(.truncated))) { $0.extensions = [0xA1] }
        expect(.authenticatorData(.key(.tag(at: 75)))) { $0.coseKey = [0xC0, 0x00] }
        _ = try registered {
            $0.extensions =
                CBORValue.map([.text("credProtect"): .int(2), .text("hmac-secret"): .bool(true)]).encoded
        }
        for count in [0, 36, 37, 52, 54, 90] {
            let whole = try AttestationObject(Device().registered(challenge).attestationObject).authenticatorData.octets
            #expect(throws: AuthenticatorDataFlaw.self) { try AuthenticatorData(whole.prefix(count)) }
        }
    }

    @Test("a registration needs a credential, and an attestation object its three members")
    func object() throws {
        var device = Device()
        device.flags = 0x05
        let data = try AttestationObject(device.registered(challenge).attestationObject).authenticatorData.octets
        var bare = Array(data.prefix(37))
        bare[32] = 0x05
        func presented(_ members: KeyValuePairs<CBORValue, CBORValue>) throws -> PresentedRegistration {
            PresentedRegistration(
                clientData: try device.registered(challenge).clientData,
                attestationObject: CBORValue.map(members).encoded)
        }
        func verify(_ presented: PresentedRegistration) throws {
            _ = try Device.site.verify(presented, answering: challenge, for: Device.user, at: noon)
        }
        let (format, none): (CBORValue, CBORValue) = (.text("none"), .map([]))
        #expect(throws: PasskeyFailure.authenticatorData(.credential(present: false))) {
            try verify(presented([.text("fmt"): format, .text("attStmt"): none, .text("authData"): .octets(bare)]))
        }
        #expect(throws: PasskeyFailure.attestationObject(.member("fmt"))) {
            try verify(presented([.text("attStmt"): none, .text("authData"): .octets(data)]))
        }
        #expect(throws: PasskeyFailure.attestationObject(.member("attStmt"))) {
            try verify(presented([.text("fmt"): format, .text("attStmt"): .int(1), .text("authData"): .octets(data)]))
        }
        #expect(throws: PasskeyFailure.attestationObject(.member("authData"))) {
            try verify(presented([.text("fmt"): format, .text("attStmt"): none]))
        }
        #expect(throws: PasskeyFailure.attestation(format: "none", .member("attStmt"))) {
            let full = CBORValue.map([.text("alg"): .int(-7)])
            try verify(presented([.text("fmt"): format, .text("attStmt"): full, .text("authData"): .octets(data)]))
        }
        #expect(throws: PasskeyFailure.attestation(format: "new", .unknownFormat("new"))) {
            try verify(
                presented([.text("fmt"): .text("new"), .text("attStmt"): none, .text("authData"): .octets(data)]))
        }
        try verify(presented([.text("fmt"): format, .text("attStmt"): none, .text("authData"): .octets(data)]))
    }
}

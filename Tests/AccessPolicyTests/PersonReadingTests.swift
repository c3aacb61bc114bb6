import Foundation
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonTokens
import SymbolonWire
import Testing

@testable import SymbolonAccessPolicy

@Suite("An issuer can speak of those alone whom its pattern means")
struct PersonReadingTests {
    private static let key = TestKeys.key("issuer of tokens")
    private let domain: TrustDomain

    init() throws { domain = try TrustDomain("example.internal") }

    private func token(_ spoil: (inout TokenSpec) -> Void) throws -> VerifiedAccessToken {
        var spec = TokenSpec.access(signedBy: Self.key)
        let certificate = [UInt8](repeating: 7, count: 32)
        spec[claim: "cnf"] = ["x5t#S256": .string(Base64URL.encode(certificate))]
        spoil(&spec)
        let members = try #require(JWK.json(Self.key.publicKey)?.members)
        let keys = JSONValue.object([
            JSONMember("keys", .array([.object(members + [JSONMember("kid", "one")])]))
        ])
        let issuer = TokenIssuer(
            "https://idp.example", audience: "https://api.example", keys: try TokenKeySet(keys.bytes))
        return try issuer.verify(PresentedToken(spec.text()), at: noon).verify(certificate: certificate, proof: nil)
    }

    @Test(
        "the claim fills one segment, or is a mailbox",
        arguments: [
            ("person/{sub}", "spiffe://example.internal/person/alice"),
            ("{sub}", "spiffe://example.internal/alice"),
            ("spiffe://other.example/staff/{sub}/web", "spiffe://other.example/staff/alice/web"),
            ("mail:{email}", "mail:alice@example.org"),
        ])
    func names(_ pattern: String, _ name: String) throws {
        let token = try token {
            $0[claim: "email"] = "alice@example.org"
            $0[claim: "email_verified"] = true
        }
        let party = try PersonReading(pattern, in: domain).party(of: token)
        #expect(party.names.map(\.description) == [name])
        #expect(party.proof == .unknown(.notReported))
    }

    @Test(
        "other patterns are none",
        arguments: [
            "", "person/alice", "person/{}", "person/{sub}/{client_id}", "person/x{sub}", "person/{a b}", "{sub}/..",
            "dns:{sub}", "mail:{email}x", "mail:x@{domain}", "spiffe://{sub}/x", "uri:{sub}", "/{sub}", "{sub}/",
        ])
    func patterns(_ pattern: String) {
        #expect(throws: PersonFailure.pattern(pattern)) { try PersonReading(pattern, in: domain) }
    }

    @Test(
        "W03, Z06: a claim that would be more than one segment, or none, is nobody's name",
        arguments: [
            "../alice", "alice/admin", ".", "..", "al%69ce", "alice?x", "alice#x", "al ice", "\u{e4}lice", "alice\0",
        ])
    func claims(_ subject: String) throws {
        let token = try token { $0[claim: "sub"] = .string(subject) }
        #expect(throws: PersonFailure.name("sub")) { try PersonReading("person/{sub}", in: domain).party(of: token) }
    }

    @Test("an address that the issuer has not verified is nobody's, and one that is missing is none")
    func mail() throws {
        let reading = try PersonReading("mail:{email}", in: domain)
        for verified in [nil, false, "true"] as [JSONValue?] {
            let token = try token {
                $0[claim: "email"] = "alice@example.org"
                $0[claim: "email_verified"] = verified
            }
            #expect(throws: PersonFailure.unverified("email")) { try reading.party(of: token) }
        }
        let none = try token { _ in }
        #expect(throws: PersonFailure.claim("email")) { try reading.party(of: none) }
    }

    @Test(
        "RFC 8176: what was used says how surely a person was there",
        arguments: [
            (["face"], Assurance.userVerified), (["pwd", "mfa"], .userVerified), (["hwk", "pin"], .userVerified),
            (["pwd"], .userPresent), (["otp"], .userPresent), (["hwk", "user"], .userPresent),
            (["hwk"], nil), (["pop", "geo"], nil), ([], nil), (["PWD"], nil),
        ])
    func assurance(_ methods: [String], _ assurance: Assurance?) {
        #expect(Assurance(methods: Set(methods)) == assurance)
    }
}

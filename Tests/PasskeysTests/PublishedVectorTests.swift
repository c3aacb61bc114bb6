import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import SymbolonVerification
import SymbolonWire
import Testing

@testable import SymbolonPasskeys

@Suite("WebAuthn Level 3 §16: the published registrations and assertions", .enabled(if: PublishedVectors.areHere))
struct PublishedVectorTests {
    private struct Ceremony: Decodable {
        let challenge: String
        let clientDataJSON: String
        let attestationObject: String?
        let credentialID: String?
        let authenticatorData: String?
        let signature: String?

        private enum CodingKeys: String, CodingKey {
            case challenge, clientDataJSON, attestationObject, authenticatorData, signature
            case credentialID = "credential_id"
        }
    }

    private struct Published: Decodable {
        let title: String
        let values: [String: String]?
        let registration: Ceremony?
        let authentication: Ceremony?
    }

    private static let user = Array("user".utf8)
    private let all: [Published]
    private let anchor: TrustAnchor

    init() throws {
        all = try JSONDecoder().decode(
            [Published].self, from: Data(try PublishedVectors.read("webauthn/w3c-vectors-part.json")))
        let roots = all.compactMap { $0.values?["attestation_ca_cert"] }
        let root = try #require(roots.first)
        anchor = TrustAnchor(try Certificate(der: Hex.decode(root)))
    }

    private func site(_ attestation: AttestationPolicy) -> RelyingParty {
        RelyingParty(
            id: "example.org", origins: ["https://example.org"], topOrigins: ["https://example.com"],
            userVerification: .preferred, attestation: attestation)
    }

    private func challenge(_ ceremony: Ceremony) throws -> PasskeyChallenge {
        try #require(PasskeyChallenge(Hex.decode(ceremony.challenge)))
    }

    private func registered(
        _ ceremony: Ceremony, at site: RelyingParty, _ change: (inout [UInt8]) -> Void = { _ in }
    ) throws -> Passkey {
        var object = try Hex.decode(ceremony.attestationObject ?? "")
        change(&object)
        return try site.verify(
            PresentedRegistration(clientData: Hex.decode(ceremony.clientDataJSON), attestationObject: object),
            answering: challenge(ceremony), for: Self.user, at: noon
        ).passkey
    }

    private func asserted(
        _ ceremony: Ceremony, by passkey: Passkey, _ change: (inout [UInt8]) -> Void = { _ in }
    ) throws -> VerifiedAssertion {
        var signature = try Hex.decode(ceremony.signature ?? "")
        change(&signature)
        return try site(.notAsked).verify(
            PresentedAssertion(
                id: passkey.id, userHandle: nil, clientData: Hex.decode(ceremony.clientDataJSON),
                authenticatorData: Hex.decode(ceremony.authenticatorData ?? ""), signature: signature),
            by: passkey, of: .account(Self.user), answering: challenge(ceremony))
    }

    @Test("each is registered and shown, and vouched for as its title says")
    func published() throws {
        var count = 0
        for vector in all {
            guard let registration = vector.registration, let authentication = vector.authentication else { continue }
            let passkey = try registered(registration, at: site(.asked(anchors: [anchor])))
            #expect(Hex.encode(passkey.id) == registration.credentialID, "\(vector.title)")
            switch vector.title {
            case let title where title.contains("Self Attestation"): #expect(passkey.attestation == .selfSigned)
            case let title where title.contains("topOrigin"): #expect(passkey.attestation == .none)
            default: #expect(passkey.attestation == .vouched(anchor: anchor.subject.description), "\(vector.title)")
            }
            _ = try asserted(authentication, by: passkey)
            #expect(throws: PasskeyFailure.signature, "\(vector.title)") {
                try asserted(authentication, by: passkey) { $0[$0.count - 1] ^= 1 }
            }
            count += 1
        }
        #expect(count == 7)
    }

    @Test("each octet of an attestation object counts: no other one registers what the maker vouched for")
    func everyOctet() throws {
        for vector in all where vector.title.contains("Attestation with") {
            let registration = try #require(vector.registration)
            let length = try #require(registration.attestationObject).utf8.count / 2
            let whole = try registered(registration, at: site(.required(anchors: [anchor], models: nil)))
            var taken: [Int] = []
            for index in 0..<length {
                let other = try? registered(registration, at: site(.required(anchors: [anchor], models: nil))) {
                    $0[index] ^= 0x01
                }
                if let other, other != whole { taken.append(index) }
            }
            #expect(taken.isEmpty, "\(vector.title): \(taken)")
        }
    }
}

import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import Testing

extension EndToEnd.Impostors {
    @Suite("T30: the identity is that of the key which signed the handshake, wherever other certificates stand")
    struct AnotherCertificateBesideOnesOwn {
        enum Place: String, CaseIterable, CustomTestStringConvertible {
            case second, last
            var testDescription: String { rawValue }

            func arrange(_ other: [UInt8], beside issuing: [UInt8]) -> [[UInt8]] {
                switch self {
                case .second: [other, issuing]
                case .last: [issuing, other]
                }
            }
        }

        @Test(
            "T30: a visitor who sends the permitted client's certificate along is still the visitor",
            arguments: Place.allCases)
        func victimBeside(_ place: Place) async throws {
            let gallery = try EndToEnd.Impostors.gallery
            let wardrobe = gallery.wardrobe
            let (own, victim) = (wardrobe.leaf("visitor"), wardrobe.leaf("laptop"))
            let others = place.arrange(
                victim.der(signedBy: wardrobe.authority.issuing), beside: wardrobe.authority.issuingDER)
            let refusal = try await gallery.refuses(
                "T30: the victim's certificate sent \(place.rawValue)",
                try wardrobe.papers(own, signedBy: wardrobe.authority.issuing, beside: others),
                reason: "policy", alert: .accessDenied)
            #expect(refusal["subject"] == "spiffe://example.internal/visitor")
        }

        @Test("T30: a visitor who sends the permitted client's certificate first has not its key")
        func victimFirst() async throws {
            let gallery = try EndToEnd.Impostors.gallery
            let wardrobe = gallery.wardrobe
            let (own, victim) = (wardrobe.leaf("visitor"), wardrobe.leaf("laptop"))
            let others = [own.der(signedBy: wardrobe.authority.issuing), wardrobe.authority.issuingDER]
            try await gallery.refuses(
                "T30: the victim's certificate sent first",
                try wardrobe.papers(
                    victim, signedBy: wardrobe.authority.issuing, beside: others,
                    key: try SpoiledKey.claiming(victim.key.publicKey, signingWith: own.key)),
                reason: "possessionNotProved", alert: .decryptError)
        }

        @Test(
            "T30: the permitted client who sends a visitor's certificate along is still itself",
            arguments: Place.allCases)
        func honestTwin(_ place: Place) async throws {
            let gallery = try EndToEnd.Impostors.gallery
            let wardrobe = gallery.wardrobe
            let (own, other) = (wardrobe.leaf("laptop"), wardrobe.leaf("visitor"))
            let others = place.arrange(
                other.der(signedBy: wardrobe.authority.issuing), beside: wardrobe.authority.issuingDER)
            let accepted = try await gallery.serves(
                try wardrobe.papers(own, signedBy: wardrobe.authority.issuing, beside: others))
            #expect(accepted["peer"] == "spiffe://example.internal/laptop")
        }
    }
}

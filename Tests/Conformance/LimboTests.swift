import Foundation
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("x509-limbo and BetterTLS: every published case that is here", .enabled(if: PublishedVectors.areHere))
struct LimboTests {
    /// Debian's package `publicsuffix`.
    private static let suffixes =
        (try? String(contentsOfFile: "/usr/share/publicsuffix/public_suffix_list.dat", encoding: .utf8))
        .map { PublicSuffixes(list: $0) }

    @Test(
        "X01, X10, X12, X22, X25: every verdict is right under the profile that it speaks of, but for the listed ones")
    func verdicts() throws {
        let cases = try LimboCase.all()
        if Self.suffixes == nil {
            print("WARNING: no public suffix list is installed; the cases that need one are skipped")
        }
        for profile in VerificationProfile.all {
            var table = VerdictTable("x509-limbo [\(profile.name)]", diverging: Divergence.limbo)
            for one in cases {
                if Self.isSkipped(one, under: profile) {
                    table.skip(one.group)
                    continue
                }
                let refusal = one.refusal(under: Self.suffixes.map { profile.refusingWildcards(under: $0) } ?? profile)
                table.count(
                    one.id, in: one.group, isRight: one.isGood == (refusal == nil),
                    "should be \(one.expectedResult): \(refusal.map { "\($0)" } ?? "accepted")")
            }
            print(table.text)
            for complaint in table.complaints { Issue.record("[\(profile.name)] \(complaint)") }
        }
        #expect(cases.count >= 578)
    }

    /// What webpki asks beyond the RFC is no matter of the profile rfc5280.
    static func isSkipped(_ one: LimboCase, under profile: VerificationProfile) -> Bool {
        (one.group == "webpki" && profile == .rfc5280)
            || (one.features.contains("pedantic-public-suffix-wildcard") && suffixes == nil)
    }
}

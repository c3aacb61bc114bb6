import SymbolonTestSupport
import Testing

@Suite("NIST PKITS: every path that is here, with its lists", .enabled(if: PublishedVectors.areHere))
struct PKITSTests {
    @Test("RFC 5280 §6.1, §6.3: every verdict is right, and the policies that a path is valid for are the suite's")
    func verdicts() throws {
        let suite = try PKITSSuite.read()
        var table = VerdictTable("PKITS", diverging: Divergence.pkits)
        for one in suite.tests {
            do {
                let policies = try suite.policies(of: one)
                let expected = Set(one.userConstrainedPolicySet.map { suite.dotted($0) })
                table.count(
                    one.name, in: one.section, isRight: one.shouldValidate && policies == expected,
                    "accepted for \(policies.sorted()), expected \(one.shouldValidate), \(expected.sorted())")
            } catch {
                table.count(one.name, in: one.section, isRight: !one.shouldValidate, "\(error)")
            }
        }
        print(table.text)
        for complaint in table.complaints { Issue.record("\(complaint)") }
        #expect(suite.tests.count >= 122)
    }
}

import Foundation
import SymbolonAccessPolicy
import SymbolonNames
import Testing

/// The rows are in truth-table.txt, which says at its top how they are read.
@Suite("Z05: the truth table of patterns and rules holds to the last row")
struct TruthTable {
    struct Row {
        let line: Int
        let cells: [Substring]
    }

    private static func rows(_ kind: String) throws -> [Row] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "truth-table.txt")
        let lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        return lines.enumerated().compactMap { number, line in
            let cells = line.components(separatedBy: " | ").map { Substring($0) }
            guard cells[0] == kind else { return nil }
            return Row(line: number + 1, cells: Array(cells.dropFirst()))
        }
    }

    @Test("Z05: what an identity pattern means")
    func identities() throws {
        let rows = try Self.rows("identity")
        #expect(rows.count >= 200)
        for row in rows {
            let pattern = try IdentityPattern(row.cells[0], defaultDomain: domain)
            #expect(pattern.matches(try SubjectName(row.cells[1])) == (row.cells[2] == "yes"), "line \(row.line)")
        }
    }

    @Test("Z05: what a path pattern means; a path with two readings is none")
    func paths() throws {
        let rows = try Self.rows("path")
        #expect(rows.count >= 150)
        for row in rows {
            let pattern = try PathPattern(row.cells[0])
            let path = try? RequestPath(row.cells[1])
            let found = path.map { pattern.matches($0) ? "yes" : "no" } ?? "doubt"
            #expect(found == row.cells[2], "line \(row.line)")
        }
    }

    @Test("Z05: what a rule means: an allow alone, and a deny beside an allow for all")
    func rules() throws {
        let rows = try Self.rows("rule")
        #expect(rows.count >= 200)
        for row in rows {
            let asked = try question(String(row.cells[1]))
            let conditions = parts(row.cells[0])
            let allowing = try policy(.fields([("allow", "it")] + conditions))
            let denying = try policy(["allow": "all"], .fields([("deny", "it")] + conditions))
            for (made, expected) in [(allowing, row.cells[2]), (denying, row.cells[3])] {
                let decision = CompiledPolicy(made).decide(asked)
                #expect((decision.isAllowed ? "allow" : "deny") == expected, "line \(row.line)")
                #expect(Explanation(of: asked, by: made).decision == decision, "line \(row.line)")
            }
        }
    }

    @Test("the table has 500 rows and more")
    func size() throws {
        let count = try ["identity", "path", "rule"].reduce(0) { $0 + (try Self.rows($1).count) }
        #expect(count >= 500)
    }
}

import Foundation
import SymbolonTestSupport
import Testing

@Suite("docs/Reference.md is what the command says of itself")
struct ReferenceTests {
    @Test("the page is the one that Scripts/reference writes")
    func isCurrent() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/Reference.md"), encoding: .utf8)
        let script = root.appendingPathComponent("Scripts/reference").path
        let written = try run("/bin/sh", [script, BuiltProgram.path("symbolon")])
        #expect(written.status == 0)
        #expect(written.out == page, "run: Scripts/reference > docs/Reference.md")
    }
}

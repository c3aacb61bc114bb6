import Foundation
import SymbolonTestSupport
import Testing

@testable import symbolon

@Suite("Text for terminals, pipes and other people's strings")
struct TerminalTests {
    @Test("colour is written only where there is colour")
    func styles() {
        let colour = Terminal(isInteractive: true, hasColour: true)
        let plain = Terminal(isInteractive: true, hasColour: false)
        #expect(colour.styled("x", .bold, .red) == "\u{1B}[1;31mx\u{1B}[0m")
        #expect(colour.styled("x") == "x")
        #expect(plain.styled("x", .bold, .red) == "x")
    }

    @Test("a terminal gets colour, unless NO_COLOR has a value or it is dumb; a pipe gets none")
    func noColor() throws {
        let script = "/usr/bin/script"
        try #require(FileManager.default.isExecutableFile(atPath: script), "script (util-linux) is missing")
        let home = try Home.withAuthority()
        let command = "'\(try BuiltProgram.path("symbolon"))' identity list --home '\(home.path)'"
        func onTerminal(_ environment: [String: String]) throws -> String {
            let base = ["PATH": "/usr/bin:/bin", "TERM": "xterm"].merging(environment, uniquingKeysWith: { $1 })
            let result = try run(script, ["-qec", command, "/dev/null"], input: [], environment: base)
            #expect(result.status == 0)
            #expect(result.out.contains("spiffe://example.internal/web"))
            return result.out
        }
        #expect(try onTerminal([:]).contains("\u{1B}["))
        #expect(try onTerminal(["NO_COLOR": ""]).contains("\u{1B}["))
        #expect(try !onTerminal(["NO_COLOR": "1"]).contains("\u{1B}["))
        #expect(try !onTerminal(["TERM": "dumb"]).contains("\u{1B}["))
        #expect(try !home.done("identity", "list").out.contains("\u{1B}"))
    }

    @Test(
        "control and format characters are escaped, others are not",
        arguments: [
            ("plain – ünï", "plain – ünï"), ("a\u{1B}[2Jb", "a\\u{1b}[2Jb"), ("a\r\nb", "a\\u{d}\\u{a}b"),
            ("\u{0}", "\\u{0}"), ("\u{9B}31m", "\\u{9b}31m"), ("\u{202E}moc", "\\u{202e}moc"),
            ("a\u{2028}b", "a\\u{2028}b"), ("\u{E000}", "\\u{e000}"),
        ])
    func printable(_ text: String, _ shown: String) {
        #expect(text.printable == shown)
    }

    @Test("padding counts characters and never cuts")
    func padding() {
        #expect("ab".padded(to: 4) == "ab  ")
        #expect("äb".padded(to: 4) == "äb  ")
        #expect("abcde".padded(to: 4) == "abcde")
    }
}

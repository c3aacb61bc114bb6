import Foundation
import SymbolonKeys
import SymbolonTestSupport
import Testing

@testable import SymbolonSharedSecrets

@Suite("RFC 4013: what looks the same is the same")
struct SASLPreparationTests {
    @Test(
        "RFC 4013 §3, and what else is mapped",
        arguments: [
            ("I\u{AD}X", "IX"), ("user", "user"), ("USER", "USER"), ("\u{AA}", "a"), ("\u{2168}", "IX"),
            ("a\u{A0}b\u{3000}c", "a b c"), ("e\u{301}", "\u{E9}"),
            ("\u{05D0}\u{05D1}1\u{05D2}", "\u{05D0}\u{05D1}1\u{05D2}"),
            ("x\u{200B}y", "x y"), ("\u{FB01}", "fi"),
        ])
    func mapped(_ text: String, _ prepared: String) throws {
        #expect(try SASLPreparation.prepared(text).unicodeScalars.elementsEqual(prepared.unicodeScalars))
    }

    @Test(
        "K08: what is prohibited is refused, by its value",
        arguments: [
            ("\u{07}", .prohibited(7)), ("a\u{0}b", .prohibited(0)), ("\u{7F}", .prohibited(0x7F)),
            ("\u{0627}1", .bothDirections), ("\u{05D0}a\u{05D1}", .bothDirections), ("a\u{05D0}", .bothDirections),
            ("\u{E000}", .prohibited(0xE000)), ("\u{FFFE}", .prohibited(0xFFFE)), ("\u{FFFD}", .prohibited(0xFFFD)),
            ("\u{202E}x", .prohibited(0x202E)), ("\u{1F511}", .unassigned(0x1F511)), ("\u{AD}", .empty), ("", .empty),
            (String(repeating: "é", count: 513), .tooLong(1026)),
        ] as [(String, SASLPreparation.Failure)])
    func refused(_ text: String, _ failure: SASLPreparation.Failure) {
        #expect(throws: failure) { try SASLPreparation.prepared(text) }
        #expect(throws: failure) { try SASLPreparation.prepared(SecretBytes(copying: Array(text.utf8))) }
    }

    @Test("a password's octets are prepared as its text is")
    func octets() throws {
        for (password, prepared) in [("pencil", "pencil"), ("\u{2168}", "IX"), (" ", " ")] {
            #expect(
                try SASLPreparation.prepared(SecretBytes(copying: Array(password.utf8)))
                    == SecretBytes(copying: Array(prepared.utf8)))
        }
        #expect(throws: SASLPreparation.Failure.notUTF8) {
            try SASLPreparation.prepared(SecretBytes(copying: [0x70, 0xFF]))
        }
    }

    /// Python's `stringprep` has the tables of RFC 3454 as they were printed.
    @Test("every character that Unicode 3.2 knew: mapped, refused and directed as another's tables have it")
    func tables() throws {
        let script = """
            import stringprep as s, unicodedata
            for n in range(0x110000):
                if 0xD800 <= n <= 0xDFFF: continue
                c = chr(n)
                if s.in_table_a1(c): kind = 'u'
                elif s.in_table_c12(c): kind = 's'
                elif s.in_table_b1(c): kind = 'n'
                elif s.in_table_c21_c22(c) or any(getattr(s, 'in_table_c%d' % t)(c) for t in range(3, 10)): kind = 'p'
                elif s.in_table_d1(c): kind = 'r'
                elif s.in_table_d2(c): kind = 'l'
                else: kind = '.'
                print(kind, end='')
            """
        let answer = try run("/usr/bin/python3", ["-c", script])
        try #require(answer.status == 0, "\(answer.err)")
        let theirs = Array(answer.out.utf8)
        var (place, differing) = (0, [String]())
        for value in UInt32(0)..<0x110000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let ours = SASLPreparation.kind(of: scalar)
            if theirs[place] != UInt8(ascii: ours) { differing.append("\(String(value, radix: 16)) \(ours)") }
            place += 1
        }
        #expect(place == theirs.count)
        #expect(differing.isEmpty, "\(differing.count): \(differing.prefix(20))")
    }
}

extension SASLPreparation {
    fileprivate static func kind(of scalar: Unicode.Scalar) -> Unicode.Scalar {
        if StringPreparationTables.spaces.has(scalar) { return "s" }
        if StringPreparationTables.nothing.has(scalar) { return "n" }
        do {
            try check(scalar)
        } catch .unassigned {
            return "u"
        } catch {
            return "p"
        }
        return isRightToLeft(scalar) ? "r" : isLeftToRight(scalar) ? "l" : "."
    }
}

import SymbolonWire
import Testing

@Suite("RFC 7468 §3: strict textual encoding, in lines of any length")
struct PEMTests {
    static let octets = [UInt8](0..<60)
    static let good = PEM.render(label: "CERTIFICATE", octets)

    @Test("a block has lines of 64 characters between its boundaries")
    func rendering() {
        #expect(
            Self.good == """
                -----BEGIN CERTIFICATE-----
                AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v
                MDEyMzQ1Njc4OTo7
                -----END CERTIFICATE-----

                """)
    }

    @Test("a block of any size comes back")
    func roundTrip() throws {
        for count in 1...200 {
            let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 101 &+ count) }
            let text = PEM.render(label: "PUBLIC KEY", octets)
            #expect(try PEM.parse(text) == [PEM.Block(label: "PUBLIC KEY", bytes: octets)])
        }
    }

    @Test("blocks keep their order, whatever explanation stands round them")
    func severalBlocks() throws {
        let text =
            "subject: one\n--- not a boundary ---\n" + Self.good + "\n\nand two: ü\n"
            + PEM.render(label: "X509 CRL", [1])
        #expect(
            try PEM.parse(text) == [
                PEM.Block(label: "CERTIFICATE", bytes: Self.octets), PEM.Block(label: "X509 CRL", bytes: [1]),
            ])
    }

    @Test("text without a boundary has no block")
    func noBlock() throws {
        #expect(try PEM.parse("") == [])
        #expect(try PEM.parse("nothing here\n") == [])
    }

    @Test("lines may end with CRLF, and the last without any end")
    func lineEnds() throws {
        let expected = [PEM.Block(label: "CERTIFICATE", bytes: Self.octets)]
        let carriageReturns = Self.good.unicodeScalars.map { $0 == "\n" ? "\r\n" : String($0) }.joined()
        #expect(try PEM.parse(carriageReturns) == expected)
        #expect(try PEM.parse(Self.good.dropLast()) == expected)
    }

    @Test("explanation outside the blocks need not be UTF-8")
    func explanationInAnotherEncoding() throws {
        let text = [0xFF, 0xFE, 0x0A] + Array(Self.good.utf8)
        #expect(try PEM.parse(text) == [PEM.Block(label: "CERTIFICATE", bytes: Self.octets)])
    }

    @Test(
        "refuses, with the line",
        arguments: [
            ("-----BEGIN A-----\nAAAA\n", PEMFailure.unterminated(line: 1, label: "A")),
            ("-----BEGIN A-----\n", .unterminated(line: 1, label: "A")),
            ("-----BEGIN A-----\n-----END A-----\n", .emptyBlock(line: 1, label: "A")),
            ("-----BEGIN A-----\nAAAA\n-----END B-----\n", .labelsDiffer(line: 3, begin: "A", end: "B")),
            ("-----BEGIN A-----\nAAAA\n-----BEGIN A-----\n", .malformedBoundary(line: 3)),
            ("-----END A-----\n", .malformedBoundary(line: 1)),
            ("one\n-----BEGIN A----\nAAAA\n-----END A-----\n", .malformedBoundary(line: 2)),
            ("-----BEGIN  A-----\nAAAA\n-----END  A-----\n", .malformedBoundary(line: 1)),
            ("-----BEGIN A -----\nAAAA\n-----END A -----\n", .malformedBoundary(line: 1)),
            ("-----BEGIN A--B-----\nAAAA\n-----END A--B-----\n", .malformedBoundary(line: 1)),
            ("-----BEGIN -----\nAAAA\n-----END -----\n", .malformedBoundary(line: 1)),
            ("-----BEGIN-----\n", .malformedBoundary(line: 1)),
            ("-----BEGIN A----- \nAAAA\n-----END A-----\n", .malformedBoundary(line: 1)),
            ("------BEGIN A-----\nAAAA\n-----END A-----\n", .malformedBoundary(line: 1)),
            ("-----BEGIN A-----\n\nAAAA\n-----END A-----\n", .emptyLine(line: 2)),
            ("-----BEGIN A-----\nAAAA\n\n-----END A-----\n", .emptyLine(line: 3)),
            ("-----BEGIN A-----\nAA==\nAAAA\n-----END A-----\n", .afterPadding(line: 3)),
            ("-----BEGIN A-----\nAA=\n=\n-----END A-----\n", .base64(line: 2, .length(3))),
            ("-----BEGIN A-----\nAA AA\n-----END A-----\n", .base64(line: 2, .notADigit(at: 2))),
            ("-----BEGIN A-----\n AAA\n-----END A-----\n", .base64(line: 2, .notADigit(at: 0))),
            ("-----BEGIN A-----\nAAAA \n-----END A-----\n", .base64(line: 2, .notADigit(at: 4))),
            ("-----BEGIN A-----\nAAAAA\nA?A\n-----END A-----\n", .base64(line: 3, .notADigit(at: 1))),
            ("-----BEGIN A-----\nAAAAA\nA\n-----END A-----\n", .base64(line: 3, .length(2))),
            ("-----BEGIN A-----\nAAAA=\n-----END A-----\n", .base64(line: 2, .length(5))),
            ("-----BEGIN A-----\nAAAA====\n-----END A-----\n", .base64(line: 2, .notADigit(at: 4))),
            ("-----BEGIN A-----\nA===\n-----END A-----\n", .base64(line: 2, .notADigit(at: 1))),
            ("-----BEGIN A-----\nAB==\n-----END A-----\n", .base64(line: 2, .looseBits)),
            ("-----BEGIN A-----\nAA\n-----END A-----\n", .base64(line: 2, .length(2))),
            ("-----BEGIN A-----\nAA-_\n-----END A-----\n", .base64(line: 2, .notADigit(at: 2))),
            ("-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END A-----\n", .header(line: 2)),
        ])
    func refusal(_ text: String, _ failure: PEMFailure) {
        #expect(throws: failure) { try PEM.parse(text) }
    }

    @Test("lines may have any length, and break a group of digits anywhere", arguments: [1, 3, 5, 63, 65, 76, 1000])
    func lineLengths(_ length: Int) throws {
        for count in 45...50 {
            let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 91) }
            let lines = PEM.render(label: "A", octets).split(separator: "\n")
            let digits = Array(lines.dropFirst().dropLast().joined())
            let padding = digits.reversed().prefix { $0 == "=" }.count
            var body = stride(from: 0, to: digits.count - padding, by: length).map {
                String(digits[$0..<min($0 + length, digits.count - padding)])
            }
            body[body.count - 1] += String(repeating: "=", count: padding)
            let text = ([String(lines[0])] + body + ["-----END A-----"]).joined(separator: "\n")
            #expect(try PEM.parse(text) == [PEM.Block(label: "A", bytes: octets)])
        }
    }

    @Test("a full line with padding is the last")
    func paddedFullLine() throws {
        let octets = [UInt8](repeating: 7, count: 47)
        let text = PEM.render(label: "A", octets)
        #expect(try PEM.parse(text) == [PEM.Block(label: "A", bytes: octets)])
        let more = text.replacing("-----END", with: "AAAA\n-----END")
        #expect(throws: PEMFailure.afterPadding(line: 3)) { try PEM.parse(more) }
    }

    @Test("reads no more than the limit")
    func limit() throws {
        #expect(try PEM.parse(Self.good, limit: Self.good.utf8.count).count == 1)
        let failure = PEMFailure.tooLong(octets: Self.good.utf8.count, limit: Self.good.utf8.count - 1)
        #expect(throws: failure) { try PEM.parse(Self.good, limit: Self.good.utf8.count - 1) }
        #expect(throws: failure) { try PEM.parse(Array(Self.good.utf8), limit: Self.good.utf8.count - 1) }
    }

    @Test("a changed octet anywhere is read or refused, and never traps")
    func everyOctetChanged() {
        let text = Array((Self.good + Self.good).utf8)
        for position in text.indices {
            for change in [0x01, 0x20, 0x80] as [UInt8] {
                var changed = text
                changed[position] ^= change
                if let blocks = try? PEM.parse(changed) { #expect(blocks.count == 2) }
            }
        }
        for count in text.indices { _ = try? PEM.parse(Array(text[..<count])) }
    }

    @Test("a block prints its label and size, never its content")
    func description() {
        let block = PEM.Block(label: "PRIVATE KEY", bytes: [1, 2, 3])
        #expect(String(describing: block) == "PRIVATE KEY, 3 octets")
        #expect(String(reflecting: block) == "PRIVATE KEY, 3 octets")
        var dumped = ""
        dump(block, to: &dumped)
        #expect(!dumped.contains("- 2"))
    }
}

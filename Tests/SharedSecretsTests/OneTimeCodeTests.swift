import Foundation
import SymbolonKeys
import SymbolonTestSupport
import Testing

@testable import SymbolonSharedSecrets

@Suite("RFC 4226, RFC 6238: one-time codes, each once")
struct OneTimeCodeTests {
    private static func secret(_ text: String) throws -> CodeSecret {
        try #require(CodeSecret(SecretBytes(copying: Array(text.utf8))))
    }

    private let twenty = "12345678901234567890"

    private func code(_ device: TimeCode, at now: Date) -> String {
        written(device.form, device.secret, UInt64(now.timeIntervalSince1970) / UInt64(device.period))
    }

    private func written(_ form: CodeForm, _ secret: CodeSecret, _ counter: UInt64) -> String {
        let digits = String(form.code(secret, counter))
        return String(repeating: "0", count: form.digits - digits.count) + digits
    }

    @Test("RFC 4226 appendix D")
    func published() throws {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
        ]
        var device = CounterCode(try Self.secret(twenty))
        for text in codes { device = try #require(device.taking(text)) }
        #expect(device.next == 10)
    }

    @Test(
        "RFC 6238 appendix B",
        arguments: [
            (59, "94287082", "46119246", "90693936"), (1_111_111_109, "07081804", "68084774", "25091201"),
            (1_111_111_111, "14050471", "67062674", "99943326"), (1_234_567_890, "89005924", "91819424", "93441116"),
            (2_000_000_000, "69279037", "90698825", "38618901"), (20_000_000_000, "65353130", "77737706", "47863826"),
        ] as [(Double, String, String, String)])
    func publishedTimes(_ seconds: Double, _ sha1: String, _ sha256: String, _ sha512: String) throws {
        let now = Date(timeIntervalSince1970: seconds)
        for (hash, secret, text) in [
            (CodeForm.Hash.sha1, twenty, sha1), (.sha256, twenty + "123456789012", sha256),
            (.sha512, twenty + twenty + twenty + "1234", sha512),
        ] {
            let form = try #require(CodeForm(hash: hash, digits: 8))
            let device = try #require(TimeCode(Self.secret(secret), form: form))
            #expect(device.taking(text, at: now) != nil, "\(hash)")
        }
    }

    @Test("H03: a code is taken once, in whatever spelling it comes again")
    func once() throws {
        let device = try #require(TimeCode(CodeSecret()))
        let text = code(device, at: noon)
        let after = try #require(device.taking(text, at: noon))
        let spaced = String(text.prefix(3)) + " " + String(text.suffix(3))
        for again in [text, spaced, " \(text) "] { #expect(after.taking(again, at: noon) == nil) }
        #expect(device.taking(spaced, at: noon) != nil)
        let wide = String(
            text.unicodeScalars.compactMap { Unicode.Scalar($0.value - 0x30 + 0xFF10) }.map(Character.init))
        for other in [
            wide, "0" + text, String(text.dropFirst()), "+" + text.dropFirst(), text + "\n", "", "\u{0}" + text,
        ] {
            #expect(device.taking(other, at: noon) == nil, "\(other)")
        }
    }

    @Test("H05: the code of now and of the step before, of no other; a clock put back opens none again")
    func window() throws {
        let device = try #require(TimeCode(CodeSecret()))
        func isTaken(from seconds: Double) -> Bool { device.taking(code(device, at: noon + seconds), at: noon) != nil }
        #expect(isTaken(from: 0) && isTaken(from: -30))
        for seconds in [-600.0, -60, 30, 60, 600] { #expect(!isTaken(from: seconds), "\(seconds)") }
        // Those of the step before and of now, in this order, and not again.
        let early = try #require(device.taking(code(device, at: noon - 30), at: noon))
        let late = try #require(early.taking(code(device, at: noon), at: noon))
        #expect(late.taking(code(device, at: noon - 30), at: noon) == nil)
        #expect(late.taking(code(device, at: noon - 600), at: noon - 600) == nil)
        #expect(late.taking(code(device, at: noon + 30), at: noon + 30) != nil)
        #expect(device.taking("000000", at: Date(timeIntervalSince1970: -1)) == nil)
    }

    @Test("H05: a counter a little ahead is followed, one far ahead needs two codes in a row")
    func counters() throws {
        let device = CounterCode(CodeSecret(), next: 10)
        func text(_ counter: UInt64) -> String { written(device.form, device.secret, counter) }
        #expect(device.taking(text(10))?.next == 11)
        #expect(device.taking(text(13))?.next == 14)
        for counter: UInt64 in [9, 14, 50] { #expect(device.taking(text(counter)) == nil, "\(counter)") }
        #expect(device.resynchronized(text(50), text(51))?.next == 52)
        #expect(device.resynchronized(text(110), text(111))?.next == 112)
        for (first, second): (UInt64, UInt64) in [(50, 50), (51, 50), (50, 52), (111, 112), (8, 9)] {
            #expect(device.resynchronized(text(first), text(second)) == nil, "\(first), \(second)")
        }
        #expect(CounterCode(device.secret, next: .max).taking(text(.max)) == nil)
    }

    @Test("bounds: secrets, digits and periods")
    func bounds() throws {
        #expect(CodeSecret(SecretBytes(copying: [UInt8](repeating: 1, count: 15))) == nil)
        #expect(CodeSecret(SecretBytes(copying: [UInt8](repeating: 1, count: 16))) != nil)
        #expect(CodeSecret().octets.count == 20 && CodeSecret().octets != CodeSecret().octets)
        for digits in [5, 9] { #expect(CodeForm(hash: .sha1, digits: digits) == nil) }
        for period in [0, 14, 121] { #expect(TimeCode(CodeSecret(), period: period) == nil) }
        for period in [15, 120] { #expect(TimeCode(CodeSecret(), period: period) != nil) }
    }

    @Test("what a device reads says all that it needs")
    func link() throws {
        let secret = try Self.secret(twenty)
        let device = try #require(TimeCode(secret))
        #expect(
            DeviceLink(device, issuer: "Bank & Co", account: "alice@example.org").text
                == "otpauth://totp/Bank%20%26%20Co:alice%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                + "&issuer=Bank%20%26%20Co&algorithm=SHA1&digits=6&period=30")
        #expect(
            DeviceLink(CounterCode(secret, next: 7), issuer: "Bank", account: "a").text.hasSuffix(
                "&algorithm=SHA1&digits=6&counter=7"))
    }

    @Test("H12: recovery codes are good once, in any case and spacing; only hashes are kept")
    func recovery() throws {
        let (codes, texts) = RecoveryCodes.make()
        #expect(texts.count == 10 && Set(texts).count == 10 && codes.hashes.count == 10)
        #expect(texts[0].split(separator: "-").map(\.count) == [4, 4, 4, 4])
        let left = try #require(codes.taking(texts[3]))
        #expect(left.hashes.count == 9 && left.taking(texts[3]) == nil)
        #expect(left.taking(texts[4].uppercased().replacing("-", with: " ")) != nil)
        var rest = codes
        for text in texts { rest = try #require(rest.taking(text)) }
        #expect(rest.hashes.isEmpty)
        for other in ["", "aaaa-aaaa-aaaa-aaaa", String(texts[0].dropLast()), texts[0] + "aa", "é"] {
            #expect(codes.taking(other) == nil, "\(other)")
        }
        #expect(RecoveryCodes(hashes: codes.hashes).taking(texts[0]) == codes.taking(texts[0]))
    }
}

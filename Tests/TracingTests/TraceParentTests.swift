import SymbolonTracing
import Testing

@Suite("W3C Trace Context: traceparent is read strictly, or not at all")
struct TraceParentTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let span = "b7ad6b7169203331"

    @Test(
        "§3.2: a good one is read, and written as version 00",
        arguments: [
            ("00-\(trace)-\(span)-01", "00-\(trace)-\(span)-01"),
            ("00-\(trace)-\(span)-00", "00-\(trace)-\(span)-00"),
            // §3.2.2.5: a flag that is not known says nothing, and is not handed on.
            ("00-\(trace)-\(span)-03", "00-\(trace)-\(span)-01"), ("00-\(trace)-\(span)-fe", "00-\(trace)-\(span)-00"),
            // §4.1: of a later version as much as is known.
            ("cc-\(trace)-\(span)-01", "00-\(trace)-\(span)-01"),
            ("cc-\(trace)-\(span)-01-what-comes", "00-\(trace)-\(span)-01"),
            (
                "00-00000000000000000000000000000001-0000000000000001-01",
                "00-00000000000000000000000000000001-0000000000000001-01"
            ),
        ])
    func good(_ text: String, _ written: String) throws {
        let parent = try #require(TraceParent(text))
        #expect(parent.description == written)
        #expect(TraceParent(parent.description) == parent)
    }

    @Test(
        "anything else names no trace",
        arguments: [
            "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-", "00-\(trace)-\(span)-1",
            // Version 00 ends with the flags; version ff is none.
            "00-\(trace)-\(span)-01-", "00-\(trace)-\(span)-01-more", "00-\(trace)-\(span)-011",
            "ff-\(trace)-\(span)-01",
            "cc-\(trace)-\(span)-01.more", "cc-\(trace)-\(span)-011",
            // All 0.
            "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
            // Not in lower-case hexadecimal.
            "00-0AF7651916CD43DD8448EB211C80319C-\(span)-01", "00-\(trace)-B7AD6B7169203331-01",
            "0X-\(trace)-\(span)-01", "00-\(trace)-\(span)-0x", "00-\(trace)-\(span)-0A", "FF-\(trace)-\(span)-01",
            "00-0af7651916cd43dd8448eb211c80319g-\(span)-01", "00-\(trace)-b7ad6b716920333g-01",
            // Not where it has to be.
            "00_\(trace)_\(span)_01", " 00-\(trace)-\(span)-01", "00-\(trace)-\(span)-01 ", "00-\(trace)0-\(span)-01",
            "00-\(trace)-\(span)-01,00-\(trace)-\(span)-01", "00-\(trace.dropLast())-0\(span)-01",
            "00-\(trace.dropLast())ä\(span)-01",
        ])
    func refused(_ text: String) {
        #expect(TraceParent(text) == nil)
    }
}

@Suite("W3C Trace Context: tracestate is handed on as it came, within bounds, or not at all")
struct TraceStateTests {
    @Test(
        "§3.3.1: a good one",
        arguments: [
            ("rojo=00f067aa0ba902b7", "rojo=00f067aa0ba902b7"), ("a=1,b=2", "a=1,b=2"),
            // White space and empty members around are not kept.
            (" a=1 ,\tb=2, ,", "a=1,b=2"), ("fw529a3039@dt=FfD/+.;1 ok", "fw529a3039@dt=FfD/+.;1 ok"),
            ("0tenant@system=v", "0tenant@system=v"), ("a_-*/9=!", "a_-*/9=!"),
            (
                "\(String(repeating: "k", count: 100))=\(String(repeating: "v", count: 256))",
                "\(String(repeating: "k", count: 100))=\(String(repeating: "v", count: 256))"
            ),
        ])
    func good(_ text: String, _ handedOn: String) {
        #expect(TraceState(text)?.description == handedOn)
    }

    @Test(
        "anything else is dropped as a whole",
        arguments: [
            "", ",", "a", "=1", "a=", "A=1", "a=1,a=2", "a=b=c", "0a=1", "a@=1", "@a=1", "a@b@c=1", "a@0=1",
            "a@\(String(repeating: "s", count: 15))=1", "a=\u{7f}", "a=ä", "a b=1",
            "\(String(repeating: "k", count: 257))=1", "a=\(String(repeating: "v", count: 257))",
            (0..<33).map { "k\($0)=1" }.joined(separator: ","),
        ])
    func refused(_ text: String) {
        #expect(TraceState(text) == nil)
    }

    @Test(
        "§3.3.1.5: of more than 512 characters the long entries go first, and then the last ones; 32 entries may stand")
    func bounded() throws {
        let long = "long=\(String(repeating: "v", count: 200))"
        let many = (0..<31).map { "k\($0)=\(String(repeating: "v", count: 12))" }
        let kept = try #require(TraceState(([long] + many).joined(separator: ",")))
        #expect(kept.description.utf8.count <= 512 && !kept.description.contains("long="))
        #expect(kept.description.hasPrefix("k0=") && !kept.description.contains("k30="))
        let fits = (0..<32).map { "k\($0)=1" }.joined(separator: ",")
        #expect(TraceState(fits)?.description == fits)
    }
}

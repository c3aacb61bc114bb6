import Testing

@testable import symbolon

@Suite("Errors say what happened, why, and what to do")
struct ComplaintTests {
    @Test("one line each, and none that says nothing")
    func rendered() {
        #expect(Complaint(what: "it broke").rendered() == "symbolon: it broke")
        #expect(
            Complaint(what: "it broke", why: "it was old", mend: "buy another").rendered()
                == "symbolon: it broke\n  why: it was old\n  do:  buy another")
    }

    @Test("input that cannot be read is told with the parser's reason, escaped")
    func input() {
        let complaint = #expect(throws: Complaint.self) {
            try Input.parse("a\u{7}b", as: "an address", HostAndPort.init)
        }
        #expect(complaint?.what == "\"a\\u{7}b\" is not an address")
        #expect(complaint?.exit == .undecided)
    }
}

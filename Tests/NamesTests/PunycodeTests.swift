import SymbolonNames
import Testing

@Suite("RFC 3492: the text of an A-label decodes")
struct PunycodeTests {
    /// RFC 3492 §7.1, the samples whose text is lower case, and well-known A-labels.
    @Test(
        "takes",
        arguments: [
            "egbpdaj6bu4bxfgehfvwxn", "ihqwcrb4cv8a8dqg056pqjye", "ihqwctvzc91f659drss3x8bo0yb",
            "4dbcagdahymbxekheh6e0a7fei0b",
            "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa", "tckwe",
            "mnchen-3ya",
            "80ak6aa92e", "wgv71a119e", "i-7iq", "bcher-kva8445foa", "a-ecp",
            // The scalars on both sides of the surrogates, the last there is, and the first that is not ASCII.
            "hb9b", "0y0c", "dn32g", "a", "a-h023pa",
        ])
    func valid(_ text: String) throws {
        #expect(try DNSName("xn--\(text)").description == "xn--\(text)")
    }

    @Test(
        "refuses",
        arguments: [
            // Integers that do not end or grow past every code point.
            "b", "abc-z", "0000000000", "99999999", "99999999999999999999999999999999999999999999999999999999999",
            "999999b",
            // The first and the last surrogate, and the number behind the last code point.
            "ib9b", "zy0c", "en32g",
            // A delimiter with nothing before it, which no encoder writes.
            "-wgv71a",
        ])
    func fake(_ text: String) {
        #expect(throws: NameFailure.dns(.fakeALabel("xn--\(text)"), in: "xn--\(text)")) { try DNSName("xn--\(text)") }
    }
}

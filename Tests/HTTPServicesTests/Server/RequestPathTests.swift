import Testing

@testable import SymbolonHTTPServices

@Suite("RFC 3986 §6.2: every path has one spelling")
struct RequestPathTests {
    @Test(
        "is served",
        arguments: [
            "/", "/a", "/acme/new-order", "/a/b/c", "/api/v1/certificates/7F", "/...", "/.well-known/x", "/a.b/..c",
            "/~!$&'()*+,;=:@-_",
        ])
    func served(_ path: String) { #expect(RequestPath.isCanonical(path)) }

    @Test(
        "is another spelling of one that is served, or none",
        arguments: [
            "", "a", "//", "/a/", "/a//b", "//a", "/.", "/..", "/a/.", "/a/../b", "/./a", "/%61", "/a%2Fb", "/a b",
            "/a?b", "/a#b", "/\u{E9}", "/a\\b", "/a\u{0}",
        ])
    func refused(_ path: String) { #expect(!RequestPath.isCanonical(path)) }
}

import SymbolonNames
import Testing

@Suite("Public suffixes: the list's rules, exceptions and names outside ASCII")
struct PublicSuffixesTests {
    private let suffixes = PublicSuffixes(
        list: """
            // comment
            com

            co.uk // what follows white space is not read
            *.kawasaki.jp
            !city.kawasaki.jp
            公司.cn
            not a name..
            """)

    @Test(
        "a name is a suffix when a rule says so, or when it is a single label",
        arguments: [
            ("com", true), ("unknown", true), ("example.com", false), ("co.uk", true), ("a.co.uk", false),
            ("any.kawasaki.jp", true), ("city.kawasaki.jp", false), ("a.city.kawasaki.jp", false),
            ("kawasaki.jp", false), ("xn--55qx5d.cn", true),
        ])
    func rules(_ name: String, _ isSuffix: Bool) throws {
        #expect(suffixes.contains(try DNSName(name)) == isSuffix)
    }

    @Test("lines that are no rules are passed over")
    func lines() {
        #expect(suffixes.count == 6)
    }
}

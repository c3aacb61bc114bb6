import SymbolonCertificates
import SymbolonTestSupport
import Testing

/// A name of one-attribute sets, each `(type, tag, contents)`.
private func name(_ attributes: (ObjectIdentifier, UInt8, [UInt8])...) -> [UInt8] {
    der(0x30, Array(attributes.map { der(0x31, attribute($0.0, $0.1, $0.2)) }.joined()))
}

private func attribute(_ type: ObjectIdentifier, _ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
    der(0x30, der(0x06, type.contents), der(tag, contents))
}

private func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A certificate's subject is the only way a name comes in.
private func parse(_ encoding: [UInt8]) throws -> DistinguishedName {
    var chain = TestPKI.goodChain()
    chain.leaf.names = [.other(tag: 0, der(0x06, [0x2A]) + der(0xA0, der(0x0C)))]
    chain.leaf.rawValues[.subjectAlternativeName] = der(0x30, der(0xA4, encoding))
    let names = try Certificate(der: chain.leafDER).extensions.subjectAlternativeNames
    guard case .directory(let name)? = names?.first else { throw CertificateFailure.noCertificate }
    return name
}

@Suite("RFC 5280 §4.1.2.4: names of issuers and subjects")
struct DistinguishedNameTests {
    @Test("a made name is read back, the organisation first, in the plainest string type that holds it")
    func made() throws {
        let made = try DistinguishedName(commonName: "café", organization: "Example (Test) Ltd.")
        let parsed = try parse(made.derBytes)
        #expect(parsed == made)
        #expect(parsed.derBytes == made.derBytes)
        #expect(
            parsed.relativeNames.map { $0.map(\.value) } == [[.printable("Example (Test) Ltd.")], [.utf8("café")]])
        #expect(parsed.texts(of: .commonName) == ["café"])
        #expect(DistinguishedName.empty.isEmpty)
        #expect(try parse(DistinguishedName.empty.derBytes) == .empty)
    }

    @Test(
        "what a name may not hold is refused when it is made",
        arguments: ["", String(repeating: "a", count: 65), "a\u{0}b", "a\nb"])
    func unmakeable(_ text: String) {
        #expect(throws: CertificateFailure.attribute(.commonName, text: text)) {
            try DistinguishedName(commonName: text)
        }
        #expect(throws: CertificateFailure.attribute(.organizationName, text: text)) {
            try DistinguishedName(commonName: "a", organization: text)
        }
    }

    @Test("64 characters may be made, whatever they are")
    func longest() throws {
        #expect(try DistinguishedName(commonName: String(repeating: "é", count: 64)).texts(of: .commonName).count == 1)
    }

    @Test(
        "malformed names are refused",
        arguments: [
            (der(0x30, der(0x31)), DERFailure.Reason.empty),
            (der(0x30, der(0x31, der(0x30))), .missing(expected: 0x06)),
            (der(0x30, der(0x30, attribute(.commonName, 0x0C, [0x61]))), .unexpectedTag(expected: 0x31, found: 0x30)),
            (name((.commonName, 0x0C, [0xFF])), .notUTF8),
            (name((.commonName, 0x0C, [0xC0, 0x80])), .notUTF8),
            (name((.commonName, 0x13, octets("a@b"))), .notPrintable),
            (name((.commonName, 0x13, octets("a*"))), .notPrintable),
            (name((.emailAddress, 0x16, [0xE9])), .notIA5),
            (
                der(0x30, der(0x31, attribute(.organizationName, 0x0C, [0x61]), attribute(.commonName, 0x0C, [0x61]))),
                .unsortedSet
            ),
            (
                der(0x30, der(0x31, der(0x30, der(0x06, ObjectIdentifier.commonName.contents), der(0x0C), der(0x05)))),
                .trailingBytes(count: 2)
            ),
        ])
    func malformed(_ encoding: [UInt8], _ reason: DERFailure.Reason) {
        let failure = #expect(throws: CertificateFailure.self) { _ = try parse(encoding) }
        guard case .malformed(.extension(.subjectAlternativeName), let found)? = failure else {
            Issue.record("refused as \(String(describing: failure))")
            return
        }
        #expect(found.reason == reason)
    }

    @Test(
        "X26: a set that holds one attribute twice is refused, for it would be the same name as a set that holds it once"
    )
    func repeated() {
        for (first, second) in [("a", "a"), ("A", "a"), ("a", " a")] {
            let set = der(
                0x31, attribute(.commonName, 0x0C, octets(first)), attribute(.commonName, 0x13, octets(second)))
            let failure = #expect(throws: CertificateFailure.self) { try parse(der(0x30, set)) }
            guard case .malformed(_, let found)? = failure else { continue }
            #expect(found.reason == .repeatedMember, "\(first), \(second)")
        }
    }

    @Test("a set of two attributes in order is one relative name")
    func multivalued() throws {
        let two = der(0x31, attribute(.commonName, 0x0C, octets("a")), attribute(.commonName, 0x0C, octets("b")))
        #expect(try parse(der(0x30, two)).description == "CN=a+CN=b")
        let parsed = try parse(
            der(0x30, der(0x31, attribute(.commonName, 0x0C, [0x61]), attribute(.organizationName, 0x0C, [0x62]))))
        #expect(parsed.relativeNames.count == 1)
        #expect(parsed.description == "CN=a+O=b")
    }
}

@Suite("RFC 5280 §7.1: comparing names")
struct DistinguishedNameComparisonTests {
    static let base = name((.organizationName, 0x13, octets("Example Org")), (.commonName, 0x13, octets("Issuing CA")))

    @Test(
        "case, spaces and string type do not count",
        arguments: [
            name((.organizationName, 0x0C, octets("Example Org")), (.commonName, 0x0C, octets("Issuing CA"))),
            name((.organizationName, 0x13, octets("EXAMPLE org")), (.commonName, 0x13, octets("issuing ca"))),
            name((.organizationName, 0x13, octets("  Example   Org ")), (.commonName, 0x13, octets("Issuing CA"))),
            name((.organizationName, 0x13, octets("Example Org")), (.commonName, 0x13, octets("issuing  CA   "))),
        ])
    func same(_ other: [UInt8]) throws {
        let (one, other) = (try parse(Self.base), try parse(other))
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
    }

    @Test(
        "anything else does",
        arguments: [
            name((.organizationName, 0x13, octets("ExampleOrg")), (.commonName, 0x13, octets("Issuing CA"))),
            name((.commonName, 0x13, octets("Issuing CA")), (.organizationName, 0x13, octets("Example Org"))),
            name((.organizationName, 0x13, octets("Example Org"))),
            name((.organizationName, 0x13, octets("Example Org")), (.commonName, 0x13, octets("Issuing C"))),
            name((.organizationName, 0x13, octets("Example Org")), (.commonName, 0x13, octets("Issuing CA2"))),
            name((.organizationName, 0x13, octets("Example Org")), (.commonName, 0x13, octets("Issuing CA 2"))),
            name(
                (.organizationName, 0x13, octets("Example Org")), (.organizationalUnitName, 0x13, octets("Issuing CA"))),
            name((.organizationName, 0x14, octets("Example Org")), (.commonName, 0x13, octets("Issuing CA"))),
            name((.organizationName, 0x13, octets("Example Org")), (.commonName, 0x16, octets("Issuing CA"))),
            name((.organizationName, 0x0C, octets("Example Örg")), (.commonName, 0x13, octets("Issuing CA"))),
            der(0x30),
        ])
    func different(_ other: [UInt8]) throws {
        #expect(try parse(Self.base) != parse(other))
    }

    @Test("domain components are IA5Strings, without case among themselves")
    func components() throws {
        let (one, other) = (
            try parse(name((.domainComponent, 0x16, octets("Example")))),
            try parse(name((.domainComponent, 0x16, octets("example"))))
        )
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one.folded == other.folded)
        let directoryString = try parse(name((.domainComponent, 0x13, octets("example"))))
        #expect(one != directoryString)
        #expect(one.folded != directoryString.folded)
    }

    @Test("letters beyond ASCII fold too")
    func accents() throws {
        let (one, other) = (
            try DistinguishedName(commonName: "ÉTÉ"), try DistinguishedName(commonName: "e\u{301}te\u{301}")
        )
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(try one != DistinguishedName(commonName: "ete"))
    }

    @Test("a letter beyond ASCII whose lower case is within it equals that one: U+212A, the sign for kelvin")
    func kelvin() throws {
        let (one, other) = (try DistinguishedName(commonName: "\u{212A}ey"), try DistinguishedName(commonName: "key"))
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
    }
}

@Suite("RFC 4514: names as text")
struct DistinguishedNameTextTests {
    @Test(
        "the least significant first, escaped where it must be",
        arguments: [
            (name((.countryName, 0x13, octets("GB")), (.organizationName, 0x0C, octets("A, B"))), "O=A\\, B,C=GB"),
            (name((.commonName, 0x0C, octets(" #x "))), "CN=\\ #x\\ "),
            (name((.commonName, 0x0C, octets("#x"))), "CN=\\#x"),
            (name((.commonName, 0x0C, octets("a\"+;<>\\b"))), "CN=a\\\"\\+\\;\\<\\>\\\\b"),
            (name((.commonName, 0x0C, octets("a\u{1B}[31m\n"))), "CN=a\\1b[31m\\0a"),
            (name((.commonName, 0x0C, octets("a\u{202E}b"))), "CN=a\\e2\\80\\aeb"),
            (name((.domainComponent, 0x16, octets("example"))), "DC=example"),
            (name((ObjectIdentifier(1, 2, 3), 0x0C, octets("x"))), "1.2.3=#0c0178"),
            (name((.commonName, 0x1E, [0x00, 0x61])), "CN=#1e020061"),
            (der(0x30), ""),
        ])
    func text(_ encoding: [UInt8], _ text: String) throws {
        #expect(try parse(encoding).description == text)
    }
}

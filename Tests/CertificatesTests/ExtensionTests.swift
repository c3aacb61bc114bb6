import SymbolonCertificates
import SymbolonNames
import SymbolonTestSupport
import Testing

/// A leaf whose extension of this kind has the value given, added when the good leaf has none.
func leaf(_ identifier: ObjectIdentifier, _ value: [UInt8]) -> [UInt8] {
    var chain = TestPKI.goodChain()
    chain.leaf.basicConstraints = BasicConstraints(isAuthority: false)
    chain.leaf.nameConstraints = NameConstraints()
    chain.leaf.rawValues[.nameConstraints] = der(0x30, der(0xA0, der(0x30, der(0x82))))
    chain.leaf.rawValues[identifier] = value
    return chain.leafDER
}

@Suite("RFC 5280 §4.2: one extension malformed, one refusal")
struct MalformedExtensionTests {
    @Test(
        "refuses",
        arguments: [
            (.basicConstraints, [], .missing(expected: 0x30)),
            (.basicConstraints, der(0x31), .unexpectedTag(expected: 0x30, found: 0x31)),
            (.basicConstraints, der(0x30, [0x01, 0x01, 0x00]), .defaultWasEncoded),
            (.basicConstraints, der(0x30, [0x01, 0x01, 0x01]), .invalidBoolean),
            (.basicConstraints, der(0x30, [0x01, 0x01, 0xFF, 0x02, 0x01, 0xFF]), .integerOutOfRange),
            (.basicConstraints, der(0x30, [0x01, 0x01, 0xFF, 0x02, 0x01, 0x00, 0x05, 0x00]), .trailingBytes(count: 2)),
            (.basicConstraints, der(0x30) + [0x00], .trailingBytes(count: 1)),
            (.keyUsage, [0x03, 0x01, 0x00], .empty),
            (.keyUsage, [0x03, 0x02, 0x00, 0x80], .trailingZeroBits),
            (.keyUsage, [0x04, 0x01, 0x80], .unexpectedTag(expected: 0x03, found: 0x04)),
            (.keyUsage, [0x03, 0x02, 0x07, 0x80, 0x00], .trailingBytes(count: 1)),
            (.extendedKeyUsage, der(0x30), .empty),
            (.extendedKeyUsage, der(0x30, der(0x06)), .invalidObjectIdentifier),
            (.extendedKeyUsage, der(0x30, der(0x05)), .unexpectedTag(expected: 0x06, found: 0x05)),
            (.subjectAlternativeName, der(0x30), .empty),
            (.subjectAlternativeName, Array("example.com".utf8), .unexpectedTag(expected: 0x30, found: 0x65)),
            (.subjectAlternativeName, der(0x30, der(0x82, [0xC3, 0xA9])), .notIA5),
            (.subjectAlternativeName, der(0x30, der(0x81, [0x80])), .notIA5),
            (.subjectAlternativeName, der(0x30, der(0x86, [0xFF])), .notIA5),
            (.subjectAlternativeName, der(0x30, der(0xA2, [])), .unexpectedTag(expected: 0x82, found: 0xA2)),
            (.subjectAlternativeName, der(0x30, der(0x89, [])), .unexpectedTag(expected: 0x82, found: 0x89)),
            (.subjectAlternativeName, der(0x30, der(0x16, [0x61])), .unexpectedTag(expected: 0x82, found: 0x16)),
            (.subjectAlternativeName, der(0x30, der(0xA4, der(0x30), der(0x30))), .trailingBytes(count: 2)),
            (.subjectKeyIdentifier, [0x04, 0x02, 0x00], .truncated),
            (.subjectKeyIdentifier, [0x04, 0x01, 0x00, 0x00], .trailingBytes(count: 1)),
            (.authorityKeyIdentifier, der(0x30, der(0x82, [0x01])), .halfOfPair),
            (.authorityKeyIdentifier, der(0x30, der(0xA1, der(0x82, [0x61]))), .halfOfPair),
            (.authorityKeyIdentifier, der(0x30, der(0xA1), der(0x82, [0x01])), .empty),
            (.authorityKeyIdentifier, der(0x30, der(0x83)), .unexpectedTag(expected: 0x82, found: 0x83)),
            (.nameConstraints, der(0x30), .empty),
            (.nameConstraints, der(0x30, der(0xA0)), .empty),
            (.nameConstraints, der(0x30, der(0xA0), der(0xA1)), .empty),
            (.nameConstraints, der(0x30, der(0xA1, der(0x30))), .truncated),
            (.nameConstraints, der(0x30, der(0xA0, der(0x30, der(0x82), der(0x83)))), .trailingBytes(count: 2)),
            (.nameConstraints, der(0x30, der(0xA2)), .trailingBytes(count: 2)),
        ] as [(ObjectIdentifier, [UInt8], DERFailure.Reason)])
    func malformed(_ identifier: ObjectIdentifier, _ value: [UInt8], _ reason: DERFailure.Reason) {
        let failure = #expect(throws: CertificateFailure.self) { _ = try Certificate(der: leaf(identifier, value)) }
        guard case .malformed(.extension(identifier), let found)? = failure else {
            Issue.record("refused as \(String(describing: failure))")
            return
        }
        #expect(found.reason == reason)
    }

    @Test("the honest twins are read")
    func honest() throws {
        func extensions(_ identifier: ObjectIdentifier, _ value: [UInt8]) throws -> CertificateExtensions {
            try Certificate(der: leaf(identifier, value)).extensions
        }
        #expect(try extensions(.basicConstraints, der(0x30)).basicConstraints == BasicConstraints(isAuthority: false))
        #expect(
            try extensions(.basicConstraints, der(0x30, [0x01, 0x01, 0xFF, 0x02, 0x02, 0x01, 0x00])).basicConstraints
                == BasicConstraints(isAuthority: true, pathLength: 256))
        #expect(
            try extensions(.basicConstraints, der(0x30, [0x02, 0x01, 0x00])).basicConstraints
                == BasicConstraints(isAuthority: false, pathLength: 0))
        #expect(try extensions(.keyUsage, [0x03, 0x02, 0x07, 0x80]).keyUsage == .digitalSignature)
        #expect(
            try extensions(.keyUsage, [0x03, 0x03, 0x07, 0x06, 0x80]).keyUsage == [
                .keyCertSign, .crlSign, .decipherOnly,
            ])
        #expect(
            try extensions(.extendedKeyUsage, der(0x30, der(0x06, [0x55, 0x1D, 0x25, 0x00]), der(0x06, [0x2A])))
                .extendedKeyUsage
                == ExtendedKeyUsage(.any, .unknown(ObjectIdentifier(1, 2))))
        let authority = try extensions(
            .authorityKeyIdentifier, der(0x30, der(0x80, [7]), der(0xA1, der(0x82, [0x61])), der(0x82, [0x09]))
        ).authorityKeyIdentifier
        #expect(authority?.keyIdentifier == [7])
        #expect(authority?.issuer == [.dns("a")])
        #expect(authority?.serialNumber?.description == "09")
    }
}

@Suite("RFC 5280 §4.2: the list of extensions")
struct ExtensionListTests {
    private let unknown = ObjectIdentifier(1, 3, 6, 1, 4, 1, 99_999, 1)

    @Test("X12: an extension that is there twice is refused, known or not")
    func duplicates() {
        for identifier in [ObjectIdentifier.keyUsage, unknown] {
            var chain = TestPKI.goodChain()
            let twin = Extension(identifier, isCritical: false, value: [0x03, 0x02, 0x07, 0x80])
            chain.leaf.otherExtensions = identifier == .keyUsage ? [twin] : [twin, twin]
            #expect(throws: CertificateFailure.duplicateExtension(identifier)) { try Certificate(der: chain.leafDER) }
        }
    }

    @Test("X12: an unknown critical extension is kept by its number, an unknown one that is not critical is no matter")
    func unknownCritical() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.otherExtensions = [
            Extension(unknown, isCritical: true, value: [0xDE, 0xAD]),
            Extension(ObjectIdentifier(1, 3, 6, 1, 4, 1, 99_999, 2), isCritical: false, value: []),
        ]
        let extensions = try Certificate(der: chain.leafDER).extensions
        #expect(extensions.unknownCritical == ["1.3.6.1.4.1.99999.1"])
        #expect(extensions[unknown] == Extension(unknown, isCritical: true, value: [0xDE, 0xAD]))
        #expect(extensions.isCritical(unknown) == true)
        #expect(extensions.isCritical(.extendedKeyUsage) == false)
        #expect(extensions.isCritical(.nameConstraints) == nil)
    }

    @Test("64 extensions are read and 65 are refused")
    func bound() throws {
        var chain = TestPKI.goodChain()
        let present = try Certificate(der: chain.leafDER).extensions.all.count
        chain.leaf.otherExtensions = (0..<UInt32(64 - present)).map {
            Extension(ObjectIdentifier(1, 2, $0), isCritical: false, value: [])
        }
        #expect(try Certificate(der: chain.leafDER).extensions.all.count == 64)
        chain.leaf.otherExtensions.append(Extension(unknown, isCritical: false, value: []))
        #expect(throws: CertificateFailure.tooManyExtensions(limit: 64)) { try Certificate(der: chain.leafDER) }
    }
}

@Suite("RFC 5280 §4.2.1.6: names of the subject, kinds never mixed")
struct GeneralNameTests {
    private func names(_ members: [UInt8]...) throws -> [GeneralName]? {
        let value = der(0x30, Array(members.joined()))
        return try Certificate(der: leaf(.subjectAlternativeName, value)).extensions.subjectAlternativeNames
    }

    @Test("every kind is kept as it was written, control characters included")
    func kinds() throws {
        let directory = try DistinguishedName(commonName: "x")
        let parsed = try names(
            der(0x81, Array("a@b\0".utf8)), der(0x82, Array("*.Example.com\u{1}".utf8)), der(0x86, Array("urn:x".utf8)),
            der(0x87, [10, 0, 0, 1, 9]), der(0xA4, directory.derBytes), der(0x88, [0x2A]),
            der(0xA0, [0x06, 0x01, 0x2A]),
            der(0xA3), der(0xA5))
        #expect(
            parsed == [
                .mail("a@b\0"), .dns("*.Example.com\u{1}"), .uri("urn:x"), .ip([10, 0, 0, 1, 9]), .directory(directory),
                .other(tag: 8, [0x2A]), .other(tag: 0, [0x06, 0x01, 0x2A]), .other(tag: 3, []), .other(tag: 5, []),
            ])
    }

    @Test("X21: a name is read as its own kind only")
    func typed() throws {
        #expect(try GeneralName.dns("web.example").subjectName() == .dns(DNSPattern("web.example")))
        #expect(try GeneralName.ip([10, 0, 0, 1]).subjectName() == .ip(IPAddress("10.0.0.1")))
        #expect(try GeneralName.mail("a@b.example").subjectName() == .mail(Mailbox("a@b.example")))
        #expect(try GeneralName.uri("spiffe://d.example/a").subjectName() == .spiffe(SPIFFEID("spiffe://d.example/a")))
        #expect(try GeneralName.uri("https://d.example/").subjectName() == .uri(URIName("https://d.example/")))
        #expect(try GeneralName.directory(.empty).subjectName() == nil)
        #expect(try GeneralName.other(tag: 0, Array("web.example".utf8)).subjectName() == nil)
        #expect(throws: NameFailure.self) { try GeneralName.dns("10.0.0.1").subjectName() }
        #expect(throws: NameFailure.self) { try GeneralName.dns("a@b.example").subjectName() }
        #expect(throws: NameFailure.self) { try GeneralName.dns("web.example\0.evil.example").subjectName() }
        #expect(throws: NameFailure.self) { try GeneralName.ip(Array("10.0.0.1".utf8)).subjectName() }
        #expect(throws: NameFailure.self) { try GeneralName.mail("web.example").subjectName() }
        #expect(throws: NameFailure.self) { try GeneralName.uri("SPIFFE://d.example/a").subjectName() }
        #expect(throws: NameFailure.self) { try GeneralName.uri("web.example").subjectName() }
    }

    @Test("a name to be certified is written as its kind and read back")
    func roundTrip() throws {
        let names: [SubjectName] = [
            .spiffe(try SPIFFEID("spiffe://d.example/a/b")), .dns(try DNSPattern("*.web.example")),
            .ip(try IPAddress("2001:db8::1")), .mail(try Mailbox("a@b.example")),
            .uri(try URIName("https://d.example/")),
        ]
        for name in names { #expect(try GeneralName(name).subjectName() == name) }
    }
}

@Suite("RFC 5280 §4.2.1.10: name constraints as values")
struct NameConstraintParsingTests {
    private func constraints(_ bases: [UInt8]..., excluded: [UInt8]? = nil) throws -> NameConstraints? {
        let permitted = der(0xA0, Array(bases.map { der(0x30, $0) }.joined()))
        let value = der(0x30, permitted, excluded.map { der(0xA1, der(0x30, $0)) } ?? [])
        return try Certificate(der: leaf(.nameConstraints, value)).extensions.nameConstraints
    }

    @Test("each kind becomes its subtree, and a kind we cannot compare stays by its tag")
    func kinds() throws {
        let parsed = try constraints(
            der(0x82, Array("example.com".utf8)), der(0x87, [10, 0, 0, 0, 255, 0, 0, 0]),
            der(0x81, Array(".example.com".utf8)), der(0x86, Array("d.example".utf8)), der(0xA4, der(0x30)),
            der(0xA0, [0x06, 0x01, 0x2A]), excluded: der(0x82))
        #expect(
            parsed
                == NameConstraints(
                    permitted: [
                        .dns(try DNSSubtree("example.com")), .ip(try IPNetwork("10.0.0.0/8")),
                        .mail(try MailSubtree(".example.com")), .uri(try URISubtree("d.example")),
                        .directory(DistinguishedName.empty.folded),
                        .unsupported(tag: 0),
                    ], excluded: [.dns(try DNSSubtree(""))]))
    }

    @Test("minimum and maximum are refused", arguments: [der(0x80, [0x00]), der(0x80, [0x01]), der(0x81, [0x01])])
    func distance(_ field: [UInt8]) {
        #expect(throws: CertificateFailure.nameConstraintDistance) {
            try constraints(der(0x82, Array("example.com".utf8)) + field)
        }
    }

    @Test(
        "a base that is no name of its kind is refused",
        arguments: [
            der(0x82, Array(".example.com".utf8)), der(0x87, [10, 0, 0, 0]), der(0x87, [10, 0, 0, 0, 255, 0, 255, 0]),
            der(0x81, Array("a@b@example.com".utf8)),
        ])
    func base(_ base: [UInt8]) {
        let failure = #expect(throws: CertificateFailure.self) { _ = try constraints(base) }
        guard case .nameConstraint? = failure else {
            Issue.record("refused as \(String(describing: failure))")
            return
        }
    }

    @Test("constraints are written as they are read")
    func roundTrip() throws {
        var chain = TestPKI.goodChain()
        let constraints = NameConstraints(
            permitted: [.dns(try DNSSubtree("example.com")), .ip(try IPNetwork("2001:db8::/32"))],
            excluded: [.mail(try MailSubtree("a@example.com")), .uri(try URISubtree(".example.com"))])
        chain.issuing.nameConstraints = constraints
        let extensions = try Certificate(der: chain.issuingDER).extensions
        #expect(extensions.nameConstraints == constraints)
        #expect(extensions.isCritical(.nameConstraints) == true)
    }
}

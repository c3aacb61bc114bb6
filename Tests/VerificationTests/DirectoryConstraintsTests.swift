import SymbolonCertificates
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

private let issuing = TestPKI.name("Test Issuing")

private func organization(_ name: String) -> DistinguishedName {
    try! DistinguishedName(commonName: nil, organization: name)
}

private func permitting(_ bases: DistinguishedName...) -> NameConstraints {
    NameConstraints(permitted: bases.map { .directory($0.folded) })
}

private func excluding(_ base: DistinguishedName) -> NameConstraints {
    NameConstraints(excluded: [.directory(base.folded)])
}

@Suite("RFC 5280 §4.2.1.10, §7.1: distinguished names lie within what every authority above allows")
struct DirectoryConstraints {
    static let leaf = TestPKI.name("web").folded

    @Test(
        "X09: refuses",
        arguments: [
            Spoiled(
                "a subject below none of the permitted names",
                .nameConstraintViolated(
                    .directoryNotPermitted(leaf, permitted: [.directory(organization("Other").folded)]), of: issuing),
                at: .leaf
            ) { $0.issuing.nameConstraints = permitting(organization("Other")) },
            Spoiled(
                "a subject below an excluded name",
                .nameConstraintViolated(
                    .directoryExcluded(leaf, by: .directory(organization("Symbolon Tests").folded)), of: issuing),
                at: .leaf
            ) { $0.issuing.nameConstraints = excluding(organization("Symbolon Tests")) },
            Spoiled(
                "an excluded name in other letters and spaces",
                .nameConstraintViolated(
                    .directoryExcluded(leaf, by: .directory(organization("SYMBOLON   tests").folded)), of: issuing),
                at: .leaf
            ) { $0.issuing.nameConstraints = excluding(organization("SYMBOLON   tests")) },
            Spoiled(
                "a directory name beside the subject",
                .nameConstraintViolated(
                    .directoryNotPermitted(
                        organization("Other").folded, permitted: [.directory(organization("Symbolon Tests").folded)]),
                    of: issuing), at: .leaf
            ) {
                $0.issuing.nameConstraints = permitting(organization("Symbolon Tests"))
                $0.leaf.names.append(.directory(organization("Other")))
            },
            Spoiled(
                "an intermediate that the root does not permit",
                .nameConstraintViolated(
                    .directoryNotPermitted(issuing.folded, permitted: [.directory(leaf)]),
                    of: TestPKI.name("Test Root")), at: .intermediate(1)
            ) { $0.root.nameConstraints = permitting(TestPKI.name("web")) },
        ])
    func refusal(_ spoiled: Spoiled) { spoiled.check() }

    @Test("a subject below a permitted name is accepted, and so is one with no name at all")
    func inside() throws {
        var chain = TestPKI.goodChain()
        chain.issuing.nameConstraints = permitting(organization("Other"), organization("symbolon tests"))
        try chain.verified()
        chain.issuing.nameConstraints = permitting(organization("Other"))
        chain.leaf.subject = .empty
        try chain.verified()
    }

    @Test("the base is a whole prefix: neither its end nor its order may differ")
    func prefix() throws {
        let name = TestPKI.name("web").folded
        #expect(name.isAtOrBelow(organization("Symbolon Tests").folded))
        #expect(name.isAtOrBelow(name))
        #expect(name.isAtOrBelow(DistinguishedName.empty.folded))
        #expect(!name.isAtOrBelow(try DistinguishedName(commonName: "web").folded))
        #expect(!organization("Symbolon Tests").folded.isAtOrBelow(name))
    }
}

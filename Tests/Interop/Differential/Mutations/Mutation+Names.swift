import SymbolonTestSupport

extension Mutation {
    /// Alternative names, constraints on them, and the names of subject and issuer.
    static let names: [Mutation] = [
        Mutation(each: "subjectAltName of one name") { certificate, random in
            certificate.set(
                .subjectAlternativeName, isCritical: random.chance(4),
                .sequence(presented.randomElement(using: &random)!))
        },
        Mutation("subjectAltName with another name") { chain, _, random in
            guard let index = chain.leaf.index(of: .subjectAlternativeName) else { return }
            let last = chain.leaf.extensions[index].children.count - 1
            let name = presented.randomElement(using: &random)!
            let place = Int.random(in: 0...1, using: &random)
            chain.leaf.extensions[index].change(at: last + 2) { $0.insert(name, at: place) }
        },
        Mutation("subjectAltName empty") { chain, _, _ in
            chain.leaf.set(.subjectAlternativeName, isCritical: false, DERTree(0x30, [DERTree]()))
        },
        Mutation("nameConstraints") { chain, _, random in
            let index = random.chance(10) ? 0 : Int.random(in: 1..<chain.certificates.count, using: &random)
            chain.certificates[index].set(.nameConstraints, isCritical: !random.chance(4), constraints(&random))
        },
        Mutation("nameConstraints and a name") { chain, _, random in
            chain.issuing.set(.nameConstraints, isCritical: true, constraints(&random))
            var names = [presented.randomElement(using: &random)!]
            if Bool.random(using: &random) { names.append(.text(0x82, "web.example.internal")) }
            chain.leaf.set(.subjectAlternativeName, isCritical: false, DERTree(0x30, names))
        },
        Mutation(each: "subject") { certificate, random in
            certificate[.subject] = directory.randomElement(using: &random)!
        },
        Mutation(each: "issuer") { certificate, random in
            certificate[.issuer] = directory.randomElement(using: &random)!
        },
        Mutation("issuer and subject written differently") { chain, _, random in
            let index = Int.random(in: 0...1, using: &random)
            let text = index == 0 ? "Test Issuing" : chain.certificates.count > 3 ? "Between" : "Test Root"
            let same = same(text)
            chain.certificates[index][.issuer] = same.randomElement(using: &random)!
            chain.certificates[index + 1][.subject] = same.randomElement(using: &random)!
        },
        Mutation("issuer and subject empty") { chain, _, random in
            let index = Int.random(in: 0...1, using: &random)
            chain.certificates[index][.issuer] = DERTree(0x30, [DERTree]())
            chain.certificates[index + 1][.subject] = DERTree(0x30, [DERTree]())
        },
    ]

    private static let presented: [DERTree] =
        [
            "web.example.internal", "WEB.EXAMPLE.INTERNAL", "*.example.internal", "w*.example.internal", "*",
            "*.internal",
            "web.*.internal", "*.*.internal", "web.example.internal.", ".example.internal", " ", "", "127.0.0.1",
            "web.example.internal\0.evil.example", "web_1.example.internal", "-web.example.internal",
            "xn--bcher-kva.example.internal", "xn--.example.internal", "other.example.com", "web..example.internal",
            "b\u{FC}cher.example.internal", "a." + String(repeating: "b", count: 64) + ".internal",
            "web.example.internal:443", "https://web.example.internal",
        ].map { DERTree.text(0x82, $0) }
        + [
            "alice@example.internal", "ALICE@EXAMPLE.INTERNAL", "alice", "alice@", "@example.internal", "a@b@c",
            "alice@example.com", "alice@[127.0.0.1]", "\"a b\"@example.internal", "alice@example.internal ",
        ].map { DERTree.text(0x81, $0) }
        + [
            "spiffe://example.internal/web", "spiffe://example.internal", "spiffe://other.internal/web",
            "SPIFFE://example.internal/web", "https://web.example.internal/", "https://other.example.com/", "urn:a:b",
            "",
            "https://[::1]/", "https://127.0.0.1/", "//web.example.internal", "https://web.example.internal:x/",
        ].map { DERTree.text(0x86, $0) }
        + [[127, 0, 0, 1], [10, 0, 0, 1], [], [127, 0, 0], [127, 0, 0, 1, 0], [UInt8](repeating: 0, count: 16)].map {
            DERTree.context(7, $0)
        }
        + [
            DERTree(0xA4, [name("web")]), DERTree(0xA4, [DERTree(0x30, [DERTree]())]),
            DERTree.context(8, [0x2A, 0x03]),
            DERTree(0xA0, [.identifier([0x2A, 0x03]), .context(0, .text(0x0C, "web"))]),
            DERTree(0xA5, [.context(1, .text(0x0C, "web"))]), DERTree(0xA3, [DERTree]()), DERTree.context(9, [1]),
        ]

    private static let bases: [DERTree] =
        [
            "example.internal", ".example.internal", "web.example.internal", "example.com", "internal", "",
            "*.internal", "EXAMPLE.INTERNAL", "ple.internal",
        ]
        .map { DERTree.text(0x82, $0) }
        + ["example.internal", ".example.internal", ".internal", "alice@example.internal", "example.com", ""].map {
            DERTree.text(0x81, $0)
        }
        + ["example.internal", ".example.internal", ".internal", "example.com", "", "https://example.internal"].map {
            DERTree.text(0x86, $0)
        }
        + [
            [127, 0, 0, 0, 255, 0, 0, 0], [10, 0, 0, 0, 255, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0],
            [127, 0, 0, 1, 255, 0, 255, 0],
            [127, 0, 0, 1], [UInt8](repeating: 0, count: 32),
        ].map { DERTree.context(7, $0) }
        + [
            DERTree(0xA4, [DERTree(0x30, [DERTree]())]), DERTree(0xA4, [DERTree(0x30, [organization(0x13)])]),
            DERTree(0xA4, [name("other")]), DERTree.context(8, [0x2A, 0x03]),
            DERTree(0xA0, [.identifier([0x2A, 0x03]), .context(0, .text(0x0C, "web"))]),
        ]

    private static func constraints(_ random: inout SeededRandom) -> DERTree {
        func subtrees(_ random: inout SeededRandom) -> [DERTree] {
            (0..<Int.random(in: 1...3, using: &random)).map { _ in
                let base = bases.randomElement(using: &random)!
                if random.chance(20) { return .sequence(base, .context(0, [1])) }
                if random.chance(20) { return .sequence(base, .context(1, [1])) }
                return .sequence(base)
            }
        }
        var members: [DERTree] = []
        if Bool.random(using: &random) { members.append(DERTree(0xA0, subtrees(&random))) }
        if members.isEmpty || random.chance(3) { members.append(DERTree(0xA1, subtrees(&random))) }
        if random.chance(20) { members = [] }
        return DERTree(0x30, members)
    }

    /// What RFC 5280 §7.1 takes for one name.
    private static func same(_ text: String) -> [DERTree] {
        [
            name(text), name(text, 0x0C), name(text.uppercased()),
            name("  \(text.split(separator: " ").joined(separator: "   ")) "),
            name(text, 0x0C, organization: 0x0C),
        ]
    }

    private static let directory: [DERTree] =
        same("Test Issuing") + [
            name("Test Issuing", 0x14), name("Test Issuing", 0x16),
            DERTree(0x30, [DERTree]()), name("web"), name(""), name("Test Issuing\0"), name("\u{FF}\u{FE}", 0x0C),
            DERTree(0x30, [common("Test Issuing", 0x13), organization(0x13)]),
            DERTree(0x30, [DERTree(0x31, [common("Test Issuing", 0x13).children[0], organization(0x13).children[0]])]),
            DERTree(0x30, [organization(0x13), common("Test Issuing", 0x13), common("Test Issuing", 0x13)]),
            DERTree(0x30, [DERTree(0x31, [DERTree]())]), name("*.example.internal"), name("web.example.internal"),
        ]

    private static func name(_ text: String, _ tag: UInt8 = 0x13, organization: UInt8 = 0x13) -> DERTree {
        DERTree(0x30, [Self.organization(organization), common(text, tag)])
    }

    private static func organization(_ tag: UInt8) -> DERTree {
        DERTree(0x31, [.sequence(.identifier([0x55, 0x04, 0x0A]), .text(tag, "Symbolon Tests"))])
    }

    private static func common(_ text: String, _ tag: UInt8) -> DERTree {
        DERTree(0x31, [.sequence(.identifier([0x55, 0x04, 0x03]), .text(tag, text))])
    }
}

extension DERTree {
    /// Into a sequence, at its start or further on.
    fileprivate mutating func insert(_ member: DERTree, at place: Int) {
        guard case .children = content else { return }
        children.insert(member, at: min(place, children.count))
    }
}

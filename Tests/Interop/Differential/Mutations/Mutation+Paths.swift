import SymbolonCertificates
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification

extension Mutation {
    /// What is presented, and who stands above whom.
    static let paths: [Mutation] = [
        Mutation("nothing") { _, _, _ in },
        Mutation("issuing certificate not presented") { chain, _, _ in
            chain.presents.append { presented, _ in Array(presented.prefix(1)) }
        },
        Mutation("root presented as well") { chain, _, _ in chain.presents.append { $0 + [$1] } },
        Mutation("intermediates in reverse order, the root among them") { chain, _, _ in
            chain.presents.append { presented, root in [presented[0], root] + presented.dropFirst().reversed() }
        },
        Mutation("issuing certificate twice") { chain, _, _ in
            chain.presents.append { presented, _ in presented + presented.suffix(1) }
        },
        Mutation("the issuing certificate as the peer's") { chain, _, _ in
            chain.presents.append { presented, _ in Array(presented.dropFirst()) }
        },
        Mutation("the root as the peer's") { chain, _, _ in chain.presents.append { [$1] } },
        Mutation("a leaf below the leaf") { chain, _, _ in
            var below = chain.leaf
            below.stand(below: chain.leaf)
            chain.certificates.insert(below, at: 0)
        },
        Mutation("an authority too many") { chain, _, random in
            var between = chain.issuing
            between[.subject] = DERTree(TestPKI.name("Too Many").derBytes)!
            chain.leaf[.issuer] = between[.subject]
            between.stand(below: chain.issuing)
            if Bool.random(using: &random) {
                chain.issuing.set(.basicConstraints, isCritical: true, .sequence(.boolean(0xFF), .integer(1)))
            }
            if Bool.random(using: &random) {
                chain.root.set(.basicConstraints, isCritical: true, .sequence(.boolean(0xFF), .integer(2)))
            }
            chain.certificates.insert(between, at: 1)
        },
        Mutation("a self-issued authority between") { chain, good, random in
            var between = chain.issuing
            between.key = good.stranger
            between[.publicKey] = good.stranger.publicKey
            between.set(.subjectKeyIdentifier, isCritical: false, DERTree(0x04, [UInt8](repeating: 0x5E, count: 20)))
            between.stand(below: chain.issuing)
            chain.leaf.stand(below: between)
            if Bool.random(using: &random) { between[.serialNumber] = .integer(0x55) }
            chain.certificates.insert(between, at: 1)
        },
        Mutation("the leaf signed itself") { chain, _, random in
            chain.leaf.signer = chain.leaf.key
            chain.leaf[.algorithm] = chain.leaf.key.algorithm
            if Bool.random(using: &random) { chain.leaf[.issuer] = chain.leaf[.subject] }
        },
        Mutation("an end entity with its issuer's name") { chain, _, _ in
            chain.leaf[.subject] = chain.issuing[.subject]
        },
        Mutation("an end entity as the root") { chain, _, _ in
            chain.root.remove(.basicConstraints)
            chain.root.remove(.keyUsage)
        },
    ]

    /// What is asked for.
    static let questions: [Mutation] = [
        Mutation("another purpose") { chain, _, random in
            chain.purpose = [.server, .client, .mail, .any].randomElement(using: &random)!
            if chain.purpose == .server, chain.name == nil { chain.name = expected[0] }
        },
        Mutation("another name") { chain, _, random in
            chain.name = expected.filter { chain.purpose == .server || $0.isMail }.randomElement(using: &random)!
        },
        Mutation("another name, and a wildcard") { chain, _, random in
            chain.leaf.set(
                .subjectAlternativeName, isCritical: false, .sequence(.text(0x82, "*.example.internal")))
            chain.purpose = .server
            chain.name = expected.randomElement(using: &random)!
        },
        Mutation("any purpose") { chain, _, _ in chain.purpose = .any },
    ]

    private static let expected: [ReferenceName] = [
        "dns:web.example.internal", "dns:www.example.internal", "dns:example.internal", "dns:a.web.example.internal",
        "dns:web.example.com", "dns:internal", "ip:127.0.0.1", "ip:10.0.0.1", "ip:::1", "mail:alice@example.internal",
        "mail:eve@example.internal",
    ].map { try! ReferenceName($0) }
}

extension MutableCertificate {
    /// Issued by `authority`, in all that says so.
    fileprivate mutating func stand(below authority: MutableCertificate) {
        signer = authority.key
        self[.algorithm] = authority.key.algorithm
        self[.issuer] = authority[.subject]
        guard let index = authority.index(of: .subjectKeyIdentifier),
            let identifier = authority.extensions[index].children.last?.children.first?.octets
        else { return }
        set(.authorityKeyIdentifier, isCritical: false, .sequence(.context(0, identifier)))
    }
}

extension ReferenceName {
    fileprivate var isMail: Bool {
        if case .mail = self { true } else { false }
    }
}

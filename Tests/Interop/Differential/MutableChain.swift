import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification

/// A chain that every verifier accepts, and what it is asked for; then changed.
struct MutableChain: Sendable {
    /// From the leaf to the root; two authorities at least.
    var certificates: [MutableCertificate]
    var purpose: Purpose
    var name: ReferenceName?
    /// Changes to what is presented: the certificates without the root, written.
    var presents: [@Sendable ([[UInt8]], _ root: [UInt8]) -> [[UInt8]]] = []

    var leaf: MutableCertificate {
        get { certificates[0] }
        set { certificates[0] = newValue }
    }
    var issuing: MutableCertificate {
        get { certificates[1] }
        set { certificates[1] = newValue }
    }
    var root: MutableCertificate {
        get { certificates[certificates.count - 1] }
        set { certificates[certificates.count - 1] = newValue }
    }

    func chainCase(_ title: String) -> ChainCase {
        let written = certificates.map(\.encoding)
        let root = written[written.count - 1]
        let hasEdwards = certificates.contains { $0.key.kind == .ed25519 }
        return ChainCase(
            title, algorithm: hasEdwards ? .ed25519 : .p256, for: purpose, as: name?.description,
            chain: presents.reduce(Array(written.dropLast())) { $1($0, root) }, root: root)
    }
}

/// Good chains of every kind of key, of two or three authorities, with and without names of each kind, constraints and policies.
struct GoodChains {
    private let keys: [ChainKey.Kind: [ChainKey]]
    private let strangers: [ChainKey]
    private let forms: [TestPKI]

    init(using random: inout SeededRandom) {
        var keys: [ChainKey.Kind: [ChainKey]] = [:]
        for kind in ChainKey.Kind.allCases { keys[kind] = (0..<4).map { _ in ChainKey(kind, using: &random) } }
        self.keys = keys
        strangers = [ChainKey(.p256, using: &random)]
        forms = Self.forms
    }

    /// A key that no certificate of a good chain has.
    var stranger: ChainKey { strangers[0] }

    func next(using random: inout SeededRandom) -> MutableChain {
        let form = forms.randomElement(using: &random)!
        // P-256 for most: it is what most chains have, and it is fast.
        let kind = random.chance(3) ? ChainKey.Kind.allCases.randomElement(using: &random)! : .p256
        let above = random.chance(8) ? ChainKey.Kind.allCases.randomElement(using: &random)! : kind
        var chain = chain(form, leaf: keys[kind]![0], issuing: keys[above]![1], root: keys[above]![2])
        if random.chance(6) { chain.lengthen(with: keys[above]![3]) }
        return chain
    }

    private func chain(_ form: TestPKI, leaf: ChainKey, issuing: ChainKey, root: ChainKey) -> MutableChain {
        let isMail = form.leaf.extendedKeyUsage == ExtendedKeyUsage(.emailProtection)
        let isClient = form.leaf.extendedKeyUsage == ExtendedKeyUsage(.clientAuth)
        return MutableChain(
            certificates: [
                MutableCertificate(form.leafDER, key: leaf, signer: issuing),
                MutableCertificate(form.issuingDER, key: issuing, signer: root),
                MutableCertificate(form.rootDER, key: root, signer: root),
            ],
            purpose: isMail ? .mail : isClient ? .client : .server,
            name: isClient
                ? nil : try! ReferenceName(isMail ? "mail:alice@example.internal" : "dns:web.example.internal"))
    }

    private static var forms: [TestPKI] {
        let good = TestPKI.goodChain()
        var plain = good
        plain.leaf.names = [.dns("web.example.internal"), .dns("www.example.internal")]
        var wildcard = plain
        wildcard.leaf.names = [.dns("*.example.internal"), .ip([127, 0, 0, 1])]
        var constrained = plain
        constrained.issuing.nameConstraints = NameConstraints(
            permitted: [.dns(try! DNSSubtree("example.internal"))], excluded: [.ip(try! IPNetwork("10.0.0.0/8"))])
        var client = good
        client.leaf.extendedKeyUsage = ExtendedKeyUsage(.clientAuth)
        var mail = good
        mail.leaf.extendedKeyUsage = ExtendedKeyUsage(.emailProtection)
        mail.leaf.names = [.mail("alice@example.internal")]
        var nameless = plain
        nameless.leaf.subject = .empty
        var restricted = plain
        restricted.issuing.extendedKeyUsage = ExtendedKeyUsage(.serverAuth, .clientAuth)
        return [good, plain, plain, wildcard, constrained, constrained, client, mail, nameless, restricted]
    }
}

extension MutableChain {
    /// One more authority between the issuing one and the root.
    fileprivate mutating func lengthen(with key: ChainKey) {
        var between = issuing
        between.key = key
        between[.publicKey] = key.publicKey
        between[.subject] = DERTree(TestPKI.name("Between").derBytes)!
        between.set(.subjectKeyIdentifier, isCritical: false, DERTree(0x04, [UInt8](repeating: 0xB7, count: 20)))
        between.set(.basicConstraints, isCritical: true, .sequence(.boolean(0xFF), .integer(1)))
        root.set(.basicConstraints, isCritical: true, .sequence(.boolean(0xFF), .integer(2)))
        issuing.signer = key
        issuing[.algorithm] = key.algorithm
        issuing[.issuer] = between[.subject]
        issuing.set(
            .authorityKeyIdentifier, isCritical: false, .sequence(.context(0, [UInt8](repeating: 0xB7, count: 20))))
        certificates.insert(between, at: 2)
    }
}

extension RandomNumberGenerator {
    /// True once in `count` times.
    mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}

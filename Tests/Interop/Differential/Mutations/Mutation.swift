import SymbolonTestSupport

/// One change to a chain, drawn at random; nothing when the chain has not what it would change.
struct Mutation: Sendable {
    let title: String
    private let apply: @Sendable (inout MutableChain, GoodChains, inout SeededRandom) -> Void

    init(_ title: String, _ apply: @escaping @Sendable (inout MutableChain, GoodChains, inout SeededRandom) -> Void) {
        self.title = title
        self.apply = apply
    }

    /// A change to one of the certificates, the leaf and its issuer more often than the others.
    init(
        each title: String, _ apply: @escaping @Sendable (inout MutableCertificate, inout SeededRandom) -> Void
    ) {
        self.init(title) { chain, _, random in
            let index =
                random.chance(4)
                ? chain.certificates.indices.randomElement(using: &random)! : Int.random(in: 0...1, using: &random)
            apply(&chain.certificates[index], &random)
        }
    }

    func callAsFunction(_ chain: inout MutableChain, _ good: GoodChains, using random: inout SeededRandom) {
        apply(&chain, good, &random)
    }

    /// Every change there is. Those of a kind stand together, and kinds are drawn alike.
    static let kinds: [[Mutation]] = [extensions, values, names, fields, signatures, paths, encodings, questions]

    /// The same seed and number give the same changes to the same chain.
    static func chain(_ number: Int, seed: UInt64, from good: GoodChains) -> ChainCase {
        var random = SeededRandom(seed: seed &+ UInt64(number) &* 0xD134_2543_DE82_EF95)
        var chain = good.next(using: &random)
        // One change for most: what a verifier says of two at once is less telling.
        let count = random.chance(3) ? Int.random(in: 2...3, using: &random) : 1
        var titles: [String] = []
        for _ in 0..<count {
            let mutation = kinds.randomElement(using: &random)!.randomElement(using: &random)!
            mutation(&chain, good, using: &random)
            titles.append(mutation.title)
        }
        return chain.chainCase("\(number): \(titles.joined(separator: "; "))")
    }
}

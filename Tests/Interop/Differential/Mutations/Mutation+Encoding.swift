import SymbolonTestSupport

extension Mutation {
    /// The DER itself, whatever it means: within the signed part, so that the signature holds, or after signing.
    static let encodings: [Mutation] = [
        bend("element dropped") { tree, random in
            guard !tree.children.isEmpty else { return }
            tree.children.remove(at: Int.random(in: 0..<tree.children.count, using: &random))
        },
        bend("element twice") { tree, random in
            guard let one = tree.children.indices.randomElement(using: &random) else { return }
            tree.children.insert(tree.children[one], at: one)
        },
        bend("elements exchanged") { tree, random in
            guard tree.children.count > 1 else { return }
            tree.children.swapAt(0, Int.random(in: 1..<tree.children.count, using: &random))
        },
        bend("tag altered") { tree, random in
            tree.tag ^= 1 << UInt8.random(in: 0...7, using: &random)
        },
        bend("octets altered") { tree, random in tree.alter(&random) },
        bend("octets altered once more") { tree, random in tree.alter(&random) },
        bend("length longer than need be") { tree, _ in tree.length = .padded },
        bend("length indefinite") { tree, _ in tree.length = .indefinite },
        bend("element added") { tree, random in
            let members: [DERTree] = [
                DERTree(0x05, [UInt8]()), .integer(1), .boolean(0xFF), .context(0, [1]), DERTree(0x30, [DERTree]()),
                .text(0x0C, "x"),
            ]
            guard case .children = tree.content else { return }
            tree.children.append(members.randomElement(using: &random)!)
        },
        bend("element emptied") { tree, _ in tree.content = .octets([]) },
        Mutation(each: "bytes altered after signing") { certificate, random in
            let seed = random.next()
            certificate.spoilsBytes = { bytes in
                var random = SeededRandom(seed: seed)
                return bytes.altered(&random)
            }
        },
        Mutation(each: "bytes behind the certificate") { certificate, _ in certificate.spoilsBytes = { $0 + [0] } },
        Mutation(each: "certificate cut short") { certificate, random in
            let count = Int.random(in: 1...64, using: &random)
            certificate.spoilsBytes = { $0.dropLast(count) }
        },
        Mutation(each: "certificate's length longer than need be") { certificate, _ in
            certificate.spoilsBytes = { bytes in
                guard var tree = DERTree(bytes) else { return bytes }
                tree.length = .padded
                return tree.encoding
            }
        },
    ]

    /// A change to one element of the signed part, which is then signed.
    private static func bend(
        _ title: String, _ change: @escaping @Sendable (inout DERTree, inout SeededRandom) -> Void
    ) -> Mutation {
        Mutation(each: title) { certificate, random in
            let seed = random.next()
            certificate.bends.append { tbs in
                var random = SeededRandom(seed: seed)
                tbs.change(at: Int.random(in: 0..<tbs.count, using: &random)) { change(&$0, &random) }
            }
        }
    }
}

extension DERTree {
    /// Changes the octets of an element that has no members.
    mutating func alter(_ random: inout SeededRandom) {
        guard case .octets(let octets) = content else { return }
        content = .octets(octets.altered(&random))
    }
}

extension [UInt8] {
    /// With a bit turned, an octet replaced, dropped or added.
    func altered(_ random: inout SeededRandom) -> [UInt8] {
        var octets = self
        let octet = UInt8.random(in: .min ... .max, using: &random)
        guard let place = indices.randomElement(using: &random) else { return [octet] }
        switch Int.random(in: 0...4, using: &random) {
        case 0, 1: octets[place] ^= 1 << (octet & 7)
        case 2: octets[place] = octet
        case 3: octets.remove(at: place)
        default: octets.insert(octet, at: place)
        }
        return octets
    }
}

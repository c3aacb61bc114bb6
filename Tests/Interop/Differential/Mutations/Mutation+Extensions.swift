import SymbolonTestSupport

extension Mutation {
    /// Extensions as such: there, twice, moved, marked.
    static let extensions: [Mutation] = [
        Mutation(each: "criticality turned") { certificate, random in
            certificate.changeExtension(&random) { one in
                if one.children.count == 3 {
                    one.children.remove(at: 1)
                } else {
                    one.children.insert(.boolean(0xFF), at: 1)
                }
            }
        },
        Mutation(each: "critical written as FALSE") { certificate, random in
            certificate.changeExtension(&random) { one in
                if one.children.count == 2 { one.children.insert(.boolean(0), at: 1) }
            }
        },
        Mutation(each: "TRUE written as 1") { certificate, random in
            certificate.changeExtension(&random) { one in
                if one.children.count == 3 { one.children[1] = .boolean(1) }
            }
        },
        Mutation(each: "extension dropped") { certificate, random in
            guard let index = certificate.extensions.indices.randomElement(using: &random) else { return }
            certificate.extensions.remove(at: index)
        },
        Mutation(each: "no extensions") { certificate, _ in certificate.extensions = [] },
        Mutation(each: "extension twice") { certificate, random in
            guard let one = certificate.extensions.randomElement(using: &random) else { return }
            certificate.extensions.append(one)
        },
        Mutation(each: "extensions in another order") { certificate, random in
            certificate.extensions.shuffle(using: &random)
        },
        Mutation("extension of another certificate") { chain, _, random in
            let from = chain.certificates.indices.randomElement(using: &random)!
            let to = chain.certificates.indices.randomElement(using: &random)!
            guard let one = chain.certificates[from].extensions.randomElement(using: &random) else { return }
            chain.certificates[to].extensions.removeAll { $0.children.first?.octets == one.children.first?.octets }
            chain.certificates[to].extensions.append(one)
        },
        Mutation(each: "extension under another identifier") { certificate, random in
            let other = MutableCertificate.Known.allCases.randomElement(using: &random)!
            certificate.changeExtension(&random) { one in one.children[0] = .identifier(other.identifier) }
        },
        Mutation(each: "unknown extension") { certificate, random in
            certificate.extensions.append(
                MutableCertificate.extension(
                    [0x2B, 0x06, 0x01, 0x04, 0x01, 0x83, 0xB2, 0x03, 0x01], isCritical: Bool.random(using: &random),
                    DERTree(0x05, [UInt8]())))
        },
        Mutation(each: "extension value empty") { certificate, random in
            certificate.changeExtension(&random) { one in
                one.children[one.children.count - 1] = DERTree(0x04, [UInt8]())
            }
        },
        Mutation(each: "extension value longer") { certificate, random in
            certificate.changeExtension(&random) { one in
                let last = one.children.count - 1
                one.children[last] = DERTree(0x04, one.children[last].octets + [0x05, 0x00])
            }
        },
    ]

    /// The values that RFC 5280 §4.2 gives a meaning.
    static let values: [Mutation] = [
        Mutation(each: "basicConstraints") { certificate, random in
            var members: [DERTree] = []
            if Bool.random(using: &random) { members.append(.boolean(random.chance(8) ? 0 : 0xFF)) }
            if Bool.random(using: &random) {
                members.append(.integer([0, 0, 1, 2, 5, 0x7F, 0x80, 0xFF].randomElement(using: &random)!))
            }
            certificate.set(.basicConstraints, isCritical: !random.chance(3), DERTree(0x30, members))
        },
        Mutation(each: "keyUsage") { certificate, random in
            let octet = UInt8.random(in: .min ... .max, using: &random)
            let unused = random.chance(8) ? UInt8.random(in: 0...9, using: &random) : UInt8(octet.trailingZeroBitCount)
            let bits: [UInt8] = octet == 0 ? [0] : [unused, octet]
            certificate.set(.keyUsage, isCritical: !random.chance(4), DERTree(0x03, bits))
        },
        Mutation(each: "keyUsage of one bit") { certificate, random in
            let bit = UInt8.random(in: 0...7, using: &random)
            certificate.set(.keyUsage, isCritical: true, DERTree(0x03, [bit, 1 << bit]))
        },
        Mutation(each: "extendedKeyUsage") { certificate, random in
            let purposes: [[UInt8]] =
                [1, 2, 3, 4, 8, 9].map { [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, $0] }
                + [[0x55, 0x1D, 0x25, 0x00], [0x2A, 0x03]]
            let count = random.chance(10) ? 0 : Int.random(in: 1...3, using: &random)
            let chosen = purposes.shuffled(using: &random).prefix(count).map { DERTree.identifier($0) }
            certificate.set(.extendedKeyUsage, isCritical: random.chance(3), DERTree(0x30, chosen))
        },
        Mutation(each: "subjectKeyIdentifier") { certificate, random in
            let octets = random.chance(4) ? [] : [UInt8](repeating: 0x5A, count: Int.random(in: 1...24, using: &random))
            certificate.set(.subjectKeyIdentifier, isCritical: random.chance(6), DERTree(0x04, octets))
        },
        Mutation(each: "authorityKeyIdentifier") { certificate, random in
            let issuer = DERTree(0xA1, [DERTree(0xA4, [certificate[.issuer]])])
            let serial = DERTree.context(2, [UInt8.random(in: 1...9, using: &random)])
            let identifier = DERTree.context(0, [UInt8](repeating: 0x5A, count: 20))
            let forms = [[], [identifier], [issuer, serial], [identifier, issuer, serial], [issuer], [serial]]
            certificate.set(
                .authorityKeyIdentifier, isCritical: random.chance(8),
                DERTree(0x30, forms.randomElement(using: &random)!))
        },
        Mutation(each: "certificatePolicies") { certificate, random in
            let any = DERTree.sequence(.identifier([0x55, 0x1D, 0x20, 0x00]))
            let one = DERTree.sequence(.identifier([0x67, 0x81, 0x0C, 0x01, 0x02, 0x01]))
            let forms = [[one], [any], [one, any], [one, one], []]
            certificate.set(
                .policies, isCritical: random.chance(3), DERTree(0x30, forms.randomElement(using: &random)!))
        },
        Mutation(each: "policyConstraints") { certificate, random in
            let skip = UInt8.random(in: 0...2, using: &random)
            let forms: [[DERTree]] = [
                [.context(0, [skip])], [.context(1, [skip])], [.context(0, [skip]), .context(1, [skip])], [],
            ]
            certificate.set(
                .policyConstraints, isCritical: !random.chance(4), DERTree(0x30, forms.randomElement(using: &random)!))
        },
        Mutation(each: "policyMappings") { certificate, random in
            let any: [UInt8] = [0x55, 0x1D, 0x20, 0x00]
            let one: [UInt8] = [0x67, 0x81, 0x0C, 0x01, 0x02, 0x01]
            let pair = random.chance(3) ? (any, one) : (one, [0x2A, 0x03])
            certificate.set(
                .policyMappings, isCritical: !random.chance(4),
                .sequence(.sequence(.identifier(pair.0), .identifier(pair.1))))
        },
        Mutation(each: "inhibitAnyPolicy") { certificate, random in
            certificate.set(
                .inhibitAnyPolicy, isCritical: !random.chance(4), .integer(UInt8.random(in: 0...2, using: &random)))
        },
    ]
}

extension MutableCertificate {
    fileprivate mutating func changeExtension(_ random: inout SeededRandom, _ change: (inout DERTree) -> Void) {
        guard let index = extensions.indices.randomElement(using: &random) else { return }
        change(&extensions[index])
    }
}

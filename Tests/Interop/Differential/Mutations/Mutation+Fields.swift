import SymbolonTestSupport

extension Mutation {
    /// The fields of RFC 5280 §4.1 beside names and extensions.
    static let fields: [Mutation] = [
        Mutation(each: "version") { certificate, random in
            certificate[.version] = .context(0, .integer(UInt8.random(in: 0...4, using: &random)))
        },
        Mutation(each: "version 1, and no extensions") { certificate, _ in
            certificate[.version] = .context(0, .integer(0))
            certificate.extensions = []
        },
        Mutation(each: "serial number") { certificate, random in
            let forms: [[UInt8]] = [
                [0], [0x80], [0xFF], [0, 1], [0, 0x80], [0xFF, 0x80], [], [UInt8](repeating: 1, count: 20),
                [UInt8](repeating: 1, count: 21), [0] + [UInt8](repeating: 0xFF, count: 20), [0x7F],
                [UInt8](repeating: 0xFF, count: 20),
            ]
            certificate[.serialNumber] = DERTree(0x02, forms.randomElement(using: &random)!)
        },
        Mutation(each: "validity moved") { certificate, random in
            let year = { (random: inout SeededRandom) in
                [2020, 2025, 2026, 2027, 2030, 2049, 2050].randomElement(using: &random)!
            }
            certificate[.validity] = .sequence(time(year(&random), &random), time(year(&random), &random))
        },
        Mutation(each: "one time moved") { certificate, random in
            let place = Int.random(in: 0...1, using: &random)
            let day = ["260601115959Z", "260601120000Z", "260601120001Z", "260531120000Z", "260602120000Z"]
            certificate[.validity].children[place] = .text(0x17, day.randomElement(using: &random)!)
        },
        Mutation(each: "time form") { certificate, random in
            let forms: [DERTree] =
                [
                    "2606301200Z", "260630120000+0000", "260630120000", "260630120060Z", "269930120000Z",
                    "2606301200 0Z",
                    "260630240000Z", "260631120000Z", "",
                ].map { .text(0x17, $0) }
                + [
                    "20260630120000Z", "20260630120000.5Z", "20500630120000Z", "20260630120000+0000", "99991231235959Z",
                    "202606301200Z", "20260630120000",
                ].map { .text(0x18, $0) }
            certificate[.validity].children[1] = forms.randomElement(using: &random)!
        },
        Mutation("public key of another") { chain, good, random in
            let index = chain.certificates.indices.randomElement(using: &random)!
            let other = chain.certificates.randomElement(using: &random)!.key
            chain.certificates[index][.publicKey] = random.chance(2) ? good.stranger.publicKey : other.publicKey
        },
        Mutation(each: "public key altered") { certificate, random in
            let index = Int.random(in: 0..<certificate[.publicKey].count, using: &random)
            certificate[.publicKey].change(at: index) { $0.alter(&random) }
        },
        Mutation(each: "public key with other parameters") { certificate, random in
            let forms: [[DERTree]] = [
                [], [DERTree(0x05, [UInt8]())], [.identifier([0x2B, 0x81, 0x04, 0x00, 0x0A])],
                [.identifier([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07])],
                [.identifier([0x2B, 0x81, 0x04, 0x00, 0x22])],
            ]
            let algorithm = certificate[.publicKey].children[0].children[0]
            certificate[.publicKey].children[0] = DERTree(0x30, [algorithm] + forms.randomElement(using: &random)!)
        },
        Mutation(each: "unique identifiers") { certificate, random in
            let number = UInt8.random(in: 1...2, using: &random)
            certificate.bends.append { tbs in
                guard !tbs.children.isEmpty else { return }
                tbs.children.insert(.context(number, [0, 1, 2]), at: tbs.children.count - 1)
            }
        },
    ]

    /// Who signed, with what, and how that is said.
    static let signatures: [Mutation] = [
        Mutation("signed by a stranger") { chain, good, random in
            let index = chain.certificates.indices.randomElement(using: &random)!
            chain.certificates[index].signer = good.stranger
            if Bool.random(using: &random) { chain.certificates[index][.algorithm] = good.stranger.algorithm }
        },
        Mutation("signed by another of the chain") { chain, _, random in
            let index = chain.certificates.indices.randomElement(using: &random)!
            let signer = chain.certificates.randomElement(using: &random)!
            chain.certificates[index].signer = signer.key
            chain.certificates[index][.algorithm] = signer.key.algorithm
            if Bool.random(using: &random) { chain.certificates[index][.issuer] = signer[.subject] }
        },
        Mutation(each: "algorithm inside") { certificate, random in
            certificate.outerAlgorithm = certificate[.algorithm]
            certificate[.algorithm] = algorithms.randomElement(using: &random)!
        },
        Mutation(each: "algorithm outside") { certificate, random in
            certificate.outerAlgorithm = algorithms.randomElement(using: &random)!
        },
        Mutation(each: "algorithm on both sides") { certificate, random in
            certificate[.algorithm] = algorithms.randomElement(using: &random)!
        },
        Mutation(each: "algorithm's parameters") { certificate, random in
            let identifier = certificate[.algorithm].children[0]
            let forms: [[DERTree]] = [
                [], [DERTree(0x05, [UInt8]())], [DERTree(0x05, [0])], [DERTree(0x30, [DERTree]())],
            ]
            certificate[.algorithm] = DERTree(0x30, [identifier] + forms.randomElement(using: &random)!)
        },
        Mutation(each: "signature altered") { certificate, random in
            let seed = random.next()
            certificate.spoilsSignature = { signature in
                var random = SeededRandom(seed: seed)
                return signature.altered(&random)
            }
        },
        Mutation(each: "signature in another form") { certificate, random in
            let form = Int.random(in: 0...4, using: &random)
            certificate.spoilsSignature = { signature in
                switch form {
                case 0: []
                case 1: signature + [0]
                case 2: [UInt8](repeating: 0, count: signature.count)
                case 3: [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00]
                default: DERTree(signature).map { $0.withPaddedIntegers.encoding } ?? signature
                }
            }
        },
    ]

    private static let algorithms: [DERTree] = [
        [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02], [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03],
        [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x04], [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01],
        [0x2B, 0x65, 0x70],
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B], [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x05],
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x04], [0x2A, 0x03],
    ].map { DERTree.sequence(.identifier($0)) }

    private static func time(_ year: Int, _ random: inout SeededRandom) -> DERTree {
        // One in ten in the form that RFC 5280 §4.1.2.5 does not allow for the year.
        let isLong = (year >= 2050) != random.chance(10)
        return isLong ? .text(0x18, "\(year)0615000000Z") : .text(0x17, "\(String(year).suffix(2))0615000000Z")
    }
}

extension DERTree {
    /// Each INTEGER with a zero octet in front, as BER allows.
    fileprivate var withPaddedIntegers: DERTree {
        tag == 0x02 ? DERTree(0x02, [0] + octets) : DERTree(tag, children.map(\.withPaddedIntegers))
    }
}

import SymbolonKeys
import Testing

@Suite("RFC 5480, RFC 8410: one thing wrong with a public key, one refusal")
struct PublicKeyTests {
    static let good = SigningKey.make(.p256).publicKey.subjectPublicKeyInfo
    static let point = [UInt8](good.suffix(65))

    @Test("keys of each algorithm read back as themselves", arguments: KeyAlgorithm.allCases)
    func roundTrip(_ algorithm: KeyAlgorithm) throws {
        let made = SigningKey.make(algorithm).publicKey
        let read = try PublicKey(subjectPublicKeyInfo: made.subjectPublicKeyInfo)
        #expect(read == made)
        #expect(read.kind == made.kind)
        #expect(read.keyIdentifier == made.keyIdentifier)
        #expect(read.hashValue == made.hashValue)
        #expect(SigningKey.make(algorithm).publicKey != made)
    }

    @Test("RFC 8410 §10.1: the example key has this identifier and fingerprint")
    func identifiers() throws {
        let key = try PublicKey(
            subjectPublicKeyInfo: hex(
                "302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"))
        #expect(key.kind == .ed25519)
        // Computed with sha256sum over the 32 octets of the key, and over the whole encoding.
        #expect(key.keyIdentifier == hex("e744c0791320c3285460eddb523f14c88d857ada"))
        #expect(key.fingerprint.description == "a1e9156054e04fac899ae9f275132cdc07a5dbc4ea2c2ad3a1ffc6e0d253681f")
        #expect(
            "\(key)" == "Ed25519 key \("a1e9156054e04fac899ae9f275132cdc07a5dbc4ea2c2ad3a1ffc6e0d253681f".prefix(16))")
    }

    @Test("X13: explicit curve parameters are refused by name")
    func explicitParameters() {
        // ECParameters of P-256 with a generator of the attacker's choice; RFC 3279 §2.3.5.
        let field = DER.sequence(hex("06072a8648ce3d0101"), DER.positive([UInt8](repeating: 0xFF, count: 32)))
        let curve = DER.sequence(
            DER.octets([UInt8](repeating: 1, count: 32)), DER.octets([UInt8](repeating: 2, count: 32)))
        let parameters = DER.sequence(
            DER.integer([1]), field, curve, DER.octets(Self.point), DER.positive([UInt8](repeating: 0xFE, count: 32)))
        #expect(throws: KeyFailure.explicitCurveParameters) {
            try PublicKey(subjectPublicKeyInfo: DER.ellipticCurve(parameters, Self.point))
        }
        #expect(throws: Never.self) { try PublicKey(subjectPublicKeyInfo: DER.ellipticCurve(DER.p256, Self.point)) }
    }

    @Test("a curve that is not named, or not believed, is refused")
    func curves() {
        refuses(DER.ellipticCurve(DER.null, Self.point), .curveNotNamed)
        refuses(DER.ellipticCurve([], Self.point), .curveNotNamed)
        refuses(DER.ellipticCurve(DER.octets([1]), Self.point), .curveNotNamed)
        refuses(DER.ellipticCurve(DER.secp256k1, Self.point), .unsupportedCurve(oid: "1.3.132.0.10"))
    }

    @Test("C05: a point off its curve is refused")
    func offCurve() {
        var point = Self.point
        point[64] ^= 1
        refuses(DER.ellipticCurve(DER.p256, point), .pointNotOnCurve(curve: "ECDSA P-256"))
        refuses(
            DER.ellipticCurve(DER.p256, [4] + [UInt8](repeating: 0, count: 64)), .pointNotOnCurve(curve: "ECDSA P-256"))
        refuses(
            DER.ellipticCurve(DER.p256, [4] + [UInt8](repeating: 0xFF, count: 64)),
            .pointNotOnCurve(curve: "ECDSA P-256"))
        refuses(
            DER.ellipticCurve(DER.p384, [4] + [UInt8](repeating: 9, count: 96)), .pointNotOnCurve(curve: "ECDSA P-384"))
        refuses(
            DER.ellipticCurve(DER.p521, [4] + [UInt8](repeating: 0, count: 132)), .pointNotOnCurve(curve: "ECDSA P-521")
        )
    }

    @Test("only the uncompressed form of a point is read")
    func pointForms() {
        let compressed = [2 + (Self.point[64] & 1)] + Self.point[1...32]
        refuses(
            DER.ellipticCurve(DER.p256, compressed), .pointNotUncompressed(curve: "ECDSA P-256", form: compressed[0]))
        let hybrid = [6 + (Self.point[64] & 1)] + Self.point[1...]
        refuses(DER.ellipticCurve(DER.p256, hybrid), .pointNotUncompressed(curve: "ECDSA P-256", form: hybrid[0]))
        // The point at infinity.
        refuses(DER.ellipticCurve(DER.p256, [0]), .pointNotUncompressed(curve: "ECDSA P-256", form: 0))
        refuses(DER.ellipticCurve(DER.p256, []), .keyLength(algorithm: "ECDSA P-256", octets: 0, expected: 65))
        refuses(
            DER.ellipticCurve(DER.p256, Self.point + [0]),
            .keyLength(algorithm: "ECDSA P-256", octets: 66, expected: 65))
        refuses(DER.ellipticCurve(DER.p384, Self.point), .keyLength(algorithm: "ECDSA P-384", octets: 65, expected: 97))
    }

    @Test("Ed25519 takes no parameters and 32 octets")
    func edwardsShape() {
        let key = [UInt8](SigningKey.make(.ed25519).publicKey.subjectPublicKeyInfo.suffix(32))
        #expect(throws: Never.self) {
            try PublicKey(subjectPublicKeyInfo: DER.sequence(DER.sequence(DER.ed25519), DER.bits(key)))
        }
        refuses(
            DER.sequence(DER.sequence(DER.ed25519, DER.null), DER.bits(key)),
            .unexpectedParameters(algorithm: "1.3.101.112"))
        refuses(
            DER.sequence(DER.sequence(DER.ed25519), DER.bits(key + [0])),
            .keyLength(algorithm: "Ed25519", octets: 33, expected: 32))
    }

    @Test(
        "C05: an Ed25519 key of small order is refused, with either sign",
        arguments: [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        ])
    func smallOrder(_ text: String) {
        var key = hex(text)
        refuses(DER.sequence(DER.sequence(DER.ed25519), DER.bits(key)), .pointOfSmallOrder)
        key[31] |= 0x80
        refuses(DER.sequence(DER.sequence(DER.ed25519), DER.bits(key)), .pointOfSmallOrder)
    }

    @Test("an Ed25519 key whose y is not reduced is refused; the largest reduced one of full order is not")
    func canonical() {
        let above = [UInt8](repeating: 0xFF, count: 30) + [0x7F]
        for low: UInt8 in 0xED...0xFF {
            refuses(DER.sequence(DER.sequence(DER.ed25519), DER.bits([low] + above)), .pointNotCanonical)
        }
        #expect(throws: Never.self) {
            try PublicKey(subjectPublicKeyInfo: DER.sequence(DER.sequence(DER.ed25519), DER.bits([0xEB] + above)))
        }
    }

    @Test(
        "algorithms that sign nothing here are refused by their object identifier",
        arguments: [
            ("06032b656e", "1.3.101.110"), ("06032b6571", "1.3.101.113"), ("06072a8648ce380401", "1.2.840.10040.4.1"),
            ("06092a864886f70d010107", "1.2.840.113549.1.1.7"),
        ])
    func unsupported(_ identifier: String, _ oid: String) {
        refuses(
            DER.sequence(DER.sequence(hex(identifier)), DER.bits([UInt8](repeating: 5, count: 32))),
            .unsupportedKeyAlgorithm(oid: oid))
    }

    @Test("DER that is not exactly a SubjectPublicKeyInfo is refused, never trapped on")
    func malformed() {
        let structure = "SubjectPublicKeyInfo"
        refuses(Self.good + [0], .malformed(structure: structure, field: "encoding"))
        refuses([0x30, 0x81, 0x59] + Self.good.dropFirst(2), .malformed(structure: structure, field: "encoding"))
        refuses([0x30, 0x80] + Self.good.dropFirst(2) + [0, 0], .malformed(structure: structure, field: "encoding"))
        let algorithm = DER.sequence(DER.ecPublicKey, DER.p256)
        refuses(DER.sequence(algorithm, DER.bits(Self.point), DER.null), .malformed(structure: structure, field: "end"))
        refuses(DER.sequence(algorithm), .malformed(structure: structure, field: "subjectPublicKey"))
        refuses(
            DER.sequence(algorithm, DER.octets(Self.point)), .malformed(structure: structure, field: "subjectPublicKey")
        )
        refuses(
            DER.sequence(algorithm, DER.element(0x03, [1] + Self.point.dropLast() + [0xFE])),
            .malformed(structure: structure, field: "subjectPublicKey"))
        refuses(
            DER.sequence(DER.sequence(DER.ecPublicKey, DER.p256, DER.null), DER.bits(Self.point)),
            .malformed(structure: "SubjectPublicKeyInfo algorithm", field: "end"))
        refuses(DER.octets([1]), .malformed(structure: structure, field: "SEQUENCE"))
        for length in 0..<Self.good.count {
            refuses([UInt8](Self.good.prefix(length)), .malformed(structure: structure, field: "encoding"))
        }
    }

    @Test("no octet of a key can be changed without a refusal or another key")
    func everyOctet() {
        for position in Self.good.indices {
            for flip: UInt8 in [0x01, 0x80, 0xFF] {
                var spoiled = Self.good
                spoiled[position] ^= flip
                let key = try? PublicKey(subjectPublicKeyInfo: spoiled)
                #expect(key == nil, "octet \(position) flipped by \(flip)")
            }
        }
    }

    @Test("an encoding too long for any key is refused unread")
    func tooLong() {
        refuses(
            [UInt8](repeating: 0x30, count: 8193),
            .tooLarge(structure: "SubjectPublicKeyInfo", octets: 8193, limit: 8192))
    }

    @Test("every refusal explains itself in one line")
    func explanations() {
        let failures: [KeyFailure] = [
            .explicitCurveParameters, .modulusSize(bits: 1024, allowed: 2048...8192), .wrongPassphrase,
            .refusedSignatureAlgorithm(name: "sha1WithRSAEncryption"), .unsupportedCurve(oid: "1.3.132.0.10"),
        ]
        for failure in failures {
            #expect(!failure.explanation.isEmpty && !failure.explanation.contains("\n"))
        }
        #expect(
            KeyFailure.modulusSize(bits: 1024, allowed: 2048...8192).explanation
                == "RSA modulus of 1024 bits; 2048 to 8192 are allowed")
    }

    @Test("a fingerprint is made from 32 octets and from no other number")
    func fingerprints() throws {
        let fingerprint = SigningKey.make(.p256).publicKey.fingerprint
        #expect(try KeyFingerprint(fingerprint.bytes) == fingerprint)
        #expect(throws: KeyFailure.fingerprintLength(octets: 31)) { try KeyFingerprint(fingerprint.bytes.dropLast()) }
        #expect(
            try KeyFingerprint(0..<32).description
                == (0..<32).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined())
    }

    @Test("a fingerprint stands at multiples of 16 octets or fewer: no frame has room for more")
    func alignment() {
        #expect(MemoryLayout<KeyFingerprint>.alignment <= 16)
        #expect(MemoryLayout<KeyFingerprint>.size == 32)
    }

    private func refuses(
        _ encoding: [UInt8], _ failure: KeyFailure, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: failure, sourceLocation: sourceLocation) { try PublicKey(subjectPublicKeyInfo: encoding) }
    }
}

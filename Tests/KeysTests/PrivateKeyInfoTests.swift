import SymbolonKeys
import SymbolonWire
import Testing

@Suite("RFC 5958, RFC 5915, RFC 8410: private keys read strictly")
struct PrivateKeyInfoTests {
    static let scalar = [UInt8](repeating: 0x11, count: 32)
    static let p256 = DER.sequence(DER.ecPublicKey, DER.p256)

    static func info(_ algorithm: [UInt8], _ key: [UInt8], version: UInt8 = 0, _ rest: [UInt8] = []) -> [UInt8] {
        DER.sequence(DER.integer([version]), algorithm, DER.octets(key), rest)
    }

    static func ec(_ scalar: [UInt8], version: UInt8 = 1, _ rest: [UInt8] = []) -> [UInt8] {
        DER.sequence(DER.integer([version]), DER.octets(scalar), rest)
    }

    static func point(of key: SigningKey) -> [UInt8] {
        [UInt8](key.publicKey.subjectPublicKeyInfo.suffix(key.algorithm == .p384 ? 97 : 65))
    }

    func open(_ der: [UInt8]) throws(KeyFailure) -> SigningKey { try SigningKey(pkcs8: SecretBytes(copying: der)) }

    @Test("a key reads back as itself", arguments: KeyAlgorithm.allCases)
    func roundTrip(_ algorithm: KeyAlgorithm) throws {
        let key = SigningKey.make(algorithm)
        let again = try SigningKey(pkcs8: key.pkcs8())
        #expect(again.publicKey == key.publicKey)
        // Twice: writing the key out must not spoil it, nor what was written.
        let written = key.pkcs8()
        #expect(again.pkcs8() == written)
        #expect(key.pkcs8() == written)
        #expect(key.publicKey.isValid(try key.sign([1]), over: [1], by: key.signatureAlgorithm))
        #expect(key.publicKey.isValid(try again.sign([1]), over: [1], by: key.signatureAlgorithm))
    }

    @Test("RFC 8410 §10.3: both forms of the example key are read")
    func examples() throws {
        let short = hex(
            "302e020100300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842")
        let long = hex(
            "3072020101300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"
                + "a01f301d060a2a864886f70d01090914310f0c0d437572646c6520436861697273"
                + "81210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1")
        #expect(try open(short).publicKey == open(long).publicKey)
        #expect(
            try open(short).publicKey.subjectPublicKeyInfo.suffix(32)
                == hex("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1")[...])
        var spoiled = long
        spoiled[spoiled.count - 1] ^= 1
        #expect(throws: KeyFailure.publicKeyMismatch) { try open(spoiled) }
    }

    @Test("an elliptic curve key needs neither its parameters again nor its public key, but those it has must be right")
    func optionalParts() throws {
        let key = try open(Self.info(Self.p256, Self.ec(Self.scalar)))
        let parameters = DER.element(0xA0, DER.p256)
        let publicKey = DER.element(0xA1, DER.bits(Self.point(of: key)))
        #expect(try open(Self.info(Self.p256, Self.ec(Self.scalar, parameters + publicKey))).publicKey == key.publicKey)

        let stranger = DER.element(0xA1, DER.bits(Self.point(of: .make(.p256))))
        refuses(Self.info(Self.p256, Self.ec(Self.scalar, stranger)), .publicKeyMismatch)
        refuses(
            Self.info(Self.p256, Self.ec(Self.scalar, DER.element(0xA0, DER.p384))),
            .unexpectedParameters(algorithm: "ECDSA P-256"))
        refuses(
            Self.info(Self.p256, Self.ec(Self.scalar, DER.element(0xA1, DER.octets([4])))),
            .malformed(structure: "ECPrivateKey", field: "publicKey"))
        refuses(
            Self.info(Self.p256, Self.ec(Self.scalar, DER.element(0xA0, DER.p256, DER.p256))),
            .malformed(structure: "ECPrivateKey", field: "parameters"))
    }

    @Test("X13: explicit curve parameters are refused by name, outside and inside")
    func explicitParameters() {
        let explicit = DER.sequence(DER.integer([1]))
        refuses(Self.info(DER.sequence(DER.ecPublicKey, explicit), Self.ec(Self.scalar)), .explicitCurveParameters)
        refuses(Self.info(Self.p256, Self.ec(Self.scalar, DER.element(0xA0, explicit))), .explicitCurveParameters)
    }

    @Test("a scalar that is zero, the group order, above it or of another length is refused")
    func range() {
        let order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
        let outOfRange = KeyFailure.privateKeyOutOfRange(algorithm: "ECDSA P-256")
        refuses(Self.info(Self.p256, Self.ec([UInt8](repeating: 0, count: 32))), outOfRange)
        refuses(Self.info(Self.p256, Self.ec(order)), outOfRange)
        refuses(Self.info(Self.p256, Self.ec([UInt8](repeating: 0xFF, count: 32))), outOfRange)
        #expect(throws: Never.self) { try open(Self.info(Self.p256, Self.ec(order.dropLast() + [0x50]))) }
        for octets in [0, 31, 33, 48] {
            refuses(
                Self.info(Self.p256, Self.ec([UInt8](repeating: 1, count: octets))),
                .keyLength(algorithm: "ECDSA P-256", octets: octets, expected: 32))
        }
    }

    @Test("Ed25519 is 32 octets in an OCTET STRING, without parameters")
    func edwards() {
        let algorithm = DER.sequence(DER.ed25519)
        #expect(throws: Never.self) { try open(Self.info(algorithm, DER.octets(Self.scalar))) }
        refuses(
            Self.info(algorithm, DER.octets(Self.scalar + [1])),
            .keyLength(algorithm: "Ed25519", octets: 33, expected: 32))
        refuses(Self.info(algorithm, Self.scalar), .malformed(structure: "CurvePrivateKey", field: "OCTET STRING"))
        refuses(
            Self.info(DER.sequence(DER.ed25519, DER.null), DER.octets(Self.scalar)),
            .unexpectedParameters(algorithm: "1.3.101.112"))
    }

    @Test("keys that are not made here are refused by name")
    func otherKeys() {
        refuses(
            Self.info(DER.sequence(DER.rsaEncryption, DER.null), DER.sequence()),
            .unsupportedPrivateKey(algorithm: "RSA"))
        refuses(
            Self.info(DER.sequence(DER.ecPublicKey, DER.p521), Self.ec([UInt8](repeating: 1, count: 66))),
            .unsupportedPrivateKey(algorithm: "ECDSA P-521"))
        refuses(
            Self.info(DER.sequence(DER.ecPublicKey, DER.secp256k1), Self.ec(Self.scalar)),
            .unsupportedCurve(oid: "1.3.132.0.10"))
        refuses(
            Self.info(DER.sequence(hex("06032b656e")), DER.octets(Self.scalar)),
            .unsupportedKeyAlgorithm(oid: "1.3.101.110"))
    }

    @Test("versions are those of the standards, and fields those of their version")
    func versions() {
        refuses(
            Self.info(Self.p256, Self.ec(Self.scalar), version: 2),
            .unsupportedVersion(structure: "PrivateKeyInfo", version: 2))
        refuses(
            Self.info(Self.p256, Self.ec(Self.scalar, version: 0)),
            .unsupportedVersion(structure: "ECPrivateKey", version: 0))
        let publicKey = DER.element(0x81, [0] + Self.scalar)
        refuses(
            Self.info(DER.sequence(DER.ed25519), DER.octets(Self.scalar), publicKey),
            .malformed(structure: "PrivateKeyInfo", field: "end"))
    }

    @Test("what is cut, longer or not DER is refused, never trapped on")
    func malformed() {
        let good = Self.info(Self.p256, Self.ec(Self.scalar))
        for length in 0..<good.count {
            refuses([UInt8](good.prefix(length)), .malformed(structure: "PrivateKeyInfo", field: "encoding"))
        }
        refuses(good + [0], .malformed(structure: "PrivateKeyInfo", field: "encoding"))
        refuses(
            [UInt8](repeating: 0x30, count: 16_385),
            .tooLarge(structure: "PrivateKeyInfo", octets: 16_385, limit: 16_384))
    }

    private func refuses(
        _ der: [UInt8], _ failure: KeyFailure, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: failure, sourceLocation: sourceLocation) { try open(der) }
    }
}

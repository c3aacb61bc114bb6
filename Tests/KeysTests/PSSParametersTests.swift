import Crypto
import CryptoExtras
import Foundation
import SymbolonKeys
import Testing

/// RSASSA-PSS-params written by hand; nil leaves a field out.
private struct PSS {
    static let identifier = hex("06092a864886f70d01010a")
    static let mgf1 = hex("06092a864886f70d010108")
    static let sha1 = DER.sequence(hex("06052b0e03021a"), DER.null)
    static let sha256 = DER.sequence(hex("0609608648016503040201"), DER.null)
    static let sha256Bare = DER.sequence(hex("0609608648016503040201"))
    static let sha384 = DER.sequence(hex("0609608648016503040202"), DER.null)
    static let sha512 = DER.sequence(hex("0609608648016503040203"), DER.null)
    static let sha512256 = DER.sequence(hex("0609608648016503040206"), DER.null)

    var hash: [UInt8]? = sha256
    var mask: [UInt8]? = DER.sequence(mgf1, sha256)
    var salt: [UInt8]? = DER.integer([32])
    var trailer: [UInt8]?

    var parameters: [UInt8] {
        let fields = [hash, mask, salt, trailer].enumerated().compactMap { number, field in
            field.map { DER.element(0xA0 | UInt8(number), $0) }
        }
        return DER.sequence(fields.flatMap(\.self))
    }

    var algorithm: [UInt8] { DER.sequence(Self.identifier, parameters) }

    static func of(_ change: (inout PSS) -> Void) -> PSS {
        var parameters = PSS()
        change(&parameters)
        return parameters
    }

    static func key(_ parameters: [UInt8], modulus: [UInt8] = hex(Moduli.sound)) -> [UInt8] {
        DER.sequence(
            DER.sequence(identifier, parameters),
            DER.bits(DER.sequence(DER.positive(modulus), DER.positive([1, 0, 1]))))
    }
}

@Suite("RFC 4055 §3.1: RSASSA-PSS by its parameters")
struct PSSParametersTests {
    @Test("a signature states its hash, the same one in MGF1, and a salt as long as the hash")
    func read() throws {
        let good: [(PSS, SignatureAlgorithm)] = [
            (PSS(), .rsaPSSSHA256),
            (
                .of { $0 = PSS(hash: PSS.sha384, mask: DER.sequence(PSS.mgf1, PSS.sha384), salt: DER.integer([48])) },
                .rsaPSSSHA384
            ),
            (
                .of { $0 = PSS(hash: PSS.sha512, mask: DER.sequence(PSS.mgf1, PSS.sha512), salt: DER.integer([64])) },
                .rsaPSSSHA512
            ),
            // RFC 4055 §2.1: the parameters of the hash may be absent.
            (.of { $0.hash = PSS.sha256Bare }, .rsaPSSSHA256),
            (.of { $0.mask = DER.sequence(PSS.mgf1, PSS.sha256Bare) }, .rsaPSSSHA256),
            // RFC 4055 §3.1: "MUST recognize both a present trailerField field with value 1 and an absent trailerField".
            (.of { $0.trailer = DER.integer([1]) }, .rsaPSSSHA256),
        ]
        for (parameters, algorithm) in good {
            #expect(try SignatureAlgorithm(identifier: parameters.algorithm) == algorithm)
        }
        #expect(PSS().algorithm == SignatureAlgorithm.rsaPSSSHA256.identifier)
    }

    @Test("anything else is refused, each for its own reason")
    func refused() {
        let bad: [(PSS, KeyFailure)] = [
            (.of { $0.hash = nil }, .pss(.hash("SHA-1"))),
            (.of { $0.hash = PSS.sha1 }, .pss(.hash("SHA-1"))),
            (.of { $0.hash = PSS.sha512256 }, .pss(.hash("2.16.840.1.101.3.4.2.6"))),
            (.of { $0.mask = nil }, .pss(.maskHash("SHA-1", hash: "SHA-256"))),
            (.of { $0.mask = DER.sequence(PSS.mgf1, PSS.sha384) }, .pss(.maskHash("SHA-384", hash: "SHA-256"))),
            (
                .of { $0.mask = DER.sequence(hex("06092a864886f70d010109"), PSS.sha256) },
                .pss(.maskGeneration(oid: "1.2.840.113549.1.1.9"))
            ),
            (
                .of { $0.mask = DER.sequence(PSS.mgf1) },
                .malformed(structure: "RSASSA-PSS-params", field: "maskGenAlgorithm")
            ),
            (.of { $0.salt = nil }, .pss(.saltLength(octets: 20, expected: 32))),
            (.of { $0.salt = DER.integer([0]) }, .pss(.saltLength(octets: 0, expected: 32))),
            (.of { $0.salt = DER.integer([33]) }, .pss(.saltLength(octets: 33, expected: 32))),
            (.of { $0.salt = DER.integer([0xE0]) }, .malformed(structure: "RSASSA-PSS-params", field: "saltLength")),
            (.of { $0.salt = DER.integer([0, 32]) }, .malformed(structure: "RSASSA-PSS-params", field: "saltLength")),
            (.of { $0.trailer = DER.integer([2]) }, .pss(.trailer(2))),
            (
                .of { $0.trailer = DER.integer([1]) + DER.integer([1]) },
                .malformed(structure: "RSASSA-PSS-params", field: "end")
            ),
            (
                .of { $0.hash = DER.sequence(hex("0609608648016503040201"), DER.integer([1])) },
                .unexpectedParameters(algorithm: "2.16.840.1.101.3.4.2.1")
            ),
        ]
        for (parameters, failure) in bad {
            #expect(throws: failure) { try SignatureAlgorithm(identifier: parameters.algorithm) }
        }
        #expect(throws: KeyFailure.pss(.missing)) {
            try SignatureAlgorithm(identifier: DER.sequence(PSS.identifier))
        }
        // NULL, an empty SEQUENCE (all of SHA-1), fields out of order, and one that does not exist.
        for (parameters, failure) in [
            (DER.null, KeyFailure.malformed(structure: "RSASSA-PSS-params", field: "SEQUENCE")),
            (DER.sequence(), .pss(.hash("SHA-1"))),
            (
                DER.sequence(DER.element(0xA2, DER.integer([32])), DER.element(0xA0, PSS.sha256)),
                .malformed(structure: "RSASSA-PSS-params", field: "end")
            ),
            (
                DER.sequence(DER.element(0xA4, DER.integer([1]))),
                .malformed(structure: "RSASSA-PSS-params", field: "end")
            ),
        ] {
            #expect(throws: failure) {
                try SignatureAlgorithm(identifier: DER.sequence(PSS.identifier, parameters))
            }
        }
    }

    @Test("RFC 4055 §3.3: a key without parameters verifies PSS with every hash, one with them only with its own")
    func binding() throws {
        let secret = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let modulus = try secret.publicKey.getKeyPrimitives().modulus
        let message = [UInt8]("both or nothing".utf8)
        let signature256 = try secret.signature(for: SHA256.hash(data: message), padding: .PSS).rawRepresentation
        let signature384 = try secret.signature(for: SHA384.hash(data: message), padding: .PSS).rawRepresentation
        let open = try PublicKey(subjectPublicKeyInfo: PSS.key([], modulus: [UInt8](modulus)))
        let bound = try PublicKey(
            subjectPublicKeyInfo: PSS.key(PSS.of { $0.salt = nil }.parameters, modulus: [UInt8](modulus)))
        let plain = try PublicKey(subjectPublicKeyInfo: DER.rsa(modulus: [UInt8](modulus)))

        #expect(open.kind == .rsaPSS(bits: 2048))
        #expect(open.isValid(signature256, over: message, by: .rsaPSSSHA256))
        #expect(open.isValid(signature384, over: message, by: .rsaPSSSHA384))
        #expect(bound.isValid(signature256, over: message, by: .rsaPSSSHA256))
        #expect(!bound.isValid(signature384, over: message, by: .rsaPSSSHA384))
        #expect(plain.isValid(signature256, over: message, by: .rsaPSSSHA256))
        #expect(!plain.isValid(signature256, over: message, by: .rsaSHA256))

        let older = try secret.signature(for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5).rawRepresentation
        #expect(plain.isValid(older, over: message, by: .rsaSHA256))
        #expect(!plain.isValid(older, over: message, by: .rsaPSSSHA256))
        for key in [open, bound] { #expect(!key.isValid(older, over: message, by: .rsaSHA256)) }
    }

    @Test("a key whose parameters allow nothing that is believed is refused for it")
    func uselessKeys() {
        let bad: [([UInt8], KeyFailure)] = [
            (DER.sequence(), .pss(.hash("SHA-1"))),
            (PSS.of { $0.salt = DER.integer([33]) }.parameters, .pss(.saltLength(octets: 33, expected: 32))),
            (DER.null, .malformed(structure: "RSASSA-PSS-params", field: "SEQUENCE")),
        ]
        for (parameters, failure) in bad {
            #expect(throws: failure) { try PublicKey(subjectPublicKeyInfo: PSS.key(parameters)) }
        }
        #expect(throws: KeyFailure.modulusEven) {
            try PublicKey(subjectPublicKeyInfo: PSS.key([], modulus: hex(Moduli.sound).dropLast() + [0xFE]))
        }
    }
}

@Suite("RFC 9881: ML-DSA")
struct MLDSATests {
    private static func key(_ algorithm: SignatureAlgorithm, _ bytes: some Collection<UInt8>) -> [UInt8] {
        DER.sequence(algorithm.identifier, DER.bits(Array(bytes)))
    }

    @Test("keys of both parameter sets verify what they signed, and nothing else")
    func verify() throws {
        let message = [UInt8]("both or nothing".utf8)
        let small = try MLDSA65.PrivateKey()
        let large = try MLDSA87.PrivateKey()
        let smallKey = try PublicKey(subjectPublicKeyInfo: Self.key(.mlDSA65, small.publicKey.rawRepresentation))
        let largeKey = try PublicKey(subjectPublicKeyInfo: Self.key(.mlDSA87, large.publicKey.rawRepresentation))
        #expect(smallKey.kind == .mlDSA65)
        #expect(largeKey.kind == .mlDSA87)

        let smallSignature = try small.signature(for: message)
        let largeSignature = try large.signature(for: message)
        #expect(smallKey.isValid(smallSignature, over: message, by: .mlDSA65))
        #expect(largeKey.isValid(largeSignature, over: message, by: .mlDSA87))
        #expect(!smallKey.isValid(smallSignature, over: message + [0], by: .mlDSA65))
        #expect(!smallKey.isValid(smallSignature, over: message, by: .mlDSA87))
        #expect(!smallKey.isValid(largeSignature, over: message, by: .mlDSA65))
        // RFC 9881 §3: the context is empty.
        let inContext = try small.signature(for: message, context: [1])
        #expect(!smallKey.isValid(inContext, over: message, by: .mlDSA65))
    }

    @Test("keys of a wrong length, and identifiers with parameters, are refused")
    func malformed() {
        #expect(throws: KeyFailure.keyLength(algorithm: "ML-DSA-65", octets: 1951, expected: 1952)) {
            try PublicKey(subjectPublicKeyInfo: Self.key(.mlDSA65, [UInt8](repeating: 7, count: 1951)))
        }
        #expect(throws: KeyFailure.keyLength(algorithm: "ML-DSA-87", octets: 1952, expected: 2592)) {
            try PublicKey(subjectPublicKeyInfo: Self.key(.mlDSA87, [UInt8](repeating: 7, count: 1952)))
        }
        let oid = hex("0609608648016503040312")
        let failure = KeyFailure.unexpectedParameters(algorithm: "2.16.840.1.101.3.4.3.18")
        #expect(throws: failure) { try SignatureAlgorithm(identifier: DER.sequence(oid, DER.null)) }
        #expect(throws: failure) {
            try PublicKey(
                subjectPublicKeyInfo: DER.sequence(
                    DER.sequence(oid, DER.null), DER.bits([UInt8](repeating: 7, count: 1952))))
        }
    }

    @Test("ML-DSA-44, which the library does not verify, is refused by its name")
    func smallest() {
        let failure = KeyFailure.unsupportedSignatureAlgorithm(oid: "2.16.840.1.101.3.4.3.17")
        #expect(throws: failure) { try SignatureAlgorithm(identifier: hex("300b0609608648016503040311")) }
        #expect(failure.explanation == "signature algorithm ML-DSA-44 (2.16.840.1.101.3.4.3.17) is not supported")
    }
}

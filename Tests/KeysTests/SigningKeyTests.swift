import Testing

@testable import SymbolonKeys

@Suite("What is signed verifies, and nothing else does")
struct SigningKeyTests {
    static let message = [UInt8]("both or nothing".utf8)

    @Test("a signature holds for its message, key and algorithm alone", arguments: KeyAlgorithm.allCases)
    func signing(_ algorithm: KeyAlgorithm) throws {
        let key = SigningKey.make(algorithm)
        let signature = try key.sign(Self.message)
        #expect(key.algorithm == algorithm)
        #expect(key.publicKey.isValid(signature, over: Self.message, by: key.signatureAlgorithm))
        #expect(!key.publicKey.isValid(signature, over: Self.message + [0], by: key.signatureAlgorithm))
        #expect(
            !SigningKey.make(algorithm).publicKey.isValid(signature, over: Self.message, by: key.signatureAlgorithm))
        for other in SignatureAlgorithm.allCases where other != key.signatureAlgorithm {
            #expect(!key.publicKey.isValid(signature, over: Self.message, by: other))
        }
    }

    @Test("no octet of a signature can be changed, cut or added", arguments: KeyAlgorithm.allCases)
    func spoiledSignatures(_ algorithm: KeyAlgorithm) throws {
        let key = SigningKey.make(algorithm)
        let signature = try key.sign(Self.message)
        let isValid: ([UInt8]) -> Bool = { key.publicKey.isValid($0, over: Self.message, by: key.signatureAlgorithm) }
        for position in signature.indices {
            var spoiled = signature
            spoiled[position] ^= 0x01
            #expect(!isValid(spoiled), "octet \(position)")
            #expect(!isValid([UInt8](signature.prefix(position))), "cut to \(position) octets")
        }
        #expect(!isValid(signature + [0]))
        #expect(!isValid([]))
    }

    @Test("slices of a larger buffer sign and verify as well")
    func slices() throws {
        let key = SigningKey.make(.p256)
        let buffer = [9, 9] + Self.message + [9]
        let signature = [0] + (try key.sign(buffer[2..<(2 + Self.message.count)]))
        #expect(key.publicKey.isValid(signature.dropFirst(), over: Self.message, by: .ecdsaSHA256))
    }

    @Test("the signature algorithm is as strong as the curve")
    func algorithms() {
        #expect(KeyAlgorithm.p256.signatureAlgorithm == .ecdsaSHA256)
        #expect(KeyAlgorithm.p384.signatureAlgorithm == .ecdsaSHA384)
        #expect(KeyAlgorithm.ed25519.signatureAlgorithm == .ed25519)
    }

    @Test("which algorithm fits which kind of key")
    func fitting() throws {
        let rsa = try PublicKey(subjectPublicKeyInfo: DER.rsa(modulus: hex(Moduli.sound)))
        let ecdsa: Set<SignatureAlgorithm> = [.ecdsaSHA256, .ecdsaSHA384, .ecdsaSHA512]
        let ofRSA: Set<SignatureAlgorithm> = [
            .rsaSHA256, .rsaSHA384, .rsaSHA512, .rsaPSSSHA256, .rsaPSSSHA384, .rsaPSSSHA512,
        ]
        for algorithm in SignatureAlgorithm.allCases {
            #expect(SigningKey.make(.p256).publicKey.fits(algorithm) == ecdsa.contains(algorithm))
            #expect(SigningKey.make(.ed25519).publicKey.fits(algorithm) == (algorithm == .ed25519))
            #expect(rsa.fits(algorithm) == ofRSA.contains(algorithm))
            #expect(!rsa.isValid([UInt8](repeating: 1, count: 256), over: Self.message, by: algorithm))
        }
    }

    @Test("RFC 8032 §7.1 test 2: the seed gives this key and signature")
    func edwardsVector() throws {
        let seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
        let key = try SigningKey(pkcs8: SecretBytes(copying: hex("302e020100300506032b657004220420") + seed))
        #expect(
            key.publicKey.subjectPublicKeyInfo.suffix(32)
                == hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")[...])
        let signature = hex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
        #expect(key.publicKey.isValid(signature, over: [0x72], by: .ed25519))
    }

    @Test("no description, mirror or dump shows the private key", arguments: KeyAlgorithm.allCases)
    func descriptions(_ algorithm: KeyAlgorithm) {
        let key = SigningKey.make(algorithm)
        let expected = "\(key.publicKey.kind) signing key \(key.publicKey.fingerprint.description.prefix(16))"
        #expect("\(key)" == expected)
        #expect(String(reflecting: key) == expected)
        #expect(Mirror(reflecting: key).children.map(\.label) == ["publicKey"])
    }
}

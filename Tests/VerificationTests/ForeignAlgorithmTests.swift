import Crypto
import CryptoExtras
import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import SymbolonVerification
import Testing

/// The key of an authority of an algorithm that is only verified here.
private struct ForeignKey: Sendable {
    let subjectPublicKeyInfo: [UInt8]
    let signer: CertificateSpec.ForeignSigner

    static func rsa(_ algorithm: SignatureAlgorithm, bits: _RSA.Signing.KeySize = .bits2048) throws -> ForeignKey {
        let key = try _RSA.Signing.PrivateKey(keySize: bits)
        let signer = CertificateSpec.ForeignSigner(algorithm.identifier) { message in
            switch algorithm {
            case .rsaPSSSHA256:
                [UInt8](try key.signature(for: SHA256.hash(data: message), padding: .PSS).rawRepresentation)
            case .rsaPSSSHA384:
                [UInt8](try key.signature(for: SHA384.hash(data: message), padding: .PSS).rawRepresentation)
            case .rsaPSSSHA512:
                [UInt8](try key.signature(for: SHA512.hash(data: message), padding: .PSS).rawRepresentation)
            default:
                [UInt8](
                    try key.signature(for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5).rawRepresentation)
            }
        }
        return ForeignKey(subjectPublicKeyInfo: [UInt8](key.publicKey.derRepresentation), signer: signer)
    }

    static func mlDSA65() throws -> ForeignKey {
        let key = try MLDSA65.PrivateKey()
        return ForeignKey(
            subjectPublicKeyInfo: information(.mlDSA65, key.publicKey.rawRepresentation),
            signer: CertificateSpec.ForeignSigner(SignatureAlgorithm.mlDSA65.identifier) { message in
                [UInt8](try key.signature(for: message))
            })
    }

    static func mlDSA87() throws -> ForeignKey {
        let key = try MLDSA87.PrivateKey()
        return ForeignKey(
            subjectPublicKeyInfo: information(.mlDSA87, key.publicKey.rawRepresentation),
            signer: CertificateSpec.ForeignSigner(SignatureAlgorithm.mlDSA87.identifier) { message in
                [UInt8](try key.signature(for: message))
            })
    }

    static func p521() throws -> ForeignKey {
        let key = P521.Signing.PrivateKey()
        return ForeignKey(
            subjectPublicKeyInfo: [UInt8](key.publicKey.derRepresentation),
            signer: CertificateSpec.ForeignSigner(SignatureAlgorithm.ecdsaSHA512.identifier) { message in
                [UInt8](try key.signature(for: message).derRepresentation)
            })
    }

    /// RFC 5280 §4.1.2.7 around the octets of the key.
    private static func information(_ algorithm: SignatureAlgorithm, _ key: Data) -> [UInt8] {
        func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
            [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
        }
        return element(0x30, algorithm.identifier + element(0x03, [0] + key))
    }
}

extension TestPKI {
    /// The root has this key, and signs the issuing certificate with it.
    fileprivate mutating func trust(_ key: ForeignKey) {
        root.subjectPublicKeyInfo = key.subjectPublicKeyInfo
        root.foreignSigner = key.signer
        issuing.foreignSigner = key.signer
    }
}

@Suite("Authorities whose algorithms we only verify")
struct ForeignAlgorithms {
    @Test(
        "RSA with PKCS #1 and with PSS, ECDSA on P-521, and ML-DSA verify a path; altered, they do not",
        arguments: [
            { try .rsa(.rsaSHA256) }, { try .rsa(.rsaPSSSHA256) }, { try .rsa(.rsaPSSSHA384, bits: .bits3072) },
            { try .rsa(.rsaPSSSHA512) }, { try .p521() }, { try .mlDSA65() }, { try .mlDSA87() },
        ] as [@Sendable () throws -> ForeignKey])
    private func paths(_ make: @Sendable () throws -> ForeignKey) throws {
        var chain = TestPKI.goodChain()
        chain.trust(try make())
        #expect(try chain.verified().path.certificates.count == 2)
        chain.issuing.breaksSignature = true
        #expect(chain.refusal()?.reason == "signatureInvalid")
    }

    @Test("RSASSA-PSS with SHA-1, or with parameters left out, is refused by name whatever the signature")
    func weakPSS() throws {
        var chain = TestPKI.goodChain()
        chain.trust(try .rsa(.rsaPSSSHA256))
        chain.issuing.foreignSigner?.algorithm = [
            0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A, 0x30, 0x00,
        ]
        #expect(chain.refusal()?.failure == .algorithmNotAllowed(.pss(.hash("SHA-1"))))
        chain.issuing.foreignSigner?.algorithm = [
            0x30, 0x0B, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A,
        ]
        #expect(chain.refusal()?.failure == .algorithmNotAllowed(.pss(.missing)))
    }

    @Test("X16: a key that is too large, even, or of a useless exponent is refused with no signature left to check")
    func noArithmetic() throws {
        let good = try ForeignKey.rsa(.rsaSHA256)
        var chain = TestPKI.goodChain()
        chain.trust(good)
        var budget = WorkBudget()
        // Enough for the leaf; the issuing certificate's is the root's to answer for.
        budget.maximumSignatures = 1
        let twin = verificationRefusal(chain.der, trusting: [chain.trusted], within: budget)
        #expect(twin?.failure == .workExhausted(.signatures, limit: 1))

        // The last octets: those of the modulus, then the exponent 65537 with its header.
        let information = good.subjectPublicKeyInfo
        var (even, useless) = (information, information)
        even[information.count - 6] &= 0xFE
        useless[information.count - 1] = 0
        for (spoiled, failure) in [(even, KeyFailure.modulusEven), (useless, .exponentEven)] {
            chain.root.subjectPublicKeyInfo = spoiled
            let refusal = verificationRefusal(chain.der, trusting: [chain.trusted], within: budget)
            #expect(refusal?.failure == .keyNotAllowed(failure))
            #expect(refusal?.place == .anchor)
        }
    }
}

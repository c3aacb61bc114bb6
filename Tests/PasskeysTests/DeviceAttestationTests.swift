import Crypto
import Foundation
import SymbolonKeys
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import SymbolonCertificates
@testable import SymbolonPasskeys

@Suite(
    "WebAuthn Level 3 §8.3, §8.8: a TPM and an Apple device speak of the key that was registered, or are not believed")
struct DeviceAttestationTests {
    private typealias Device = SoftwareAuthenticator
    private let challenge = PasskeyChallenge()

    private func verified(_ statement: Device.Statement) throws -> AttestationKind {
        try Device.site.verify(
            Device().registered(challenge, statement), answering: challenge, for: Device.user, at: noon
        ).passkey.attestation
    }

    // MARK: TPM

    /// TPM 2.0 structures of a good statement, and what a test spoils of them.
    private struct TPM {
        var version = "2.0"
        var key = Device().key.publicKey
        var symmetric: [UInt8] = [0x00, 0x10]
        var nameAlgorithm: [UInt8] = [0x00, 0x0B]
        var afterPublicArea: [UInt8] = []
        var magic: [UInt8] = [0xFF, 0x54, 0x43, 0x47]
        var type: [UInt8] = [0x80, 0x17]
        var name: [UInt8]?
        var extraData: [UInt8]?
        var afterCertification: [UInt8] = []
        var signer = TestKeys.key("attestation key")
        var certificate: CertificateSpec

        init() {
            certificate = CertificateSpec(
                subject: .empty, serialNumber: [5], validFrom: noon - 1, until: noon + 1_000,
                key: TestKeys.key("attestation key"))
            certificate.basicConstraints = BasicConstraints(isAuthority: false)
            certificate.extendedKeyUsage = ExtendedKeyUsage(KeyPurpose(ObjectIdentifier(2, 23, 133, 8, 3)))
            certificate.names = [.directory(Self.device())]
        }

        static func device(without missing: UInt32 = 0) -> DistinguishedName {
            DistinguishedName(
                texts: (1...3).filter { $0 != missing }.map { (ObjectIdentifier(2, 23, 133, 2, $0), "id:4E544300") })
        }

        private static func sized(_ octets: [UInt8]) -> [UInt8] {
            [UInt8(octets.count >> 8), UInt8(octets.count & 0xFF)] + octets
        }

        var publicArea: [UInt8] {
            guard case .point(_, let x, let y)? = key.numbers else { return [] }
            return [0x00, 0x23] + nameAlgorithm + [0, 4, 0, 0x72] + Self.sized([1, 2, 3]) + symmetric + [0x00, 0x10]
                + [0x00, 0x03, 0x00, 0x10] + Self.sized(x) + Self.sized(y) + afterPublicArea
        }

        func statement(_ data: [UInt8], _ hash: [UInt8]) throws -> (String, CBORValue) {
            let own = nameAlgorithm + Array(SHA256.hash(data: publicArea))
            let certified =
                magic + type + Self.sized([9, 9]) + Self.sized(extraData ?? Array(SHA256.hash(data: data + hash)))
                + [UInt8](repeating: 0, count: 25) + Self.sized(name ?? own) + Self.sized([8]) + afterCertification
            let pki = TestPKI.goodChain()
            return (
                "tpm",
                .map([
                    .text("alg"): .int(-7), .text("sig"): .octets(try signer.sign(certified)),
                    .text("ver"): .text(version),
                    .text("x5c"): .array([.octets(certificate.der(signedBy: pki.issuing))]),
                    .text("pubArea"): .octets(publicArea), .text("certInfo"): .octets(certified),
                ])
            )
        }
    }

    private func expect(
        _ flaw: AttestationFlaw, _ spoil: (inout TPM) -> Void, _ place: SourceLocation = #_sourceLocation
    ) {
        var tpm = TPM()
        spoil(&tpm)
        #expect(throws: PasskeyFailure.attestation(format: "tpm", flaw), sourceLocation: place) {
            try verified(tpm.statement)
        }
    }

    @Test("§8.3: the TPM's own structures")
    func structures() throws {
        #expect(try verified(TPM().statement) == .unvouched)
        expect(.member("ver")) { $0.version = "1.2" }
        expect(.mismatch("key")) { $0.key = TestKeys.key("another").publicKey }
        expect(.mismatch("key")) { $0.name = [0, 0x0B] + [UInt8](repeating: 1, count: 32) }
        expect(.mismatch("ceremony")) { $0.extraData = [UInt8](repeating: 1, count: 32) }
        expect(.tpm("was not made by the TPM")) { $0.magic = [0, 0, 0, 0] }
        expect(.tpm("certifies no key")) { $0.type = [0x80, 0x18] }
        expect(.tpm("has octets after its end")) { $0.afterCertification = [0] }
        expect(.tpm("has octets after its end")) { $0.afterPublicArea = [0] }
        expect(.tpm("is of a key that does not sign")) { $0.symmetric = [0x00, 0x06] }
        expect(.tpm("is named by a hash that is not supported")) { $0.nameAlgorithm = [0x00, 0x04] }
        expect(.signature) { $0.signer = TestKeys.key("another") }
    }

    @Test("§8.3.1: the certificate of the TPM's attestation key")
    func certificate() {
        expect(.certificateForm("names a subject")) { $0.certificate.subject = TestPKI.name("TPM") }
        for missing: UInt32 in 1...3 {
            expect(.certificateForm("does not name the TPM's maker, model and version")) {
                $0.certificate.names = [.directory(TPM.device(without: missing))]
            }
        }
        expect(.certificateForm("is not for attestation keys (tcg-kp-AIKCertificate)")) {
            $0.certificate.extendedKeyUsage = ExtendedKeyUsage(.clientAuth)
        }
        expect(.certificateForm("is not for attestation keys (tcg-kp-AIKCertificate)")) {
            $0.certificate.extendedKeyUsage = nil
        }
        expect(.certificateForm("does not say that it is no authority's")) { $0.certificate.isAuthority = true }
    }

    // MARK: Apple

    private func apple(
        nonce: [UInt8]? = nil, key: SigningKey = Device().key, hasNonce: Bool = true
    ) -> Device.Statement {
        { data, hash in
            var leaf = CertificateSpec(
                subject: TestPKI.name("passkey"), serialNumber: [6], validFrom: noon - 1, until: noon + 1_000, key: key)
            let nonce = nonce ?? Array(SHA256.hash(data: data + hash))
            let identifier = ObjectIdentifier(1, 2, 840, 113_635, 100, 8, 2)
            let value = [0x30, 0x24, 0xA1, 0x22, 0x04, 0x20] + nonce
            if hasNonce { leaf.otherExtensions = [Extension(identifier, isCritical: false, value: value)] }
            let pki = TestPKI.goodChain()
            return ("apple", .map([.text("x5c"): .array([.octets(leaf.der(signedBy: pki.issuing))])]))
        }
    }

    @Test("§8.8: the nonce is of this ceremony, the key the passkey's")
    func nonce() throws {
        func refused(_ flaw: AttestationFlaw, _ statement: Device.Statement, _ place: SourceLocation = #_sourceLocation)
        {
            #expect(throws: PasskeyFailure.attestation(format: "apple", flaw), sourceLocation: place) {
                try verified(statement)
            }
        }
        #expect(try verified(apple()) == .unvouched)
        refused(.mismatch("ceremony"), apple(nonce: [UInt8](repeating: 1, count: 32)))
        refused(.mismatch("key"), apple(key: TestKeys.key("another")))
        refused(.certificateForm("has no nonce"), apple(hasNonce: false))
    }
}

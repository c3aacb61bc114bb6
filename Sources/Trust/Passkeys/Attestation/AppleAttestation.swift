internal import Crypto
internal import SymbolonCertificates
internal import SymbolonKeys
internal import SymbolonWire

/// WebAuthn Level 3 §8.8: a certificate for this one passkey, which has the hash of what would be signed in it.
struct AppleAttestation {
    private let statement: CBORValue

    init(_ statement: CBORValue) { self.statement = statement }

    func verify(_ made: AttestedStatement) throws(AttestationFlaw) -> MadeAttestation {
        let chain = try statement.certificates()
        let certificate = chain[0]
        guard let nonce = certificate.extensions[ObjectIdentifier(1, 2, 840, 113_635, 100, 8, 2)] else {
            throw .certificateForm("has no nonce")
        }
        // SEQUENCE { [1] EXPLICIT OCTET STRING }
        let wanted = [0x30, 0x24, 0xA1, 0x22, 0x04, 0x20] + Array(SHA256.hash(data: made.signed))
        guard nonce.value.elementsEqual(wanted) else { throw .mismatch("ceremony") }
        guard certificate.publicKey == made.key.key else { throw .mismatch("key") }
        return .chain(chain)
    }
}

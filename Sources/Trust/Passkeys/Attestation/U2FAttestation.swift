internal import SymbolonCertificates
internal import SymbolonKeys
internal import SymbolonWire

/// WebAuthn Level 3 §8.6, of authenticators that are older than it.
struct U2FAttestation {
    private let statement: CBORValue

    init(_ statement: CBORValue) { self.statement = statement }

    func verify(_ made: AttestedStatement) throws(AttestationFlaw) -> MadeAttestation {
        let chain = try statement.certificates()
        guard chain.count == 1 else { throw .certificateForm("is not alone") }
        guard chain[0].publicKey?.kind == .p256 else { throw .certificateForm("has no P-256 key") }
        guard case .point(.p256, let x, let y)? = made.key.key.numbers else { throw .mismatch("kind of key") }
        let signed =
            [0] + made.data.relyingParty + made.clientDataHash + made.credential.id + [0x04] + x + y
        try chain[0].requireSignature(try statement.octets("sig"), over: signed, by: .es256)
        return .chain(chain)
    }
}

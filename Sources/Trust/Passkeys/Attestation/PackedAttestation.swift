internal import SymbolonCertificates
internal import SymbolonKeys
internal import SymbolonWire

/// WebAuthn Level 3 §8.2.
struct PackedAttestation {
    private let statement: CBORValue

    init(_ statement: CBORValue) { self.statement = statement }

    func verify(_ made: AttestedStatement) throws(AttestationFlaw) -> MadeAttestation {
        let (algorithm, signature) = (try statement.algorithm(), try statement.octets("sig"))
        guard statement["x5c"] != nil else {
            guard algorithm == made.key.algorithm else { throw .algorithm(algorithm.rawValue) }
            guard made.key.isValid(signature, over: made.signed) else { throw .signature }
            return .selfSigned
        }
        let chain = try statement.certificates()
        try chain[0].requireSignature(signature, over: made.signed, by: algorithm)
        try Self.check(chain[0], made.credential.model)
        return .chain(chain)
    }

    /// §8.2.1.
    private static func check(_ certificate: Certificate, _ model: AuthenticatorModel) throws(AttestationFlaw) {
        try certificate.requireEndEntity()
        let subject = certificate.subject
        guard subject.texts(of: .countryName).contains(where: { $0.utf8.count == 2 }),
            subject.texts(of: .organizationName).contains(where: { !$0.isEmpty }),
            subject.texts(of: .commonName).contains(where: { !$0.isEmpty })
        else { throw .certificateForm("does not name country, maker and itself") }
        guard subject.texts(of: .organizationalUnitName) == ["Authenticator Attestation"] else {
            throw .certificateForm("is not for attestations")
        }
        try certificate.requireModel(model)
    }
}

internal import Crypto
internal import SymbolonCertificates
internal import SymbolonKeys
internal import SymbolonWire

/// WebAuthn Level 3 §8.3: a TPM certifies that the key is in it.
struct TPMAttestation {
    private let statement: CBORValue

    init(_ statement: CBORValue) { self.statement = statement }

    func verify(_ made: AttestedStatement) throws(AttestationFlaw) -> MadeAttestation {
        guard statement["ver"]?.text == "2.0" else { throw .member("ver") }
        let algorithm = try statement.algorithm()
        let (publicArea, certified) = (try statement.octets("pubArea"), try statement.octets("certInfo"))
        let object = try TPMPublicArea(publicArea)
        guard object.key == made.key.key else { throw .mismatch("key") }
        let info = try TPMCertification(certified)
        guard info.extraData.elementsEqual(try Self.hash(made.signed, by: algorithm)) else {
            throw .mismatch("ceremony")
        }
        guard info.name.elementsEqual(object.name) else { throw .mismatch("key") }
        let chain = try statement.certificates()
        try chain[0].requireSignature(try statement.octets("sig"), over: Array(certified), by: algorithm)
        try Self.check(chain[0], made.credential.model)
        return .chain(chain)
    }

    /// "extraData is set to the hash of attToBeSigned using the hash algorithm employed in alg".
    private static func hash(_ octets: [UInt8], by algorithm: COSEAlgorithm) throws(AttestationFlaw) -> [UInt8] {
        switch algorithm {
        case .es256, .rs256, .ps256: Array(SHA256.hash(data: octets))
        case .es384, .rs384, .ps384: Array(SHA384.hash(data: octets))
        case .es512, .rs512, .ps512: Array(SHA512.hash(data: octets))
        case .edDSA: throw .algorithm(algorithm.rawValue)
        }
    }

    /// §8.3.1; how the alternative name names the TPM: TPM 2.0 EK Credential Profile §3.2.9.
    private static func check(_ certificate: Certificate, _ model: AuthenticatorModel) throws(AttestationFlaw) {
        try certificate.requireEndEntity()
        guard certificate.subject.isEmpty else { throw .certificateForm("names a subject") }
        let names = (certificate.extensions.subjectAlternativeNames ?? []).compactMap { name in
            if case .directory(let directory) = name { directory } else { nil }
        }
        // Manufacturer, model, version.
        for attribute: UInt32 in 1...3 {
            let type = ObjectIdentifier(2, 23, 133, 2, attribute)
            guard names.contains(where: { !$0.texts(of: type).joined().isEmpty }) else {
                throw .certificateForm("does not name the TPM's maker, model and version")
            }
        }
        guard certificate.extensions.extendedKeyUsage?.contains(.init(ObjectIdentifier(2, 23, 133, 8, 3))) == true
        else { throw .certificateForm("is not for attestation keys (tcg-kp-AIKCertificate)") }
        try certificate.requireModel(model)
    }
}

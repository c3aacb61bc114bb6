internal import SymbolonCertificates
internal import SymbolonKeys
internal import SymbolonWire

/// Authenticator data, and who vouches for it in which form (WebAuthn Level 3 §6.5.4).
struct AttestationObject {
    private let format: String
    private let statement: CBORValue
    let authenticatorData: AuthenticatorData

    init(_ octets: [UInt8]) throws(PasskeyFailure) {
        let value: CBORValue
        do throws(CBORFailure) {
            value = try CBORReader.parse(octets)
        } catch {
            throw .attestationObject(.cbor(error))
        }
        guard let format = value["fmt"]?.text else { throw .attestationObject(.member("fmt")) }
        guard let statement = value["attStmt"], statement.members != nil else {
            throw .attestationObject(.member("attStmt"))
        }
        guard let data = value["authData"]?.bytes else { throw .attestationObject(.member("authData")) }
        self.format = format
        self.statement = statement
        do throws(AuthenticatorDataFlaw) {
            authenticatorData = try AuthenticatorData(data)
        } catch {
            throw .authenticatorData(error)
        }
    }

    /// §7.1 steps 22 and 23: by the procedure of its format. Whether the maker's certificate is believed is another question.
    func verify(_ made: AttestedStatement) throws(PasskeyFailure) -> MadeAttestation {
        do throws(AttestationFlaw) {
            switch format {
            case "none":
                // §8.7: "attStmt: an empty map".
                guard statement.members?.isEmpty == true else { throw .member("attStmt") }
                return .none
            case "packed": return try PackedAttestation(statement).verify(made)
            case "fido-u2f": return try U2FAttestation(statement).verify(made)
            case "tpm": return try TPMAttestation(statement).verify(made)
            case "apple": return try AppleAttestation(statement).verify(made)
            default: throw .unknownFormat(format)
            }
        } catch {
            throw .attestation(format: format, error)
        }
    }
}

/// What a statement has to speak of.
struct AttestedStatement {
    let data: AuthenticatorData
    let credential: AuthenticatorData.Credential
    let key: COSEKey
    let clientDataHash: [UInt8]

    /// Authenticator data and client data's hash: what most formats sign.
    var signed: [UInt8] { data.octets + clientDataHash }
}

/// What a statement turned out to be.
enum MadeAttestation {
    case none
    case selfSigned
    /// The maker's certificate first.
    case chain([Certificate])
}

extension CBORValue {
    /// `x5c`: certificates in DER, the attestation certificate first.
    func certificates() throws(AttestationFlaw) -> [Certificate] {
        // 8: more than any maker's chain has.
        guard let items = self["x5c"]?.array, !items.isEmpty, items.count <= 8 else { throw .member("x5c") }
        var all: [Certificate] = []
        for (index, item) in items.enumerated() {
            guard let der = item.bytes, let certificate = try? Certificate(der: der) else {
                throw .certificate(at: index)
            }
            all.append(certificate)
        }
        return all
    }

    func octets(_ name: String) throws(AttestationFlaw) -> ArraySlice<UInt8> {
        guard let octets = self[name]?.bytes else { throw .member(name) }
        return octets
    }

    /// `alg`.
    func algorithm() throws(AttestationFlaw) -> COSEAlgorithm {
        guard let number = self["alg"]?.integer else { throw .member("alg") }
        guard let algorithm = COSEAlgorithm(rawValue: number) else { throw .algorithm(number) }
        return algorithm
    }
}

extension Certificate {
    /// Whether its key made the signature; an ECDSA key may be on any curve here, with the hash of the algorithm.
    func requireSignature(
        _ signature: ArraySlice<UInt8>, over message: [UInt8], by algorithm: COSEAlgorithm
    ) throws(AttestationFlaw) {
        guard let publicKey, publicKey.fits(algorithm.signature) else { throw .algorithm(algorithm.rawValue) }
        guard publicKey.isValid(signature, over: message, by: algorithm.signature) else { throw .signature }
    }

    /// §8.2.1, §8.3.1: an end entity's certificate of version 3.
    func requireEndEntity() throws(AttestationFlaw) {
        guard version == 3 else { throw .certificateForm("is not of version 3") }
        guard extensions.basicConstraints?.isAuthority == false else {
            throw .certificateForm("does not say that it is no authority's")
        }
    }

    /// id-fido-gen-ce-aaguid: "the extension MUST NOT be marked as critical"; where it is there, it names the model.
    func requireModel(_ model: AuthenticatorModel) throws(AttestationFlaw) {
        guard let named = extensions[ObjectIdentifier(1, 3, 6, 1, 4, 1, 45_724, 1, 1, 4)] else { return }
        guard !named.isCritical else { throw .certificateForm("has its model in a critical extension") }
        // An OCTET STRING of 16 within the extension's own.
        guard named.value.elementsEqual([0x04, 16] + model.octets) else { throw .mismatch("model") }
    }
}

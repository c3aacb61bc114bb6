import SymbolonCertificates
import SymbolonKeys

/// Signed, and not yet known to be what was linted. Nothing outside this module can hold one.
struct UnreleasedCertificate {
    let tbs: [UInt8]
    let signature: [UInt8]
}

/// One issuer's key at work: sign what has a permit, and let nothing out that is not exactly that.
struct CertificateSigning: Sendable {
    let signer: any CertificateSigner
    let faults: IssuanceFaults

    func sign(_ permit: consuming IssuancePermit) throws(IssuanceFailure) -> UnreleasedCertificate {
        var tbs = permit.certificate.tbs
        faults.alter(&tbs)
        do {
            return UnreleasedCertificate(tbs: tbs, signature: try signer.sign(tbs))
        } catch {
            throw .signing(error)
        }
    }

    /// The signed bytes are the linted bytes, and the signature verifies with the issuer's public key: a fault in the
    /// key's hardware must not leave the house.
    func release(
        _ unreleased: UnreleasedCertificate, linted: LintedCertificate
    ) throws(IssuanceFailure) -> Certificate {
        guard unreleased.tbs == linted.tbs else { throw .signedBytesDiffer(linted.serialNumber) }
        guard signer.publicKey.isValid(unreleased.signature, over: linted.tbs, by: signer.signatureAlgorithm) else {
            throw .signatureInvalid(linted.serialNumber)
        }
        let certificate: Certificate
        do {
            certificate = try Certificate.assemble(
                tbs: linted.tbs, algorithm: signer.signatureAlgorithm, signature: unreleased.signature)
        } catch {
            throw .certificate(error)
        }
        guard certificate.tbsBytes.elementsEqual(linted.tbs) else { throw .signedBytesDiffer(linted.serialNumber) }
        return certificate
    }
}

import SymbolonCertificates
import SymbolonKeys
import SymbolonWire

/// An identity as one PEM text, so that one rename replaces key, chain and anchors together.
///
/// In this order: one `ENCRYPTED PRIVATE KEY` (RFC 7468 §11), the chain as `CERTIFICATE` (§5), leaf first, and the
/// anchors as `TRUST ANCHOR`: a `TrustAnchorChoice` of RFC 5914 §2, whose `certificate` alternative is the
/// certificate's own DER.
extension StoredIdentity {
    static let certificateLabel = "CERTIFICATE"
    static let anchorLabel = "TRUST ANCHOR"

    func pem(under passphrase: Passphrase, kdf: PasswordKDF) throws(IdentityFailure) -> [UInt8] {
        let sealed: [UInt8]
        do {
            sealed = try EncryptedPrivateKey.seal(key, under: passphrase, kdf: kdf)
        } catch {
            throw .keySealing(error)
        }
        var text = PEM.render(label: PrivateKeyFile.sealedLabel, sealed)
        for certificate in chain { text += PEM.render(label: Self.certificateLabel, certificate.der) }
        for anchor in anchors { text += PEM.render(label: Self.anchorLabel, anchor.der) }
        return Array(text.utf8)
    }

    init(
        pem bytes: [UInt8], of path: String, name: IdentityName, with passphrase: Passphrase
    ) throws(IdentityFailure) {
        let blocks = try CertificateFile.blocks(bytes, of: path)
        var chain: [Certificate] = []
        var anchors: [Certificate] = []
        for (index, block) in blocks.enumerated().dropFirst() {
            let certificate = { () throws(IdentityFailure) in
                try CertificateFile.certificate(block, index: index + 1, of: path)
            }
            switch block.label {
            case Self.certificateLabel where anchors.isEmpty: chain.append(try certificate())
            case Self.anchorLabel: anchors.append(try certificate())
            default: throw .strangeBlock(path: path, label: block.label)
            }
        }
        guard let first = blocks.first, !chain.isEmpty else { throw .noCertificate(path: path) }
        let key: SigningKey
        do {
            key = try PrivateKeyFile.open(first, at: path, with: passphrase)
        } catch {
            throw .key(error)
        }
        try self.init(name: name, chain: chain, key: key, anchors: anchors)
    }
}

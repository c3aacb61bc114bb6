internal import SwiftASN1
public import SymbolonKeys
public import SymbolonNames
internal import SymbolonWire

extension CertificateRequest {
    /// RFC 7468 §7.
    static let label = "CERTIFICATE REQUEST"

    /// A request for these names, signed by the key that is to be certified. RFC 2986 §3.
    public static func make(
        subject: DistinguishedName, names: [SubjectName], key: SigningKey
    ) throws(CertificateFailure) -> CertificateRequest {
        let extensions: [Extension] =
            names.isEmpty ? [] : [.subjectAlternativeName(names.map { GeneralName($0) }, isCritical: subject.isEmpty)]
        return try make(subject: subject, extensions: extensions, key: key)
    }

    /// A request for any extensions, also those that no authority will grant.
    package static func make(
        subject: DistinguishedName, extensions: [Extension], key: SigningKey
    ) throws(CertificateFailure) -> CertificateRequest {
        let information = DER.Serializer.bytes { der in
            der.sequence { der in
                der.integer(0)
                der.serializeRawBytes(subject.derBytes)
                der.serializeRawBytes(key.publicKey.subjectPublicKeyInfo)
                der.context(0) { der in
                    guard !extensions.isEmpty else { return }
                    der.sequence { der in
                        der.objectIdentifier(.extensionRequest)
                        der.set { $0.extensions(extensions) }
                    }
                }
            }
        }
        let signature: [UInt8]
        do throws(KeyFailure) {
            signature = try key.sign(information)
        } catch {
            throw .key(error)
        }
        // A request has the outer shape of a certificate: signed part, algorithm, signature.
        return try CertificateRequest(
            der: Certificate.encoding(
                tbs: information, algorithmIdentifier: key.signatureAlgorithm.identifier, signature: signature))
    }

    /// Parses PEM text of one request and nothing else.
    public init(pem text: some StringProtocol) throws(CertificateFailure) {
        let blocks: [PEM.Block]
        do throws(PEMFailure) {
            blocks = try PEM.parse(text)
        } catch {
            throw .pem(error)
        }
        guard let block = blocks.first else { throw .noCertificate }
        guard block.label == Self.label else { throw .unexpectedLabel(block.label) }
        guard blocks.count == 1 else { throw .unexpectedLabel(blocks[1].label) }
        try self.init(der: block.bytes)
    }

    /// The request as one PEM block, with a newline at the end.
    public var pem: String { PEM.render(label: Self.label, der) }
}

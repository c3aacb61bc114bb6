internal import SymbolonWire

/// Certificates in a text, in its order: a chain with the leaf first, or a set of trust anchors. RFC 7468 §5.
public struct CertificateBundle: Hashable, Sendable {
    public let certificates: [Certificate]

    /// RFC 7468 §5.1.
    static let label = "CERTIFICATE"

    public init(_ certificates: [Certificate]) {
        self.certificates = certificates
    }

    /// Parses PEM text of one or more certificates and nothing else; a private key among them is refused.
    public init(pem text: some StringProtocol) throws(CertificateFailure) {
        let blocks: [PEM.Block]
        do throws(PEMFailure) {
            blocks = try PEM.parse(text)
        } catch {
            throw .pem(error)
        }
        guard !blocks.isEmpty else { throw .noCertificate }
        var certificates: [Certificate] = []
        for block in blocks {
            guard block.label == Self.label else { throw .unexpectedLabel(block.label) }
            certificates.append(try Certificate(der: block.bytes))
        }
        self.certificates = certificates
    }

    /// The certificates one after the other.
    public var pem: String { certificates.map(\.pem).joined() }
}

extension Certificate {
    /// The certificate as one PEM block, with a newline at the end.
    public var pem: String { PEM.render(label: CertificateBundle.label, der) }
}

public import SymbolonCertificates
public import SymbolonKeys
public import SymbolonNames
internal import SymbolonTransport

/// What this end proves itself with: its chain, leaf first, its key, and the name it is known by.
public struct EndIdentity: Sendable {
    /// The leaf's SPIFFE ID if it has one, else its first subject alternative name.
    public let name: SubjectName
    public let leaf: Certificate
    let tls: TLSIdentity
    let key: SigningKey

    /// - Parameter chain: the leaf first, then its issuers; the trust anchor may be left out.
    /// - Throws: `EndFailure.identityWithoutName`, or `.tls` when the key is not the leaf's.
    public init(chain: [Certificate], key: SigningKey) throws(EndFailure) {
        guard let leaf = chain.first else { throw .identityWithoutName }
        let names = (leaf.extensions.subjectAlternativeNames ?? []).compactMap { try? $0.subjectName() }
        let spiffe = names.first { if case .spiffe = $0 { true } else { false } }
        guard let name = spiffe ?? names.first else { throw .identityWithoutName }
        do {
            tls = try TLSIdentity(chain: chain.map(\.der), pkcs8: key.pkcs8())
        } catch {
            throw .tls(error)
        }
        self.name = name
        self.leaf = leaf
        self.key = key
    }

    /// Whether a server takes it for a client's (RFC 5280 §4.2.1.12).
    public var isForClients: Bool { leaf.extensions.extendedKeyUsage?.contains(.clientAuth) ?? true }

    private init(_ other: EndIdentity, stapling answer: [UInt8]?) {
        name = other.name
        leaf = other.leaf
        key = other.key
        tls = other.tls.stapling(answer)
    }

    /// The same identity, with an OCSP answer about it for those who ask, or none.
    public func stapling(_ answer: [UInt8]?) -> EndIdentity { EndIdentity(self, stapling: answer) }
}

public import SymbolonAudit
public import SymbolonCertificates
public import SymbolonKeys

/// Why an authority could not be created or opened.
public enum AuthorityFailure: Error, Equatable, Sendable {
    case notCreated
    case store(StoreFailure)
    case audit(AuditFailure)
    case key(KeyFailure)
    case certificate(Certificate, CertificateFailure)
    /// A private key is not the one that the stored certificate or record names.
    case keyDoesNotFit(Certificate)
    /// The issuing certificate was not signed by the root.
    case notFromRoot
    /// The key of the issuing authority that is active now is not on this node.
    case keyNotHere(String, because: String)
    case configuration(ConfigurationFailure)
    /// Lint found something in the authority's own certificate, or signing it failed.
    case issuance(IssuanceFailure)
    /// The stored audit record does not contain what was noted elsewhere: the store was put back to an earlier day.
    case storeWasPutBack(noted: Int64, found: Int64)
    /// The stored audit record contains all that was noted: there is nothing to accept.
    case storeWasNotPutBack

    /// One of the authority's parts.
    public enum Certificate: String, Sendable {
        case root, issuing, audit
    }

    public var explanation: String {
        switch self {
        case .notCreated: "there is no authority in this store"
        case .store(let failure): failure.explanation
        case .audit(let failure): failure.explanation
        case .key(let failure): failure.explanation
        case .certificate(let part, let failure):
            "the \(part.rawValue) certificate in the store: \(failure.explanation)"
        case .keyDoesNotFit(let part): "the \(part.rawValue) key is not the one that this store belongs to"
        case .keyNotHere(let name, let cause):
            "the key of issuing authority \(name), which is active now, cannot be used here: \(cause)"
        case .notFromRoot: "the issuing certificate in the store was not signed by the root in the store"
        case .configuration(let failure): failure.explanation
        case .issuance(let failure): failure.explanation
        case .storeWasPutBack(let noted, let found) where found < noted:
            "its audit record has \(found == 1 ? "1 entry" : "\(found) entries"), and \(noted) were noted outside it"
        case .storeWasPutBack(let noted, let found):
            "entry \(noted) of its audit record (\(found) in all) is not the one that was noted outside it"
        case .storeWasNotPutBack: "its audit record contains everything that was noted outside it"
        }
    }
}

public import SymbolonCertificates

/// Why a list that can be read must not be used. RFC 5280 §5.1, §5.2, §5.3: it then says nothing of any certificate.
public enum ListDefect: Hashable, Sendable {
    /// RFC 5280 §5.1.2.1: version 2 is needed for the extensions that a list must have.
    case version1
    /// RFC 5280 §5.2: "MUST NOT use that CRL to determine the status of certificates".
    case unknownCriticalExtension(ObjectIdentifier)
    /// RFC 5280 §5.3: the same for an extension of an entry.
    case unknownCriticalEntryExtension(ObjectIdentifier)
    /// RFC 5280 §5.2.1 and §5.2.3: every list has this extension.
    case missing(ObjectIdentifier)
    /// RFC 5280 §5.2.4 and §5.2.5: this extension is critical.
    case notCritical(ObjectIdentifier)
    /// RFC 5280 §5.2.1 and §5.2.3: this extension is not critical.
    case critical(ObjectIdentifier)
    /// RFC 5280 §5.1.2.5: every list says when the next one comes.
    case nextUpdateMissing
    /// RFC 5280 §5.2.5: an empty scope, or two that exclude each other.
    case scopeContradictory
    /// RFC 5280 §5.3.3: an entry of another issuer in a list that is not indirect.
    case foreignEntry
    /// RFC 5280 §5.3.1: removeFromCRL in a list that is not a delta.
    case removalInCompleteList
    /// The signature algorithm is not one that is believed.
    case algorithmNotAllowed

    /// What is wrong with the list, to follow "the list".
    public var explanation: String {
        switch self {
        case .version1: "is of version 1"
        case .unknownCriticalExtension(let identifier): "has the unknown critical extension \(identifier)"
        case .unknownCriticalEntryExtension(let identifier):
            "has an entry with the unknown critical extension \(identifier)"
        case .missing(let identifier): "lacks extension \(identifier)"
        case .notCritical(let identifier): "has extension \(identifier) not marked critical"
        case .critical(let identifier): "has extension \(identifier) marked critical"
        case .nextUpdateMissing: "does not say when the next one comes"
        case .scopeContradictory: "has a scope that is empty or contradicts itself"
        case .foreignEntry: "has an entry of another issuer but is not indirect"
        case .removalInCompleteList: "takes an entry back but is no delta"
        case .algorithmNotAllowed: "is signed with an algorithm that is not believed"
        }
    }
}

public import Foundation
import SymbolonCertificates
public import SymbolonKeys
public import SymbolonRevocation

/// Why lists were not published. Those that were there stay.
public enum ListPublicationFailure: Error, Equatable, Sendable {
    case store(StoreFailure)
    case signing(KeyFailure)
    case list(ListFailure)
    case lint(ListScope, ListStanding.Kind, [String])
    /// The clock is before the list that is published: a new one would be older than it.
    case clockBeforeLast(now: Date, last: Date)

    /// One line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .store(let failure): failure.explanation
        case .signing(let failure): failure.explanation
        case .list(let failure): failure.explanation
        case .lint(let scope, let kind, let findings):
            "the \(kind.rawValue) list \(scope.index < 0 ? "of all" : "\(scope.index)") was not fit to be published: "
                + findings.joined(separator: "; ")
        case .clockBeforeLast(let now, let last):
            "the clock says \(CertificateTime(now)), before the list that is published (\(CertificateTime(last)))"
        }
    }
}

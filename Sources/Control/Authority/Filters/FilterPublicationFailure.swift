public import Foundation
import SymbolonCertificates
public import SymbolonKeys
public import SymbolonRevocation

/// Why a filter was not published. The one that was there stays.
public enum FilterPublicationFailure: Error, Equatable, Sendable {
    case store(StoreFailure)
    case signing(KeyFailure)
    case filter(FilterFailure)
    /// It was read again and asked about every certificate, and was wrong about one.
    case notExact(FilterStanding.Kind)
    /// The base of an update cannot be read any more.
    case baseLost(FilterFailure)
    /// The clock is before the filter that is published: a new one would be older than it.
    case clockBeforeLast(now: Date, last: Date)

    /// One line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .store(let failure): failure.explanation
        case .signing(let failure): failure.explanation
        case .filter(let failure): failure.explanation
        case .notExact(let kind):
            "the \(kind.rawValue) filter was wrong about a certificate, and is not fit to be published"
        case .baseLost(let failure):
            "the filter that is to be brought up to date cannot be read: \(failure.explanation)"
        case .clockBeforeLast(let now, let last):
            "the clock says \(CertificateTime(now)), before the filter that is published (\(CertificateTime(last)))"
        }
    }
}

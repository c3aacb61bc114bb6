/// Why a certificate was revoked (RFC 5280 §5.3.1). The raw value is the standard's identifier.
///
/// `removeFromCRL` (8) is left out: it takes an entry back in a delta list and is no reason.
public enum RevocationReason: String, Codable, CaseIterable, Hashable, Sendable {
    case unspecified
    case keyCompromise
    case cACompromise
    case affiliationChanged
    case superseded
    case cessationOfOperation
    case certificateHold
    case privilegeWithdrawn
    case aACompromise

    /// The CRLReason with this number; nil for 7 (unused), 8 (no reason) and everything unassigned.
    public init?(code: Int) {
        guard let reason = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = reason
    }

    /// The CRLReason number of RFC 5280 §5.3.1.
    public var code: Int {
        switch self {
        case .unspecified: 0
        case .keyCompromise: 1
        case .cACompromise: 2
        case .affiliationChanged: 3
        case .superseded: 4
        case .cessationOfOperation: 5
        case .certificateHold: 6
        case .privilegeWithdrawn: 9
        case .aACompromise: 10
        }
    }
}

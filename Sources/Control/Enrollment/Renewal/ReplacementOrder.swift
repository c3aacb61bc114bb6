import Foundation
import SymbolonAuthority

/// In which order the certificates of a compromised issuer are replaced. Who renews first shortens most of what the thief of the
/// key can do:
/// 1. servers: whoever stands in for one meets all of its peers;
/// 2. what still lives for longer than a week: it would be believed longest by those who ask for no list;
/// 3. everything else, which ends soon by itself.
///
/// The authority's own server comes before all of them, and asks nobody.
enum ReplacementOrder: Int, CaseIterable {
    case servers, longLived, others

    /// A week: many times what is renewed daily lives.
    private static let long: TimeInterval = 7 * 86_400

    init(_ intent: IssuanceIntent, at now: Date) {
        switch ProfileName(rawValue: intent.profile) {
        case .service, .workload: self = .servers
        default: self = intent.notAfter > now + Self.long ? .longLived : .others
        }
    }

    /// Its part of the first half of the time that there is; the second half is for those who have to try again.
    private var part: ClosedRange<Double> {
        switch self {
        case .servers: 0...0.125
        case .longLived: 0.125...0.25
        case .others: 0.25...0.5
        }
    }

    func window(_ replacement: Issuer.Replacement) -> RenewalWindow? {
        let whole = replacement.by.timeIntervalSince(replacement.begun)
        let start = replacement.begun + whole * part.lowerBound
        // RFC 9773 §4.2: a window that is no time at all would be none.
        return RenewalWindow(start: start, end: max(start + 1, replacement.begun + whole * part.upperBound))
    }
}

extension RenewalPolicy {
    /// The same, where the issuer may be one that is replaced.
    func window(for record: IssuanceRecord, issuedBy issuers: [Issuer], at now: Date) -> RenewalWindow? {
        let usual = window(for: record, at: now)
        guard case .issued = record.state, let early = Self.replacement(of: record, issuers, at: now),
            usual.map({ early.start < $0.start }) ?? true
        else { return usual }
        return early
    }

    /// Nil: its issuer is not replaced.
    static func replacement(of record: IssuanceRecord, _ issuers: [Issuer], at now: Date) -> RenewalWindow? {
        guard let replacement = issuers.first(where: { $0.key == record.intent.issuerKey })?.replacement else {
            return nil
        }
        return ReplacementOrder(record.intent, at: replacement.begun).window(replacement)
    }
}

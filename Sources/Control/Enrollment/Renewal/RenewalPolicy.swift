public import Foundation
public import SymbolonAuthority

/// What an authority allows those who hold its certificates to renew, as its operator says it.
public struct RenewalPolicy: Equatable, Sendable {
    /// Whose certificates may be renewed by whoever holds their key. Not a person's: they end with the working day, and
    /// the next one begins with a log-in.
    public var profiles: Set<ProfileName>
    /// For how long after its end a certificate still lets its holder come back. Zero: not at all.
    public var lapsed: Duration
    /// Renewals a second, over all holders.
    public var rate: Double
    /// What was issued before this moment is to be renewed now: a key is in doubt, a rule has changed.
    public var replaceIssuedBefore: Date?

    /// 7 days: a machine that was off over a long weekend comes back, one that was lost does not.
    public static let standardLapse: Duration = .seconds(7 * 86_400)
    /// 200 a second: a tenth of what a small machine issues, and 100,000 holders in nine minutes.
    public static let standardRate = 200.0
    public static let standardProfiles: Set<ProfileName> = [.service, .client, .workload, .device, .mail]

    public init(
        profiles: Set<ProfileName> = standardProfiles, lapsed: Duration = standardLapse, rate: Double = standardRate,
        replaceIssuedBefore: Date? = nil
    ) {
        self.profiles = profiles
        self.lapsed = lapsed
        self.rate = rate
        self.replaceIssuedBefore = replaceIssuedBefore
    }

    /// What a holder is told of when to renew.
    ///
    /// RFC 9773 §4.1: a certificate that should be replaced has a window that has passed.
    public func window(for record: IssuanceRecord, at now: Date) -> RenewalWindow? {
        let life = CertificateLife(start: record.intent.at, end: record.intent.notAfter)
        if case .issued = record.state, replaceIssuedBefore.map({ record.intent.at >= $0 }) ?? true {
            return life.suggestedWindow
        }
        return RenewalWindow(start: min(record.intent.at, now - 1), end: now)
    }
}

public import Foundation

/// 2026-06-01T12:00:00Z: the moment at which every test happens unless it says otherwise.
public let noon = Date(timeIntervalSince1970: 1_780_315_200)

/// Spans of time in seconds, for arithmetic on dates.
extension TimeInterval {
    public static let minute: TimeInterval = 60
    public static let hour: TimeInterval = 3600
    public static let day: TimeInterval = 86_400
}

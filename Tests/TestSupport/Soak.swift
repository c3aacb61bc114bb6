import Foundation

/// How long tests go on whose finding grows with their time.
public enum Soak {
    /// What `SYMBOLON_SOAK` says, for a thorough run.
    public static func seconds(otherwise: Int) -> Int {
        ProcessInfo.processInfo.environment["SYMBOLON_SOAK"].flatMap { Int($0) } ?? otherwise
    }
}

public import Foundation
public import SymbolonEnrollment

/// What this home's authority said last on what to believe, for the time when it is away.
///
/// Kept in the home as `trust.json`. It is believed because the home is closed to others, as its anchors are.
public struct HeardTrust: Codable, Equatable, Sendable {
    public let version: String
    public let trust: TrustStatement
    /// When the authority last said that this holds.
    public var heardAt: Date

    public init(version: String, trust: TrustStatement, heardAt: Date) {
        self.version = version
        self.trust = trust
        self.heardAt = heardAt
    }
}

extension HomeFolder {
    public var trustFile: String { path + "/trust.json" }

    /// 64 MiB: a million revocations.
    private static let trustLimit = 1 << 26

    /// Nil when nothing was heard yet, or what was noted does not read: then it is asked for anew.
    public func heardTrust() throws(FileFailure) -> HeardTrust? {
        let octets: [UInt8]
        do {
            octets = try FileReading.ownerOnly(trustFile, limit: Self.trustLimit)
        } catch .absent {
            return nil
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try? decoder.decode(HeardTrust.self, from: Data(octets))
    }

    /// Notes it durably, in the place of what was noted before.
    public func note(_ heard: HeardTrust) throws(FileFailure) {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let text = try? encoder.encode(heard) else { return }
        try DurableFile.replace(trustFile, with: Array(text), mode: Self.fileMode)
    }
}

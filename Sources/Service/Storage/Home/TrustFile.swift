public import Foundation
public import SymbolonAccessPolicy
public import SymbolonEnrollment
public import SymbolonRevocation

/// What this home's authority said last on what to believe, for the time when it is away.
public struct HeardTrust: Equatable, Sendable {
    public let version: String
    /// Without what is revoked.
    public let trust: TrustStatement
    public let revoked: RevokedSet
    /// What reporters have said of machines.
    public let posture: PostureBoard
    /// When the authority last said that this holds.
    public var heardAt: Date

    /// From a statement that tells all.
    public init(version: String, whole: TrustStatement, heardAt: Date) {
        self.init(
            version: version, trust: whole.head, revoked: RevokedSet(whole.changes.revoked),
            posture: whole.posture(after: PostureBoard(), at: heardAt), heardAt: heardAt)
    }

    private init(
        version: String, trust: TrustStatement, revoked: RevokedSet, posture: PostureBoard, heardAt: Date
    ) {
        self.version = version
        self.trust = trust
        self.revoked = revoked
        self.posture = posture
        self.heardAt = heardAt
    }

    /// What is so after the changes that a statement tells; nil when they do not fit: something was missed between, or the
    /// authority tells another history than before.
    public func following(_ step: TrustStatement, as version: String, heardAt: Date) -> HeardTrust? {
        guard let since = step.since, since <= trust.changeCounter, var digest = RevocationDigest(trust.digest) else {
            return nil
        }
        let changes = step.changes
        digest.follow(changes, in: revoked)
        guard digest.description == step.digest else { return nil }
        var next = revoked
        next.apply(changes)
        return HeardTrust(
            version: version, trust: step.head, revoked: next, posture: step.posture(after: posture, at: heardAt),
            heardAt: heardAt)
    }
}

/// As it stands in the files: a statement and when it was heard. In `trust.json` one that tells all, and in each line of
/// `trust.news` one that tells what changed, or none where only the time is newer.
private struct HeardWords: Codable {
    let version: String
    let trust: TrustStatement?
    let heardAt: Date
}

/// Kept in the home as `trust.json` and `trust.news`: of a million revocations one more costs one line. They are believed
/// because the home is closed to others, as its anchors are.
extension HomeFolder {
    public var trustFile: String { path + "/trust.json" }
    private var trustNewsFile: String { path + "/trust.news" }

    /// 128 MiB: more than a million revocations.
    private static let trustLimit = 1 << 27
    /// 1 MiB: what is read beside the whole at a start; then the whole is written anew.
    private static let trustNewsLimit = 1 << 20

    /// Nil when nothing was heard yet, or what was noted does not read: then it is asked for anew.
    public func heardTrust() throws(FileFailure) -> HeardTrust? {
        let octets: [UInt8]
        do {
            octets = try FileReading.ownerOnly(trustFile, limit: Self.trustLimit)
        } catch .absent {
            return nil
        }
        guard let words = try? Self.wordsDecoder.decode(HeardWords.self, from: Data(octets)),
            let whole = words.trust, whole.since == nil
        else { return nil }
        let heard = HeardTrust(version: words.version, whole: whole, heardAt: words.heardAt)
        return Self.applying(try trustNews(), to: heard)
    }

    private func trustNews() throws(FileFailure) -> [UInt8] {
        do {
            // One that another process is adding to may be longer for a moment.
            return try FileReading.ownerOnly(trustNewsFile, limit: 8 * Self.trustNewsLimit)
        } catch .absent {
            return []
        }
    }

    /// Line by line as far as they fit. What was torn by a loss of power is the last, and is heard again.
    private static func applying(_ news: [UInt8], to heard: HeardTrust) -> HeardTrust {
        var heard = heard
        for line in news.split(separator: UInt8(ascii: "\n")) {
            guard let words = try? wordsDecoder.decode(HeardWords.self, from: Data(line)) else { continue }
            if let step = words.trust {
                // Several processes of one home may have noted the same.
                guard words.version != heard.version, step.changeCounter >= heard.trust.changeCounter else { continue }
                heard = heard.following(step, as: words.version, heardAt: words.heardAt) ?? heard
            } else if words.version == heard.version {
                heard.heardAt = max(heard.heardAt, words.heardAt)
            }
        }
        return heard
    }

    /// Notes all of it durably, in the place of what was noted before.
    public func note(_ heard: HeardTrust) throws(FileFailure) {
        let words = HeardWords(
            version: heard.version, trust: heard.trust.telling(heard.revoked).telling(heard.posture),
            heardAt: heard.heardAt)
        guard let text = try? Self.wordsEncoder.encode(words) else { return }
        try DurableFile.replace(trustFile, with: Array(text), mode: Self.fileMode)
        do {
            try DurableFile.remove(trustNewsFile)
        } catch .absent {
            return
        }
    }

    /// Notes durably what came to it: a change, or nil when it only still holds.
    public func note(_ heard: HeardTrust, after step: TrustStatement?) throws(FileFailure) {
        let words = HeardWords(version: heard.version, trust: step, heardAt: heard.heardAt)
        guard let text = try? Self.wordsEncoder.encode(words) else { return }
        let size: Int64
        do {
            let file = try OpenFile(appending: trustNewsFile, mode: Self.fileMode)
            try file.write(Array(text) + [UInt8(ascii: "\n")])
            try file.synchronize()
            size = try file.status().stamp.size
        }
        if size > Self.trustNewsLimit { try note(heard) }
    }

    private static var wordsDecoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }

    private static var wordsEncoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}

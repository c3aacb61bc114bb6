import Foundation
import SymbolonAccessPolicy
import SymbolonNames
import SymbolonVerification

/// Signals of peers' machines, as reporters on this machine say them. They are kept for as long as they hold, in memory: a
/// process that is started anew knows none until they are said again.
extension TrustKeeper {
    /// Puts what is reported in force at every end; live connections that rest on it are judged again.
    func take(_ said: PostureReport) throws -> Date? {
        let now = Date()
        let peer = try identity(said.peer)
        let signals = try Set(said.signals.map { try Self.signal($0) })
        var end: Date?
        if let seconds = said.seconds {
            guard (1...PostureBoard.longestLife).contains(seconds) else { throw PostureFault.life }
            let until = now + Double(seconds)
            guard posture.report(signals, of: peer, until: until, at: now) else { throw PostureFault.full }
            end = until
        } else {
            posture.withdraw(signals, of: peer)
        }
        publish()
        return end
    }

    /// What holds now, in an order for people.
    func reported() -> [(peer: String, signal: String, until: Date)] {
        posture.forget(before: Date())
        return posture.signals.flatMap { peer, signals in
            signals.map { (peer.description, $0.description, $1) }
        }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    }

    /// A name with its kind, or a short one of the trust domain of these ends.
    private func identity(_ text: String) throws -> PeerIdentity {
        if text.contains(":") { return .name(try SubjectName(text)) }
        guard let domain = kept.lazy.compactMap({ self.trustDomain(of: $0.wish.source) }).first else {
            throw PostureFault.domainless
        }
        return .name(.spiffe(try SPIFFEID(trustDomain: domain, path: text.split(separator: "/").map(String.init))))
    }

    private static func signal(_ text: String) throws -> PostureSignal {
        guard let signal = PostureSignal(text) else { throw PostureFault.noSignal(text) }
        return signal
    }
}

/// What a reporter says over a control socket.
struct PostureReport: Codable, Equatable, Sendable {
    let peer: String
    let signals: [String]
    /// For how long it holds; nil: it is withdrawn.
    let seconds: Int?
}

/// Why a report is not taken.
enum PostureFault: Explained, Equatable {
    case noSignal(String)
    case life
    case full
    case domainless

    var explanation: String {
        switch self {
        case .noSignal(let text):
            "\"\(text.printable)\" is no signal; write lower-case letters, digits and hyphens: disk-encrypted"
        case .life: "a signal holds for a second to a day; report it again before it lapses"
        case .full: "signals of \(PostureBoard.most) peers are known, which is the limit"
        case .domainless: "no end here has a trust domain to complete a short name with; write it whole: spiffe://…"
        }
    }
}

import Foundation
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonNames
import SymbolonStorage
import SymbolonVerification

/// Signals of peers' machines. What reporters on this machine say is kept for as long as it holds, in memory: a process that is
/// started anew knows none of it until it is said again. What they say to the authority comes with everything else that it tells.
extension TrustKeeper {
    /// Takes up what the authority has been told. Each signal lapses by itself, whether or not the authority is heard.
    /// - Parameter counter: a value of the change counter that was read before.
    func hearPosture(of home: EndsHome, at counter: UInt64) async throws {
        let now = Date()
        if let paired = home.paired {
            toldPosture = await paired.posture
        } else if let store = home.authority?.store {
            for record in try await store.posture(since: toldPostureAt) {
                let peer = PeerIdentity.name(.spiffe(record.subject))
                if record.isWithdrawn {
                    toldPosture.withdraw([record.signal], of: peer)
                } else {
                    // The authority has bounded them.
                    _ = toldPosture.report([record.signal], of: peer, until: record.end, at: now)
                }
            }
            // A store that was put back to an earlier day tells what it knows from there on.
            toldPostureAt = counter
        }
        toldPosture.forget(before: now)
    }

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
        let now = Date()
        posture.forget(before: now)
        toldPosture.forget(before: now)
        return posture.with(toldPosture).signals.flatMap { peer, signals in
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

public import Foundation
public import SymbolonVerification

/// What reporters have said of machines, and until when it holds. What is not said again in time is not known any more.
public struct PostureBoard: Equatable, Sendable {
    /// A day: what is looked at less often is no state of a machine.
    public static let longestLife = 86_400
    /// Of whom something is known. 100,000: some tens of megabytes, and more than one end's peers.
    public static let most = 100_000

    public private(set) var signals: [PeerIdentity: [PostureSignal: Date]] = [:]

    public init() {}

    /// Each holds until then, whatever was said before.
    /// - Returns: false where there is no room; nothing has changed then.
    public mutating func report(_ reported: Set<PostureSignal>, of peer: PeerIdentity, until end: Date, at now: Date)
        -> Bool
    {
        if signals[peer] == nil, signals.count >= Self.most {
            forget(before: now)
            guard signals.count < Self.most else { return false }
        }
        for signal in reported { signals[peer, default: [:]][signal] = end }
        return true
    }

    /// It is not so any more.
    public mutating func withdraw(_ withdrawn: Set<PostureSignal>, of peer: PeerIdentity) {
        signals[peer] = signals[peer]?.filter { !withdrawn.contains($0.key) }
        if signals[peer]?.isEmpty == true { signals[peer] = nil }
    }

    /// The same with what another board says: of a signal that both know, the later end.
    public func with(_ other: PostureBoard) -> PostureBoard {
        var both = self
        both.signals.merge(other.signals) { $0.merging($1, uniquingKeysWith: max) }
        return both
    }

    /// What has lapsed by then.
    public mutating func forget(before now: Date) {
        signals = signals.compactMapValues { held in
            let left = held.filter { $0.value > now }
            return left.isEmpty ? nil : left
        }
    }
}

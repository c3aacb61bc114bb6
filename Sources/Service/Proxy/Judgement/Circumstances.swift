internal import Foundation
internal import NIOCore
internal import SymbolonAccessPolicy
internal import SymbolonNames
internal import SymbolonVerification

/// What is the case beside the proof, when a peer is judged.
struct Circumstances {
    /// What the clock says, by which certificates are judged.
    let date: Date
    /// The same, as far as it is believed, by which rules judge.
    let moment: ClockReading
    /// By the clock that nobody sets.
    let steady: Duration
    /// The peer's.
    let address: SocketAddress?
    /// How long the connection has lived, in seconds.
    let age: Double
    let usage: (PeerIdentity) -> Usage

    /// The same, with this usage.
    func with(_ usage: Usage) -> Circumstances {
        Circumstances(date: date, moment: moment, steady: steady, address: address, age: age) { _ in usage }
    }

    /// As rules know addresses.
    var network: Fact<IPAddress> { address?.unmappedIP.map(Fact.known) ?? .unknown(.notReported) }
}

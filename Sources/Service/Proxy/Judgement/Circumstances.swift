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

    /// As rules know addresses: an IPv4 peer of a socket that takes both kinds is an IPv4 peer (RFC 4291 §2.5.5.2).
    var network: Fact<IPAddress> {
        guard let address = address?.ipAddress.flatMap({ try? IPAddress($0) }) else { return .unknown(.notReported) }
        let octets = address.bytes
        guard octets.count == 16, octets.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF],
            let mapped = try? IPAddress(bytes: octets.suffix(4))
        else { return .known(address) }
        return .known(mapped)
    }
}

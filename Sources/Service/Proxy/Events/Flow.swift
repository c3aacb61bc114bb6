public import NIOCore
internal import SymbolonNames
package import SymbolonWire

/// Between which two addresses a connection that proves, or was to prove, runs: from whoever opened it to whoever answered.
/// Named as Suricata's EVE and what reads it name them.
public struct Flow: Equatable, Sendable {
    public let source: SocketAddress?
    public let destination: SocketAddress?

    /// - Parameters:
    ///   - peer: of the leg on which the peer proves itself; at a door this end opened that one.
    ///   - own: this end's on the same leg.
    init(at role: EndRole, peer: SocketAddress?, own: SocketAddress?) {
        (source, destination) = role == .protect ? (peer, own) : (own, peer)
    }
}

extension Flow: JSONMembers {
    package func write(to object: inout JSONText) {
        object.member("src_ip", source?.unmappedIP?.description)
        object.member("src_port", source?.port)
        object.member("dest_ip", destination?.unmappedIP?.description)
        object.member("dest_port", destination?.port)
        object.member("proto", "TCP")
    }
}

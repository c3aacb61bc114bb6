public import NIOCore
internal import SymbolonNames

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

extension Flow: Encodable {
    private enum CodingKeys: String, CodingKey {
        case sourceAddress = "src_ip"
        case sourcePort = "src_port"
        case destinationAddress = "dest_ip"
        case destinationPort = "dest_port"
        case transport = "proto"
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encodeIfPresent(source?.unmappedIP?.description, forKey: .sourceAddress)
        try object.encodeIfPresent(source?.port, forKey: .sourcePort)
        try object.encodeIfPresent(destination?.unmappedIP?.description, forKey: .destinationAddress)
        try object.encodeIfPresent(destination?.port, forKey: .destinationPort)
        try object.encode("TCP", forKey: .transport)
    }
}

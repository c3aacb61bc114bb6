public import Foundation
internal import NIOCore
internal import SymbolonCertificates
internal import SymbolonKeys
internal import SymbolonNames
internal import SymbolonRevocation
public import SymbolonTransport
public import SymbolonVerification

/// Who proved what to whom, under which rule. Text is made when it is asked for, not when the connection is made.
public struct ConnectionFacts: Sendable {
    /// Unique among the connections of one end while the process lives.
    public let id: UInt64
    public let service: String
    public let role: EndRole
    public let since: Date
    /// The proved peer.
    public let peer: VerifiedPeer
    /// What the two ends agreed on in the handshake.
    public let session: SessionFacts
    /// The rule that let the peer pass.
    public let rule: String
    /// This end, as the peer saw it.
    public let own: EndIdentity
    let remoteAddress: SocketAddress?

    /// The proved peer's address.
    public var address: String { remoteAddress?.text ?? "" }

    /// The kind of key with which the peer signed the handshake.
    public var peerKey: String { peer.path.leaf.publicKey?.description ?? "" }

    /// What was known of the peer's revocation when it was let in, in one phrase.
    public var revocation: String {
        switch peer.revocation {
        case .good: "good"
        case .revoked(let reason, since: _): "revoked (\(reason))"
        case .unknown(.noSource): "unknown (no source)"
        case .unknown(.stale): "unknown (stale)"
        case .unknown(let silence): "unknown (\(silence.explanation))"
        }
    }
}

extension ConnectionFacts: Encodable {
    private enum CodingKeys: String, CodingKey {
        case id, service, role, since, address, peer, names, serial, key, own, ownSerial
        case version, cipher, group, signatureAlgorithm, serverName, applicationProtocol
        case revocation, validUntil, rule
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(id, forKey: .id)
        try object.encode(service, forKey: .service)
        try object.encode(role, forKey: .role)
        try object.encode(since, forKey: .since)
        try object.encode(address, forKey: .address)
        try object.encode(peer.identity.description, forKey: .peer)
        try object.encode(peer.names.map(\.description), forKey: .names)
        try object.encode(peer.path.leaf.serialNumber.description, forKey: .serial)
        try object.encode(peerKey, forKey: .key)
        try object.encode(own.name.description, forKey: .own)
        try object.encode(own.leaf.serialNumber.description, forKey: .ownSerial)
        try object.encode(session.version.description, forKey: .version)
        try object.encode(session.cipher, forKey: .cipher)
        try object.encode(session.group, forKey: .group)
        try object.encode(session.peerSignatureAlgorithm, forKey: .signatureAlgorithm)
        try object.encodeIfPresent(session.serverName, forKey: .serverName)
        try object.encodeIfPresent(session.alpn, forKey: .applicationProtocol)
        try object.encode(revocation, forKey: .revocation)
        try object.encode(peer.validUntil, forKey: .validUntil)
        try object.encode(rule, forKey: .rule)
    }
}

/// A connection that is live, as a list shows it.
public struct LiveConnection: Sendable, Encodable {
    public let facts: ConnectionFacts
    /// From the client towards the service, in bytes of application data.
    public let bytesUp: UInt64
    /// From the service towards the client, in bytes of application data.
    public let bytesDown: UInt64
    /// When the proof ends the connection, if nothing does before: the earliest `notAfter` of the peer's path.
    public var endsAt: Date { facts.peer.validUntil }

    private enum CodingKeys: String, CodingKey {
        case bytesUp, bytesDown, endsAt
    }

    public func encode(to encoder: any Encoder) throws {
        try facts.encode(to: encoder)
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(bytesUp, forKey: .bytesUp)
        try object.encode(bytesDown, forKey: .bytesDown)
        try object.encode(endsAt, forKey: .endsAt)
    }
}

public import Foundation
internal import SymbolonCertificates
internal import SymbolonNames
internal import SymbolonVerification

/// One request: what was asked, and what came of it.
public struct RequestFacts: Sendable {
    let connection: ConnectionFacts
    public let method: String?
    public let host: String?
    /// As it was decided; as it came, where it was none. Without its query.
    public let path: String?
    public let status: Int
    /// The rule that let it by; nil: none was asked, or none did.
    public let rule: String?
    /// The person for whom the peer has asked; nil: for itself.
    public let actingFor: String?
    /// Whose token says so.
    public let tokenIssuer: String?
    /// The rule that let the person by.
    public let personRule: String?
    /// One word, where this end answered itself or cut it; nil: the backend answered.
    public let reason: String?
    public let explanation: String?
    public let remedy: String?
    public let bytesUp: Int
    public let bytesDown: Int
    public let seconds: Double
    public let at: Date

    public var service: String { connection.service }
    public var peer: String { connection.peer.identity.description }
    public var address: String { connection.address }
    public var isRefused: Bool { reason != nil }
}

extension RequestFacts: Encodable {
    private enum CodingKeys: String, CodingKey {
        case service, role, id, peer, serial, method, host, path, status, rule, actingFor, tokenIssuer, personRule,
            reason,
            explanation, remedy
        case bytesUp, bytesDown, seconds, at
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(connection.role, forKey: .role)
        try object.encodeIfPresent(reason, forKey: .reason)
        try object.encode(status, forKey: .status)
        try connection.flow.encode(to: encoder)
        try object.encode(connection.service, forKey: .service)
        try object.encode(connection.id, forKey: .id)
        try object.encode(peer, forKey: .peer)
        try object.encode(connection.peer.path.leaf.serialNumber.description, forKey: .serial)
        try object.encodeIfPresent(rule, forKey: .rule)
        try object.encodeIfPresent(actingFor, forKey: .actingFor)
        try object.encodeIfPresent(tokenIssuer, forKey: .tokenIssuer)
        try object.encodeIfPresent(personRule, forKey: .personRule)
        try object.encode(bytesUp, forKey: .bytesUp)
        try object.encode(bytesDown, forKey: .bytesDown)
        try object.encode(seconds, forKey: .seconds)
        try object.encode(at, forKey: .at)
        try object.encodeIfPresent(method, forKey: .method)
        try object.encodeIfPresent(host, forKey: .host)
        try object.encodeIfPresent(path, forKey: .path)
        try object.encodeIfPresent(explanation, forKey: .explanation)
        try object.encodeIfPresent(remedy, forKey: .remedy)
    }
}

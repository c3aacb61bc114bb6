public import Foundation
internal import SymbolonCertificates
internal import SymbolonNames
internal import SymbolonVerification
package import SymbolonWire

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

extension RequestFacts: JSONMembers {
    package func write(to object: inout JSONText) {
        object.member("role", connection.role.rawValue)
        object.member("reason", reason)
        object.member("status", status)
        connection.flow.write(to: &object)
        object.member("service", connection.service)
        object.member("id", connection.id)
        object.member("peer", peer)
        object.member("serial", connection.peer.path.leaf.serialNumber.description)
        object.member("rule", rule)
        object.member("actingFor", actingFor)
        object.member("tokenIssuer", tokenIssuer)
        object.member("personRule", personRule)
        object.member("bytesUp", bytesUp)
        object.member("bytesDown", bytesDown)
        object.member("seconds", seconds)
        object.member("at", at)
        object.member("method", method)
        object.member("host", host)
        object.member("path", path)
        object.member("explanation", explanation)
        object.member("remedy", remedy)
    }
}

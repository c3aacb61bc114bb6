public import Foundation

/// Somebody who may work with the authority over the network.
public struct Operator: Codable, Equatable, Sendable {
    /// The SPIFFE ID that a certificate proves, whole.
    public let identity: String
    public let role: Role
    public let since: Date
    /// Who gave the role.
    public let addedBy: String

    public init(identity: String, role: Role, since: Date, addedBy: String) {
        self.identity = identity
        self.role = role
        self.since = since
        self.addedBy = addedBy
    }
}

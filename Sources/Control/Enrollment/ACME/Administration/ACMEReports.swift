public import Foundation

/// An ACME account as operators see it.
public struct ACMEAccountReport: Codable, Equatable, Sendable {
    public let id: String
    /// `valid`, `deactivated` or `revoked` (RFC 8555 §7.1.6).
    public let status: String
    public let contacts: [String]
    /// Of the account key.
    public let key: String
    public let thumbprint: String?
    public let externalAccountKey: String?
    /// Nil: what the server grants to everybody.
    public let policy: ACMEPolicyReport?
    public let createdAt: Date
    public let createdFrom: String
}

public struct ACMEAccountList: Codable, Equatable, Sendable {
    public let accounts: [ACMEAccountReport]
}

/// What an account may ask for, within what the authority certifies at all.
public struct ACMEPolicyReport: Codable, Equatable, Sendable {
    /// `dns:SUFFIX` and `ip:NETWORK`; nil: whatever the authority certifies.
    public let permitted: [String]?
    public let wildcards: Bool
    /// Nil: all that the server offers.
    public let profiles: [String]?
    /// How many orders in how many seconds.
    public let orders: Int
    public let orderSeconds: Int

    public init(
        permitted: [String]? = nil, wildcards: Bool = true, profiles: [String]? = nil, orders: Int = 300,
        orderSeconds: Int = 3 * 3600
    ) {
        self.permitted = permitted
        self.wildcards = wildcards
        self.profiles = profiles
        self.orders = orders
        self.orderSeconds = orderSeconds
    }
}

/// A key for external account binding as operators see it.
public struct ExternalAccountKeyReport: Codable, Equatable, Sendable {
    public let id: String
    /// `open`, `bound` or `revoked`.
    public let state: String
    /// The account that was made with it.
    public let account: String?
    public let policy: ACMEPolicyReport?
    public let createdAt: Date
    public let createdBy: String
    public let expiresAt: Date?
}

public struct ExternalAccountKeyList: Codable, Equatable, Sendable {
    public let keys: [ExternalAccountKeyReport]
}

/// A key for external account binding, with its secret: told this once.
public struct NewExternalAccountKey: Codable, Equatable, Sendable {
    public let key: ExternalAccountKeyReport
    /// base64url, as ACME clients take it (`--eab-hmac-key`).
    public let secret: String
}

extension NewExternalAccountKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "external account key \(key.id)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["key": key]) }
}

public import Foundation
public import SymbolonAdministration

/// What operators do with the ACME server.
public enum ACMEOperations {
    public static let all: [any AdministrativeOperation.Type] = [
        ListACMEAccounts.self, ShowACMEAccount.self, DeactivateACMEAccount.self, ListExternalAccountKeys.self,
        CreateExternalAccountKey.self, RevokeExternalAccountKey.self,
    ]
}

/// The ACME accounts, the newest first.
public struct ListACMEAccounts: AdministrativeOperation {
    public static let name = "listACMEAccounts"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "acme/accounts", query: ["limit": .number])

    public let limit: Int?

    /// - Parameter limit: 1000 unless told.
    public init(limit: Int? = nil) { self.limit = limit }

    public var subject: String { "acme accounts" }

    public func perform(with part: ACMEDesk, in call: Call) async throws(AdministrationFailure) -> ACMEAccountList {
        try await part.accounts(limit: limit)
    }
}

/// One ACME account.
public struct ShowACMEAccount: AdministrativeOperation {
    public static let name = "showACMEAccount"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "acme/accounts/{id}")

    public let id: String

    public init(id: String) { self.id = id }

    public var subject: String { id }

    public func perform(with part: ACMEDesk, in call: Call) async throws(AdministrationFailure) -> ACMEAccountReport {
        try await part.account(id)
    }
}

/// Ends an ACME account for good: it asks for nothing more. Its certificates stay what they are.
public struct DeactivateACMEAccount: AdministrativeOperation {
    public static let name = "deactivateACMEAccount"
    public static let access = Access.role(.operator)
    public static let endpoint = OperationEndpoint(.delete, "acme/accounts/{id}")
    public static let recording = Recording.byChange

    public let id: String

    public init(id: String) { self.id = id }

    public var subject: String { id }

    public func perform(with part: ACMEDesk, in call: Call) async throws(AdministrationFailure) -> ACMEAccountReport {
        try await part.deactivate(id, in: call)
    }
}

/// The keys that were given out for external account binding, the newest first; never their secrets.
public struct ListExternalAccountKeys: AdministrativeOperation {
    public static let name = "listExternalAccountKeys"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "acme/external-account-keys", query: ["limit": .number])

    public let limit: Int?

    /// - Parameter limit: 1000 unless told.
    public init(limit: Int? = nil) { self.limit = limit }

    public var subject: String { "external account keys" }

    public func perform(
        with part: ACMEDesk, in call: Call
    ) async throws(AdministrationFailure) -> ExternalAccountKeyList {
        try await part.keys(limit: limit)
    }
}

/// Makes a key with which one account can be made, and says what that account may ask for.
public struct CreateExternalAccountKey: AdministrativeOperation {
    public static let name = "createExternalAccountKey"
    public static let access = Access.role(.operator)
    public static let endpoint = OperationEndpoint(.post, "acme/external-account-keys", status: 201)
    public static let recording = Recording.byChange

    /// Nil: what the server grants to everybody.
    public let policy: ACMEPolicyReport?
    /// Until when an account can be made with it; nil: for good.
    public let expiresAt: Date?

    public init(policy: ACMEPolicyReport? = nil, expiresAt: Date? = nil) {
        self.policy = policy
        self.expiresAt = expiresAt
    }

    public var subject: String { "external account key" }

    public func perform(
        with part: ACMEDesk, in call: Call
    ) async throws(AdministrationFailure) -> NewExternalAccountKey {
        try await part.create(self, in: call)
    }
}

/// No account can be made with it any more. The account that was made with it stays.
public struct RevokeExternalAccountKey: AdministrativeOperation {
    public static let name = "revokeExternalAccountKey"
    public static let access = Access.role(.operator)
    public static let endpoint = OperationEndpoint(.delete, "acme/external-account-keys/{id}")
    public static let recording = Recording.byChange

    public let id: String

    public init(id: String) { self.id = id }

    public var subject: String { id }

    public func perform(
        with part: ACMEDesk, in call: Call
    ) async throws(AdministrationFailure) -> ExternalAccountKeyReport {
        try await part.revoke(id, in: call)
    }
}

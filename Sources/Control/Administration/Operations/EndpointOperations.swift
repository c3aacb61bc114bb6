/// Where a service can be reached.
public struct FindEndpoint: AdministrativeOperation {
    public static let name = "findEndpoint"
    public static let access = Access.holder
    public static let endpoint = OperationEndpoint(.get, "endpoints", query: ["service": .text])

    public let service: String

    public init(service: String) { self.service = service }

    public var subject: String { service }

    public func perform(with part: EndpointDesk, in call: Call) async throws(AdministrationFailure) -> ServiceEndpoint {
        try await part.find(service)
    }
}

/// Notes where a service can be reached, in the place of what was noted before. A holder may say so of the service whose
/// identity it proves, an operator of any.
public struct PublishEndpoint: AdministrativeOperation {
    public static let name = "publishEndpoint"
    public static let access = Access.holder
    public static let endpoint = OperationEndpoint(.put, "endpoints")

    public let service: String
    /// `host:port`.
    public let address: String

    public init(service: String, address: String) {
        self.service = service
        self.address = address
    }

    public var subject: String { service }

    public func perform(with part: EndpointDesk, in call: Call) async throws(AdministrationFailure) -> ServiceEndpoint {
        try await part.publish(self, in: call)
    }
}

/// Takes back what `PublishEndpoint` noted, if it still stands.
public struct WithdrawEndpoint: AdministrativeOperation {
    public static let name = "withdrawEndpoint"
    public static let access = Access.holder
    public static let endpoint = OperationEndpoint(
        .delete, "endpoints", query: ["service": .text, "address": .text])

    public let service: String
    public let address: String

    public init(service: String, address: String) {
        self.service = service
        self.address = address
    }

    public var subject: String { service }

    public func perform(with part: EndpointDesk, in call: Call) async throws(AdministrationFailure) -> Done {
        try await part.withdraw(self, in: call)
    }
}

public import Foundation

/// Where a protected service can be reached. It proves nothing: whoever answers there still has to.
public struct ServiceEndpoint: Codable, Equatable, Sendable {
    /// The service's name.
    public let service: String
    /// `host:port`, as the end that listens knows it.
    public let address: String
    public let updatedAt: Date

    public init(service: String, address: String, updatedAt: Date) {
        self.service = service
        self.address = address
        self.updatedAt = updatedAt
    }
}

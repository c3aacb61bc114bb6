public import SymbolonTransport

/// A service behind an end that only proved and permitted peers reach.
public struct ServiceDefinition: Sendable {
    /// The short name, for events and lists.
    public var name: String
    public var listen: [Endpoint]
    /// Sockets that listen already; where there are any, `listen` is not bound.
    public var listeners: [OpenListener] = []
    public var backend: Endpoint
    /// What the backend is told of the peer before the connection's first byte. Where requests are read, each of them says it.
    public var backendHeader: BackendHeader
    /// The service speaks HTTP, and its requests are read; nil: bytes are passed on, whatever they are.
    public var http: HTTPService?
    /// The protocol versions, application protocols and server names that the end speaks.
    public var tls: TLSSettings
    /// The server names that are answered; nil answers any, and its absence (RFC 6066 §3: others get unrecognized_name).
    public var serverNames: Set<String>?
    public var limits: EndLimits

    public init(
        name: String, listen: [Endpoint], backend: Endpoint, backendHeader: BackendHeader = .none,
        http: HTTPService? = nil, tls: TLSSettings = TLSSettings(),
        serverNames: Set<String>? = nil, limits: EndLimits = EndLimits()
    ) {
        self.name = name
        self.listen = listen
        self.backend = backend
        self.backendHeader = backendHeader
        self.http = http
        self.tls = tls
        self.serverNames = serverNames
        self.limits = limits
    }
}

/// A local door to a protected service: what comes in at `listen` goes to `service`, proved both ways.
public struct DoorDefinition: Sendable {
    /// The short name, for events and lists.
    public var name: String
    public var listen: [Endpoint]
    /// Sockets that listen already; where there are any, `listen` is not bound.
    public var listeners: [OpenListener] = []
    /// Where the protected service listens.
    public var service: Endpoint
    /// The DNS name to ask the service for (RFC 6066 §3); nil asks for none. What the service must prove is another
    /// matter: `TrustState` says it.
    public var serverName: String?
    public var tls: TLSSettings
    public var limits: EndLimits

    public init(
        name: String, listen: [Endpoint], service: Endpoint, serverName: String? = nil,
        tls: TLSSettings = TLSSettings(), limits: EndLimits = EndLimits()
    ) {
        self.name = name
        self.listen = listen
        self.service = service
        self.serverName = serverName
        self.tls = tls
        self.limits = limits
    }
}

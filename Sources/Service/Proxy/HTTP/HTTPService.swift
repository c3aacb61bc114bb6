public import NIOCore
public import SymbolonNames

/// That a service speaks HTTP, and how: its requests are read, and each is decided by its method and its path.
public struct HTTPService: Equatable, Sendable {
    /// What the backend speaks.
    public enum BackendProtocol: String, CaseIterable, Sendable {
        /// HTTP/1.1 in the clear; behind TLS HTTP/2 or HTTP/1.1, as the handshake agrees (RFC 7301).
        case auto
        case http1 = "http/1.1"
        /// HTTP/2 without TLS by prior knowledge (RFC 9113 §3.3), such as gRPC asks for.
        case h2c
    }

    /// TLS to the backend, and what it has to prove there before it gets a request.
    public struct BackendTLS: Equatable, Sendable {
        /// All of which it has to prove.
        public let names: [ReferenceName]
        /// The DNS name to ask for (RFC 6066 §3); nil: the first one among the names, where there is one.
        public var serverName: String?
        /// Whether this end proves itself, too, to a backend that asks for it.
        public var showsIdentity = true

        /// Nil without a name: whoever the anchors vouch for would do.
        public init?(names: [ReferenceName]) {
            guard !names.isEmpty else { return nil }
            self.names = names
        }
    }

    public var backend = BackendProtocol.auto
    /// Nil: it is spoken to in the clear.
    public var backendTLS: BackendTLS?
    /// The hosts that requests may name, in lower case. Empty: those of the end's own certificate, and the address that was
    /// connected to.
    public var hosts: Set<String> = []
    /// The service behind is told who is there by a signed token, too; nil: it is not.
    public var token: BackendToken?
    /// A line for each request, not only for refused ones.
    public var tellsRequests = false
    public var limits = HTTPLimits()

    public init() {}

    /// A host as requests name it, in its one spelling; nil: it is none.
    public static func host(_ text: String) -> String? {
        guard let authority = RequestAuthority(text), authority.port == nil else { return nil }
        return authority.host
    }
}

/// What a proved peer may use of an HTTP service.
///
/// Counts are for the whole end; each event loop keeps its own equal share, rounded up. What HTTP/2 frames cost beyond requests
/// (resets, settings, pings, continuations, empty data) is bounded by `HTTP2Limits`.
public struct HTTPLimits: Equatable, Sendable {
    /// Of one request: names, values and target. 32 KiB: four times what RFC 9110 §4.1 asks to take of a target.
    public var headerBytes = 32 * 1024
    /// Fields of one request. 128: browsers send some twenty.
    public var headerFields = 128
    /// Requests under way on one HTTP/2 connection. 100: the least that RFC 9113 §6.5.2 advises.
    public var streams: UInt32 = 100
    /// Requests under way, of all peers. 10,000, as connections.
    public var requests = 10_000
    /// Requests under way of one identity. A tenth of all.
    public var requestsPerPeer = 1_000
    /// Octets of a request's content; nil: any, for nothing of it is kept here.
    public var bodyBytes: Int?
    /// From the first octet of a request's head to its last. 10 s.
    public var headTimeout: TimeAmount = .seconds(10)
    /// A connection without requests. 60 s.
    public var idleTimeout: TimeAmount = .seconds(60)
    /// The backend is silent where it is its turn to speak, or the peer sends nothing of its content. 60 s.
    public var answerTimeout: TimeAmount = .seconds(60)
    /// Idle connections to the backend that one connection of a peer keeps, and for how long. 8, and 20 s: less than servers do.
    public var idleBackends = 8
    public var idleBackendTimeout: TimeAmount = .seconds(20)

    public init() {}
}

public import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Fetches a file from an address that an operator has configured, and from nowhere else: bounded in time and in octets,
/// without following where a server would send one on.
public struct Fetcher: Sendable {
    /// What one fetch may take.
    public struct Limits: Sendable {
        /// 2 s: three tries at the first packet of a connection.
        public var connecting = TimeAmount.seconds(2)
        /// Between one piece and the next. 5 s: what a busy server takes to find a file.
        public var silence = TimeAmount.seconds(5)
        /// 60 s: a list of a million entries, 50 MB, over 10 Mbit/s.
        public var whole = TimeAmount.seconds(60)

        public init() {}
    }

    private let group: any EventLoopGroup
    private let limits: Limits

    /// - Parameter group: other loops than those that shake hands; without one, loops of the process's own.
    public init(group: (any EventLoopGroup)? = nil, limits: Limits = Limits()) {
        self.group = group ?? MultiThreadedEventLoopGroup.singleton
        self.limits = limits
    }

    /// GET. RFC 9110 §9.3.1; anything but status 200 is a failure.
    ///
    /// - Parameter time: for all of it, where it is less than the limit.
    public func get(
        _ address: FetchAddress, atMost octets: Int, within time: TimeAmount? = nil
    ) async throws(FetchFailure) -> [UInt8] {
        try await ask(address, .get, atMost: octets, within: time, trusting: nil).octets
    }

    /// POST. RFC 9110 §9.3.3; every status is an answer, but one that leads elsewhere.
    ///
    /// - Parameters:
    ///   - octets: of the answer.
    ///   - anchors: a file (PEM) with the authorities by which an https server is believed; nil: the system's.
    public func post(
        _ content: [UInt8], type: String, to address: FetchAddress, atMost octets: Int, trusting anchors: String? = nil
    ) async throws(FetchFailure) -> FetchAnswer {
        try await ask(address, .post(content, type: type), atMost: octets, within: nil, trusting: anchors)
    }

    private func ask(
        _ address: FetchAddress, _ request: FetchRequest, atMost octets: Int, within time: TimeAmount?,
        trusting anchors: String?
    ) async throws(FetchFailure) -> FetchAnswer {
        let fetched = group.any().makePromise(of: FetchAnswer.self)
        var narrowed = limits
        if let time { narrowed.whole = min(time, limits.whole) }
        let limits = narrowed
        let tls = try address.isSecure ? Self.tlsContext(anchors) : nil
        ClientBootstrap(group: group)
            .connectTimeout(limits.connecting)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: address.isNamed ? address.host : nil))
                    }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(
                        FetchHandler(address, request, atMost: octets, within: limits, fulfilling: fetched))
                }
            }
            .connect(host: address.host, port: address.port)
            .whenFailure { fetched.fail(FetchFailure(connecting: $0, within: limits.connecting)) }
        do {
            return try await fetched.futureResult.get()
        } catch {
            throw error as? FetchFailure ?? .malformed("\(error)")
        }
    }

    /// The system's authorities vouch for a web server; lists and answers are believed by their own signatures alone.
    private static func tlsContext(_ anchors: String?) throws(FetchFailure) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let anchors { configuration.trustRoots = .file(anchors) }
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .notProved("\(error)")
        }
    }
}

extension FetchAddress {
    /// RFC 6066 §3: an IP address is not asked for as a server name.
    fileprivate var isNamed: Bool { (try? SocketAddress(ipAddress: host, port: 0)) == nil }
}

extension FetchFailure {
    init(connecting error: any Error, within time: TimeAmount) {
        switch error {
        case ChannelError.connectTimeout: self = .unreachableWithin(time)
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first?.error {
                self.init(connecting: first, within: time)
            } else {
                self = .unreachable("the name \"\(error.host)\" is not known")
            }
        case let error as IOError: self = .unreachable(error.description)
        default: self = .unreachable("\(error)")
        }
    }
}

import Foundation
public import NIOCore
import NIOHTTP1
import NIOPosix
public import SymbolonTransport

/// Speaks HTTP/1.1 to one server over our TLS: both ends are proved before the first octet of a request, and the
/// connection is kept for the next one. Requests go one after the other; each is bounded in time and in octets.
///
/// ```swift
/// let client = HTTPSClient(to: ServerAddress(host: "ca.example.internal", port: 8443), proving: proof)
/// let answer = try await client.send(HTTPSRequest(.get, "/health"))
/// ```
public actor HTTPSClient {
    public nonisolated let address: ServerAddress
    private let proof: HTTPSProof
    private let limits: HTTPSLimits
    private let group: any EventLoopGroup
    private let connectsOnce: Bool
    private var hasConnected = false
    private var connection: Connection?
    private let turns = Turns()

    private typealias Connection = HTTPSConnectionHandler.Proved

    /// - Parameters:
    ///   - group: other loops than those that shake hands for services; without one, loops of the process's own.
    ///   - connectsOnce: whether a connection that ended is the end, where each handshake is a guess that counts.
    public init(
        to address: ServerAddress, proving proof: HTTPSProof, limits: HTTPSLimits = HTTPSLimits(),
        group: (any EventLoopGroup)? = nil, connectsOnce: Bool = false
    ) {
        self.address = address
        self.proof = proof
        self.limits = limits
        self.group = group ?? MultiThreadedEventLoopGroup.singleton
        self.connectsOnce = connectsOnce
    }

    // MARK: Asking

    /// Sends a request and waits for the whole answer, whatever its status.
    ///
    /// - Parameter limits: for this request, where they are not the client's.
    public func send(
        _ request: HTTPSRequest, within limits: HTTPSLimits? = nil
    ) async throws(HTTPSFailure) -> HTTPSResponse {
        try Self.check(request)
        await turns.take()
        defer { turns.pass() }
        let limits = limits ?? self.limits
        if let kept = await keptConnection() {
            do {
                return try await exchange(request, within: limits, over: kept)
            } catch .cutOff(afterFirstOctet: false) where request.isRepeatable {
                // RFC 9112 §9.3.1: the server closed what we thought was open.
                connection = nil
            }
        }
        return try await exchange(request, within: limits, over: connected())
    }

    /// What the handshake agreed on; connects when there is no connection.
    public func session() async throws(HTTPSFailure) -> SessionFacts {
        await turns.take()
        defer { turns.pass() }
        if let kept = await keptConnection() { return kept.facts }
        return try await connected().facts
    }

    /// Keying material of the present connection (RFC 8446 §7.5), which both ends share and nobody else knows; connects
    /// when there is none.
    public func exporter(label: String, length: Int) async throws(HTTPSFailure) -> [UInt8] {
        await turns.take()
        defer { turns.pass() }
        let connection: Connection
        if let kept = await keptConnection() { connection = kept } else { connection = try await connected() }
        let tls = connection.tls
        let result = connection.channel.eventLoop.submit {
            Result { () throws(TLSFailure) in try tls.value.exporter(label: label, length: length) }
        }
        switch try? await result.get() {
        case .success(let octets): return octets
        case .failure(let failure): throw .tls(failure)
        case nil: throw .cutOff(afterFirstOctet: false)
        }
    }

    /// Ends the connection that is kept. The next request makes another.
    public func close() async {
        await turns.take()
        defer { turns.pass() }
        guard let connection else { return }
        self.connection = nil
        try? await connection.channel.close().get()
    }

    deinit { connection?.channel.close(promise: nil) }

    /// RFC 9112 §3.2.1: origin form; RFC 9110 §5: field names and values. Nothing that would end a line.
    private static func check(_ request: HTTPSRequest) throws(HTTPSFailure) {
        guard request.target.hasPrefix("/"), request.target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .request("its target is no path")
        }
        for field in request.fields {
            let isToken = !field.name.isEmpty && field.name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3A }
            guard isToken, field.value.utf8.allSatisfy({ $0 == 0x09 || (0x20...0x7E).contains($0) }) else {
                throw .request("a header field holds what none may")
            }
        }
    }

    // MARK: Connections

    private func keptConnection() async -> Connection? {
        guard let connection else { return nil }
        let handler = connection.handler
        let isIdle = try? await connection.channel.eventLoop.submit { handler.value.isIdle }.get()
        if isIdle != true { self.connection = nil }
        return self.connection
    }

    private func connected() async throws(HTTPSFailure) -> Connection {
        guard !(connectsOnce && hasConnected) else { throw .cutOff(afterFirstOctet: false) }
        let loop = group.next()
        let proved = loop.makePromise(of: Connection.self)
        let (address, proof, limits) = (address, proof, limits)
        let made = ClientBootstrap(group: loop)
            .connectTimeout(limits.connecting)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.addHandlers(to: channel, address, proof, limits, fulfilling: proved)
                }
            }
            .connect(host: address.host, port: address.port)
        made.whenFailure { proved.fail(HTTPSFailure(connectingTo: address, $0, within: limits.connecting)) }
        do {
            let connection = try await withTaskCancellationHandler {
                try await proved.futureResult.get()
            } onCancel: {
                made.whenSuccess { $0.close(promise: nil) }
            }
            self.connection = connection
            hasConnected = true
            return connection
        } catch {
            throw Task.isCancelled ? .cancelled : error as? HTTPSFailure ?? .cutOff(afterFirstOctet: false)
        }
    }

    private static func addHandlers(
        to channel: any Channel, _ address: ServerAddress, _ proof: HTTPSProof, _ limits: HTTPSLimits,
        fulfilling proved: EventLoopPromise<Connection>
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        let handler = HTTPSConnectionHandler(address, judging: proof.judge, fulfilling: proved)
        var bounds = NIOHTTPDecoderLimitConfiguration()
        (bounds.maxHeaderListSize, bounds.maxHeaderFieldSize) = (limits.headOctets, limits.headOctets)
        let decoder = HTTPResponseDecoder(
            leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop, limitConfiguration: bounds)
        try pipeline.addHandler(handler.makeTLS(proof))
        try pipeline.addHandler(HTTPRequestEncoder())
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(handler)
    }

    private func exchange(
        _ request: HTTPSRequest, within limits: HTTPSLimits, over connection: Connection
    ) async throws(HTTPSFailure) -> HTTPSResponse {
        let answered = connection.channel.eventLoop.makePromise(of: HTTPSResponse.self)
        let handler = connection.handler
        let loop = connection.channel.eventLoop
        do {
            return try await withTaskCancellationHandler {
                loop.execute { handler.value.send(request, within: limits, fulfilling: answered) }
                return try await answered.futureResult.get()
            } onCancel: {
                loop.execute { handler.value.cancel() }
            }
        } catch {
            self.connection = nil
            throw error as? HTTPSFailure ?? .malformed("\(error)")
        }
    }
}

extension HTTPSFailure {
    init(connectingTo address: ServerAddress, _ error: any Error, within time: TimeAmount) {
        switch error {
        case let failure as HTTPSFailure: self = failure
        case ChannelError.connectTimeout: self = .unreachableWithin(time)
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first?.error {
                self.init(connectingTo: address, first, within: time)
            } else {
                self = .unknownHost(address.host)
            }
        case let error as IOError: self = .unreachable(unsafe String(cString: strerror(error.errnoCode)))
        default: self = .unreachable("\(error)")
        }
    }
}

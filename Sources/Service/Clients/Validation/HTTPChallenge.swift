import NIOCore
import NIOHTTP1
import NIOPosix
import SymbolonNames
import SymbolonTransport

/// http-01, RFC 8555 §8.3: a file below `/.well-known/acme-challenge/` holds the key authorization.
struct HTTPChallenge: Sendable {
    /// RFC 8555 §8.3 leaves it to us how far redirects are followed; 10 is what browsers and others follow.
    private static let mostRedirects = 10
    /// A key authorization has 87 octets; the rest is room for white space.
    private static let mostOctets = 4096
    /// Head and body of one response, as they come on the wire.
    private static let mostWireOctets = 1 << 16

    let resolver: Resolver
    let settings: ValidationSettings
    let group: any EventLoopGroup

    /// Where the response was.
    struct Sighting: Sendable {
        let url: String
        let address: IPAddress
        let port: Int
    }

    func validate(
        _ host: Destination.Host, token: String, keyAuthorization: String
    ) async throws(ChallengeFailure) -> Sighting {
        let timeLeft = TimeLeft(seconds: settings.seconds)
        var address = try Self.address(of: host, settings.httpPort, token)
        for _ in 0...Self.mostRedirects {
            switch try await fetch(address, timeLeft) {
            case .response(let octets, let from):
                try Self.compare(octets, with: keyAuthorization)
                return Sighting(url: address.description, address: from, port: address.port)
            case .redirect(let location):
                address = try redirect(from: address, to: location)
            }
        }
        throw .redirect("more than \(Self.mostRedirects) redirects")
    }

    private enum Outcome {
        case response([UInt8], from: IPAddress)
        case redirect(String)
    }

    /// Every host is looked up, and judged, anew; a second address is tried where the first is not there.
    private func fetch(
        _ address: FetchAddress, _ timeLeft: TimeLeft
    ) async throws(ChallengeFailure) -> Outcome {
        let host: Destination.Host
        do throws(NameFailure) {
            host = try Destination.Host(address.host)
        } catch {
            throw .redirect("a redirect leads to a host that is none: \(error.explanation)")
        }
        let destination = try await Destination(host, by: resolver, within: settings.networks)
        var last = ChallengeFailure.noAddress(name: address.host)
        for candidate in destination.addresses {
            var limits = Fetcher.Limits()
            limits.connecting = try timeLeft.step(atMost: settings.connecting)
            limits.whole = try timeLeft.step(atMost: settings.response)
            limits.silence = limits.whole
            do throws(FetchFailure) {
                return .response(try await get(address, at: candidate, limits), from: candidate)
            } catch {
                switch error {
                case .redirected(let location): return .redirect(location)
                case .unreachable, .unreachableWithin:
                    last = .connection("\(candidate), port \(address.port): \(error.explanation)")
                case .status: throw .absent("\(candidate), port \(address.port): \(error.explanation)")
                case .tooLarge: throw .incorrect("\(candidate), port \(address.port): \(error.explanation)")
                default: throw .connection("\(candidate), port \(address.port): \(error.explanation)")
                }
            }
        }
        throw last
    }

    private func get(
        _ address: FetchAddress, at number: IPAddress, _ limits: Fetcher.Limits
    ) async throws(FetchFailure) -> [UInt8] {
        let target: SocketAddress
        let tls: TLSContext?
        do {
            target = try SocketAddress(ipAddress: number.description, port: address.port)
            tls =
                try address.isSecure
                ? TLSContext(side: .client, identity: nil, settings: .looking(for: ["http/1.1"])) : nil
        } catch {
            throw .malformed("\(error)")
        }
        let loop = group.any()
        let fetched = loop.makePromise(of: FetchAnswer.self)
        ClientBootstrap(group: loop)
            .connectTimeout(limits.connecting)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        // RFC 8555 §8.3 asks for no proof: the path there may be http in its first step anyway.
                        try pipeline.addHandler(
                            TLSHandler(context: tls, serverName: address.host) { _ in .accepted(()) })
                    }
                    try pipeline.addHandler(OctetLimit(Self.mostWireOctets))
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(
                        FetchHandler(address, atMost: Self.mostOctets, within: limits, fulfilling: fetched))
                }
            }
            .connect(to: target)
            .whenFailure { fetched.fail(FetchFailure(connecting: $0, within: limits.connecting)) }
        do {
            return try await fetched.futureResult.get().octets
        } catch {
            throw error as? FetchFailure ?? .malformed("\(error)")
        }
    }

    // MARK: Where it leads

    private static func address(
        of host: Destination.Host, _ port: Int, _ token: String
    ) throws(ChallengeFailure) -> FetchAddress {
        var name = host.description
        if case .address(let address) = host, address.version == .v6 { name = "[\(name)]" }
        do {
            return try FetchAddress("http://\(name):\(port)/.well-known/acme-challenge/\(token)")
        } catch {
            throw .incorrect(error.explanation)
        }
    }

    /// Only http and https, and only at the ports that belong to them: a redirect is no way to other services.
    private func redirect(from address: FetchAddress, to location: String) throws(ChallengeFailure) -> FetchAddress {
        let next: FetchAddress
        do {
            next = try FetchAddress(location: location, from: address)
        } catch {
            throw .redirect("a redirect leads nowhere we go: \(error.explanation)")
        }
        let port = next.isSecure ? settings.httpsPort : settings.httpPort
        guard next.port == port else {
            throw .redirect(
                "a redirect leads to port \(next.port); \(next.isSecure ? "https" : "http") is port \(port)")
        }
        return next
    }

    /// RFC 8555 §8.3: white space at the end is ignored, and nothing else.
    private static func compare(_ octets: [UInt8], with expected: String) throws(ChallengeFailure) {
        let end = octets.lastIndex { ![0x20, 0x09, 0x0D, 0x0A].contains($0) }.map { $0 + 1 } ?? 0
        guard octets[..<end].elementsEqual(expected.utf8) else {
            throw .incorrect("the response is not the key authorization of this challenge and account")
        }
    }
}

/// Ends a connection that brings more than it may: heads have no bound of their own in the HTTP decoder.
private final class OctetLimit: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let limit: Int
    private var count = 0

    init(_ limit: Int) { self.limit = limit }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        count += unwrapInboundIn(data).readableBytes
        guard count <= limit else { return context.fireErrorCaught(FetchFailure.tooLarge(limit: limit)) }
        context.fireChannelRead(data)
    }
}

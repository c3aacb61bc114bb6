internal import Foundation
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import SymbolonProxy
internal import SymbolonTransport
internal import SymbolonWire
internal import Synchronization

/// Takes the connections of the public port, on a thread of its own for each event loop.
///
/// Who asks once, in one packet, for what is known is answered there and then, by four system calls: accept, recv, send, close.
/// Everybody else is left to the thread's event loop: who keeps the connection, who is slow, who asks for what the store must be
/// asked, and whatever is not plain.
final class PublicAcceptor: Sendable {
    typealias Seat = (loop: any EventLoop, connections: NIOLoopBound<PublicLoop>)

    private let listener: PublicListener
    private let parts: PublicParts
    private let observer: any ServerObserver
    private let isEnding = Atomic(false)
    /// Descriptors or memory ran out.
    private let isResting = Atomic(false)
    private let ended: [EventLoopFuture<Void>]

    /// From now on connections are taken.
    init(_ listener: PublicListener, _ parts: PublicParts, on seats: [Seat], telling observer: any ServerObserver) {
        (self.listener, self.parts, self.observer) = (listener, parts, observer)
        let promises = seats.map { $0.loop.makePromise(of: Void.self) }
        ended = promises.map(\.futureResult)
        for (seat, promise) in zip(seats, promises) {
            let thread = Thread { [self] in
                accept(for: seat)
                promise.succeed()
            }
            thread.name = "public-port"
            thread.start()
        }
    }

    /// Nothing more is taken; what was taken is answered.
    func end() async {
        isEnding.store(true, ordering: .relaxed)
        listener.end()
        for thread in ended { try? await thread.get() }
        listener.close()
    }

    // MARK: One thread

    /// How long nothing is tried while there is no room, in microseconds.
    private static let rest: UInt32 = 20_000
    /// Of a request that is answered at once, with its body.
    private static let longest = 8 * 1024

    private func accept(for seat: Seat) {
        var octets = [UInt8](repeating: 0, count: min(Self.longest, parts.limits.headerBytes))
        while !isEnding.load(ordering: .relaxed) {
            guard let peer = listener.accept() else {
                restIfShort(errno)
                continue
            }
            let served = seated(peer)
            if isResting.exchange(false, ordering: .relaxed) { observer.server(.acceptResumed) }
            serve(served, &octets, seat)
        }
    }

    /// accept(2): what is no shortage is one client less.
    private func restIfShort(_ code: CInt) {
        switch code {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: rest(code)
        case EINTR, ECONNABORTED, EPROTO: break
        default: usleep(Self.rest)
        }
    }

    private func rest(_ code: CInt) {
        if !isResting.exchange(true, ordering: .relaxed) {
            observer.server(.acceptPaused(because: text(of: IOError(errnoCode: code, reason: "accept"))))
        }
        usleep(5 * Self.rest)
    }

    /// Waits until its descriptor is outside the reserve.
    private func seated(_ peer: PeerSocket) -> PeerSocket {
        let reserve = DescriptorReserve.services
        while reserve.contains(peer.descriptor), !isEnding.load(ordering: .relaxed) {
            rest(EMFILE)
            guard let lower = reserve.lower(than: peer.descriptor) else { continue }
            peer.close()
            return PeerSocket(descriptor: lower, address: peer.address)
        }
        return peer
    }

    private func serve(_ peer: PeerSocket, _ octets: inout [UInt8], _ seat: Seat) {
        let key = PeerKey.address(PeerAddress(peer.address))
        guard parts.ledger.connect(key) else { return peer.close() }
        let count = peer.receive(into: &octets)
        guard count > 0 || (count < 0 && errno == EAGAIN) else { return end(peer, key) }
        let came = max(0, count)
        // What fills the buffer may not be all that came.
        guard came < octets.count,
            let request = PlainRequest(octets, count: came, mostFields: parts.limits.headerFields),
            request.body.count <= parts.limits.publicBodyBytes
        else { return leave(peer, .unread(ByteBuffer(bytes: octets[..<came])), key, to: seat) }
        let asked = AskedOnce(isHead: request.method == .head, isLast: true)
        switch parts.serve(PublicRequest(request, octets), from: key) {
        case .now(let response):
            var buffer = ByteBuffer()
            buffer.writeAnswer(response, to: asked, date: parts.date.text)
            guard peer.send(&buffer), buffer.readableBytes > 0 else { return end(peer, key) }
            leave(peer, .sending(buffer), key, to: seat)
        case .later(let find): leave(peer, .asking(asked, find), key, to: seat)
        }
    }

    private func end(_ peer: PeerSocket, _ key: PeerKey) {
        peer.close()
        parts.ledger.disconnect(key)
    }

    /// Waits until there is room.
    private func leave(
        _ peer: PeerSocket, _ beginning: PublicConnection.Beginning, _ key: PeerKey, to seat: Seat
    ) {
        while parts.isFull {
            guard !isEnding.load(ordering: .relaxed) else { return end(peer, key) }
            usleep(Self.rest)
        }
        let place = PublicParts.Seat(parts, key)
        let (parts, connections) = (parts, seat.connections)
        seat.loop.execute {
            _ = ClientBootstrap(group: connections.value.eventLoop)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try PublicConnection.add(to: channel, parts, on: connections.value, place, beginning)
                    }
                }
                .withConnectedSocket(peer.descriptor)
        }
    }
}

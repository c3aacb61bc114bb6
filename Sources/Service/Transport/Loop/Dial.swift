internal import Glibc
package import NIOCore

/// Connects to one of several addresses: the first that answers, each tried a quarter of a second after the one before it, or as
/// soon as that has failed (RFC 8305 §5: 250 ms). Confined to its loop.
package final class Dial {
    package typealias Answer = Result<ConnectedSocket, StreamFailure>

    private static let attemptDelay = TimeAmount.milliseconds(250)
    /// How long it waits for a descriptor when there is none. 50 ms: those that stall in their handshakes are made to give
    /// theirs back meanwhile.
    private static let scarcityDelay = TimeAmount.milliseconds(50)

    let loop: StreamLoop
    private let limit: TimeAmount
    private var rest: ArraySlice<SocketAddress> = []
    private var attempts: [Attempt] = []
    private var failure: StreamFailure?
    /// There is no descriptor to try with.
    private var scarcity: StreamFailure?
    private var tasks: [UInt64] = []
    private var finish: ((Answer) -> Void)?

    private init(within limit: TimeAmount, on loop: StreamLoop, _ finish: @escaping (Answer) -> Void) {
        self.limit = limit
        self.loop = loop
        self.finish = finish
    }

    /// - Parameter finish: called once, perhaps at once.
    package static func start(
        to addresses: [SocketAddress], within limit: TimeAmount, on loop: StreamLoop, finish: @escaping (Answer) -> Void
    ) {
        let dial = Dial(within: limit, on: loop, finish)
        dial.setDeadline()
        dial.tryAll(addresses)
    }

    /// The same at all addresses of a name, which is asked for off the loop.
    package static func start(
        to name: String, port: Int, within limit: TimeAmount, on loop: StreamLoop, finish: @escaping (Answer) -> Void
    ) {
        let dial = Dial(within: limit, on: loop, finish)
        dial.setDeadline()
        let bound = NIOLoopBound(dial, eventLoop: loop)
        Resolver.resolve(name, port: port) { addresses in
            loop.execute {
                if addresses.isEmpty { bound.value.end(.failure(.unknownName(name))) }
                bound.value.tryAll(addresses)
            }
        }
    }

    private func setDeadline() {
        tasks.append(loop.add(at: .now() + limit) { [self] in end(.failure(scarcity ?? .noAnswer(within: limit))) })
    }

    private func tryAll(_ addresses: [SocketAddress]) {
        rest = addresses[...]
        tryNext()
    }

    private func tryNext() {
        guard finish != nil else { return }
        guard let address = rest.popFirst() else {
            if attempts.isEmpty { end(.failure(failure ?? .noAnswer(within: limit))) }
            return
        }
        do throws(StreamFailure) {
            let (attempt, isConnected) = try Attempt.start(at: address, for: self)
            guard !isConnected else { return end(.success(attempt.socket)) }
            attempts.append(attempt)
        } catch {
            guard error == .system(EMFILE) || error == .system(ENFILE) else { return failed(error) }
            scarcity = error
            rest.insert(address, at: rest.startIndex)
            tasks.append(loop.add(at: .now() + Self.scarcityDelay) { [self] in tryNext() })
            return
        }
        scarcity = nil
        guard !rest.isEmpty else { return }
        tasks.append(loop.add(at: .now() + Self.attemptDelay) { [self] in tryNext() })
    }

    private func failed(_ failure: StreamFailure) {
        self.failure = self.failure ?? failure
        tryNext()
    }

    fileprivate func answered(_ attempt: Attempt, _ code: CInt) {
        attempts.removeAll { $0 === attempt }
        guard code != 0 else { return end(.success(attempt.socket)) }
        attempt.giveUp()
        failed(.system(code))
    }

    private func end(_ answer: Answer) {
        guard let finish else { return }
        self.finish = nil
        for id in tasks { loop.tasks[id] = nil }
        for attempt in attempts { attempt.giveUp() }
        attempts = []
        rest = []
        finish(answer)
    }
}

/// One address that is being tried.
private final class Attempt: Watched {
    private let descriptor: Descriptor
    private let address: SocketAddress
    private var key: UInt64?
    /// What the loop has told of it.
    private var readiness: Readiness = []
    private var dial: Dial?

    private init(_ descriptor: Descriptor, _ address: SocketAddress, for dial: Dial) {
        self.descriptor = descriptor
        self.address = address
        self.dial = dial
    }

    /// Returns whether it has connected already.
    static func start(at address: SocketAddress, for dial: Dial) throws(StreamFailure) -> (Attempt, isConnected: Bool) {
        let descriptor = try SystemSocket.make(for: address).get()
        guard !DescriptorReserve.files.contains(descriptor.number) else { throw .system(EMFILE) }
        if case .unixDomainSocket = address {} else { SystemSocket.sendsAtOnce(descriptor.number) }
        let code = SystemSocket.connect(descriptor.number, to: address)
        guard code == 0 || code == EINPROGRESS else { throw .system(code) }
        let attempt = Attempt(descriptor, address, for: dial)
        attempt.key = dial.loop.watch(descriptor.number, for: [.input, .output, .inputEnd, .edge], attempt)
        guard attempt.key != nil else { throw .system(ENOSPC) }
        return (attempt, code == 0)
    }

    /// The loop knows it on by its key.
    var socket: ConnectedSocket {
        ConnectedSocket(descriptor, from: address, key: key, readiness: readiness)
    }

    func giveUp() {
        if let key, let dial { dial.loop.forget(key) }
        dial = nil
    }

    func ready(_ readiness: Readiness) {
        guard let dial, !readiness.isDisjoint(with: [.output, .error, .hangUp]) else { return }
        self.readiness.formUnion(readiness)
        let isBad = !readiness.isDisjoint(with: [.error, .hangUp])
        dial.answered(self, isBad ? SystemSocket.takeError(descriptor.number) : 0)
    }

    func rang() {}
    func loopEnds() { giveUp() }
}

import Foundation
import NIOCore
import NIOPosix
import SymbolonTransport

/// All clients. Confined to its event loop.
final class Talkers {
    /// Handshakes at a time. 64: fewer than an end lets one address have.
    private static let atOnce = 64

    let pause: TimeAmount
    private(set) var isQuiet = false
    private let loop: any EventLoop
    private let contexts: [TLSContext]
    private var talks: [Talk] = []
    private var port = 0
    private var toConnect = 0
    private var connecting = 0
    private var closed = 0
    /// Who has begun no other exchange yet.
    private var silent: Set<ObjectIdentifier> = []
    /// What is said when it is so.
    private var promised: [(word: String, isSo: () -> Bool)] = []

    init(_ loop: any EventLoop, _ contexts: [TLSContext], pause: TimeAmount) {
        (self.loop, self.contexts, self.pause) = (loop, contexts, pause)
    }

    func hear(_ line: String) {
        let words = line.split(separator: " ").map(String.init)
        let numbers = words.dropFirst().compactMap { Int($0) }
        switch (words.first, numbers.count) {
        case ("connect", 2):
            (toConnect, port) = (numbers[0], numbers[1])
            promised.append(("connected", { [unowned self] in toConnect == 0 && connecting == 0 }))
            connectMore()
        case ("closed", 1):
            promised.append(("closed", { [unowned self] in closed >= numbers[0] }))
        case ("turn", 0):
            silent = Set(talks.filter(\.isLive).map(ObjectIdentifier.init))
            promised.append(("turn", { [unowned self] in silent.isEmpty }))
        case ("quiet", 0):
            isQuiet = true
            promised.append(("quiet", { [unowned self] in !talks.contains { $0.isOwed } }))
        case ("fates", 0):
            let encoder = JSONEncoder()
            let lines = talks.compactMap { try? encoder.encode($0.fate) }.map { String(decoding: $0, as: UTF8.self) }
            CrowdProgram.say((lines + ["fates"]).joined(separator: "\n"))
        default:
            Self.fail("what is \(line)?")
        }
        keepPromises()
    }

    private func connectMore() {
        while toConnect > 0, connecting < Self.atOnce {
            toConnect -= 1
            connecting += 1
            connectOne(contexts[talks.count % contexts.count])
        }
    }

    private func connectOne(_ context: TLSContext) {
        let talk = Talk(self)
        talks.append(talk)
        let bound = NIOLoopBound(talk, eventLoop: loop)
        ClientBootstrap(group: loop).channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Whom the service proves to be is looked at elsewhere; here only that it lets these in.
                    let tls = TLSHandler(context: context, serverName: nil) { .accepted($0) }
                    try channel.pipeline.syncOperations.addHandlers([Arrivals(bound.value), tls, bound.value])
                }
            }.connect(host: "127.0.0.1", port: port).whenFailure { Self.fail("cannot connect: \($0)") }
    }

    /// One has had its first echo.
    func begun() {
        connecting -= 1
        connectMore()
        keepPromises()
    }

    /// One begins an exchange.
    func says(_ talk: Talk) { if silent.remove(ObjectIdentifier(talk)) != nil, silent.isEmpty { keepPromises() } }

    /// One owes nobody anything any more.
    func settled() { if isQuiet { keepPromises() } }

    func ended(_ talk: Talk) {
        guard talk.hasBegun else { return Self.fail("a connection ended before its first echo") }
        closed += 1
        silent.remove(ObjectIdentifier(talk))
        keepPromises()
    }

    private func keepPromises() {
        promised.removeAll { word, isSo in
            guard isSo() else { return false }
            CrowdProgram.say(word)
            return true
        }
    }

    private static func fail(_ why: String) {
        FileHandle.standardError.write(Data("\(why)\n".utf8))
        exit(1)
    }
}

/// Notes when anything came from the end, before it is deciphered.
private final class Arrivals: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let talk: Talk

    init(_ talk: Talk) { self.talk = talk }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        talk.arrived = .now()
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { talk.arrived = .now() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        talk.arrived = .now()
        context.fireErrorCaught(error)
    }
}

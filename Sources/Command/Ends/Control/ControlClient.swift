import Foundation
import Glibc
import NIOCore
import NIOPosix
import SymbolonStorage

/// Asks every running process of a home.
enum ControlClient {
    /// What one process said.
    struct Answer: Sendable {
        /// Without the last one.
        let lines: [Substring]
        let end: ControlEnd
    }

    /// For one process to answer in. 10 s: its event loops may be busy; a process that is stopped never answers.
    private static let patience = TimeAmount.seconds(10)
    /// Octets of one answer. 64 MiB: a hundred thousand connections.
    private static let largest = 1 << 26

    /// - Parameter process: only that one's; nil: those of all.
    /// - Throws: where one that runs gives no answer.
    static func ask(_ question: ControlQuestion, in home: HomeFolder, process: Int32? = nil) async throws -> [Answer] {
        var question = question
        question.process = process
        let line = try JSONOutput.line(question)
        var answers: [Answer] = []
        for socket in try home.endSockets() {
            guard let text = try await say(line, to: socket) else { continue }
            let answer = try read(text, from: socket)
            if let failure = answer.end.failure {
                throw Complaint(what: "process \(answer.end.process) gives no answer", why: failure, exit: .undecided)
            }
            answers.append(answer)
        }
        return answers.filter { process == nil || $0.end.process == process }
    }

    private static func read(_ text: String, from socket: EndSocket) throws -> Answer {
        let lines = text.split(separator: "\n")
        guard text.hasSuffix("\n"), let last = lines.last,
            let end = try? JSONDecoder().decode(ControlEnd.self, from: Data(last.utf8))
        else {
            throw Complaint(
                what: "a running process of this home gives no whole answer", why: "on \(socket.path)",
                mend: "ask again; its owner and root are answered, nobody else", exit: .undecided)
        }
        return Answer(lines: lines.dropLast(), end: end)
    }

    /// Nil: the process is gone; its socket is removed.
    private static func say(_ line: String, to socket: EndSocket) async throws -> String? {
        do {
            return try await socket.withAddress { path in try await exchange(line, at: path) }
        } catch let failure as IOError where [ECONNREFUSED, ENOENT].contains(failure.errnoCode) {
            socket.removeIfDead()
            return nil
        } catch let failure as IOError {
            throw Complaint(
                what: "a running process of this home cannot be asked", why: "\(socket.path): \(failure)",
                mend: "ask as the user that it runs as, or as root", exit: .undecided)
        }
    }

    private static func exchange(_ line: String, at path: String) async throws -> String {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: String.self)
        let connected = ClientBootstrap(group: loop).connectTimeout(patience)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Gatherer(answer, limit: largest))
                }
            }
            .connect(unixDomainSocketPath: path)
        do {
            let channel = try await connected.get()
            let limit = loop.scheduleTask(in: patience) { channel.close(promise: nil) }
            defer { limit.cancel() }
            // Where it is gone before it has read, its answer, or the lack of one, says so.
            try? await channel.writeAndFlush(ByteBuffer(string: line + "\n"))
            return try await answer.futureResult.get()
        } catch {
            answer.fail(error)
            throw error
        }
    }
}

/// Gathers what comes until the far end closes.
private final class Gatherer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let answer: EventLoopPromise<String>
    private let limit: Int
    private var text = ByteBuffer()

    init(_ answer: EventLoopPromise<String>, limit: Int) {
        self.answer = answer
        self.limit = limit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        guard text.readableBytes + part.readableBytes <= limit else { return context.close(promise: nil) }
        text.writeBuffer(&part)
    }

    func channelInactive(context: ChannelHandlerContext) { answer.succeed(String(buffer: text)) }

    func handlerRemoved(context: ChannelHandlerContext) { answer.succeed(String(buffer: text)) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

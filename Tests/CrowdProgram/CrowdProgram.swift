import Foundation
import NIOCore
import NIOPosix
import SymbolonKeys
import SymbolonTransport

/// Thousands of clients, each with a live connection that it proves and talks over, or the service that echoes them. A
/// program of its own, on one event loop: so that what is measured is not the tests' own work, and no process has more files
/// open than it may.
///
///     crowd echo                    writes its port, and echoes until its input ends
///     crowd talk IDENTITIES PAUSE   does what each line of its input says, until it ends:
///         connect COUNT PORT        so many more, one identity after the other; `connected` when each has had an echo
///         closed COUNT              `closed` when so many have been closed, whoever closed them
///         turn                      `turn` when each live one has begun another exchange
///         quiet                     nobody begins another exchange; `quiet` when no live one waits for an echo
///         fates                     what became of each, a JSON object a line, then `fates`
///
/// IDENTITIES is a JSON file: an array of `Identity`. PAUSE is in seconds, between an echo and the next message of each.
@main
enum CrowdProgram {
    /// Base64 of DER: the certificates, leaf first, and the key as PKCS #8.
    struct Identity: Decodable {
        let chain: [Data]
        let key: Data
    }

    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        switch arguments.first {
        case "echo" where arguments.count == 1:
            let server = try ServerBootstrap(group: group).serverChannelOption(.backlog, value: 1024)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Echo()) }
                }.bind(host: "127.0.0.1", port: 0).wait()
            say("\(server.localAddress?.port ?? 0)")
            while readLine() != nil {}
        case "talk" where arguments.count == 3:
            let identities = try JSONDecoder().decode(
                [Identity].self, from: Data(contentsOf: URL(fileURLWithPath: arguments[1])))
            let contexts = try identities.map { one in
                try TLSContext(
                    side: .client,
                    identity: TLSIdentity(chain: one.chain.map(Array.init), pkcs8: SecretBytes(copying: one.key)))
            }
            let (loop, pause) = (group.next(), TimeAmount.seconds(Int64(arguments[2]) ?? 1))
            let talkers = try loop.submit {
                NIOLoopBound(Talkers(loop, contexts, pause: pause), eventLoop: loop)
            }.wait()
            while let line = readLine() { loop.execute { talkers.value.hear(line) } }
        default:
            FileHandle.standardError.write(Data("usage: crowd echo | crowd talk IDENTITIES PAUSE\n".utf8))
            exit(64)
        }
    }

    static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}

/// The service.
private final class Echo: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.write(data, promise: nil) }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

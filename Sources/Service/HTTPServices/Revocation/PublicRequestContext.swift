internal import Hummingbird
internal import NIOCore
internal import SymbolonProxy

/// What the public server knows of a request: where it comes from, and nothing that was proved.
struct PublicRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let address: SocketAddress?

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        address = source.channel.remoteAddress
    }
}

internal import Crypto
internal import Foundation
internal import SymbolonKeys

/// By which a server shows that it speaks WebSocket (RFC 6455 §4.1); in HTTP/2 there is none (RFC 8441 §5), so this end brings one.
struct WebSocketKey: CustomStringConvertible {
    let description: String

    init() {
        description = Data([UInt8].random(16)).base64EncodedString()
    }

    init(_ text: String) { description = text }

    /// RFC 6455 §4.2.2: what the server answers to it.
    var accept: String {
        Data(Insecure.SHA1.hash(data: Data((description + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
            .base64EncodedString()
    }
}

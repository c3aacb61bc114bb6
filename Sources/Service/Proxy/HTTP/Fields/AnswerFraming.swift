internal import NIOHTTP1

extension HTTPResponseHead {
    /// What is wrong with an answer that switches to another protocol; nil: it is the one that was asked for.
    func switchingFault(asked request: CanonicalRequest, with socketKey: WebSocketKey?) -> String? {
        let protocols = headers[canonicalForm: "upgrade"].map { $0.lowercased() }
        guard request.isUpgrade, protocols == ["websocket"] else {
            return "the backend switched to what was not asked for"
        }
        guard socketKey.map({ headers["sec-websocket-accept"] == [$0.accept] }) ?? true else {
            return "the backend says yes to a WebSocket that nobody asked for"
        }
        return nil
    }

    /// The answer that opens a WebSocket (RFC 6455 §4.2.2; of HTTP/2 RFC 8441 §5).
    func switched(asStream isStream: Bool) -> HTTPResponseHead {
        var fields = headers.returned
        guard !isStream else {
            fields.remove(name: "sec-websocket-accept")
            return HTTPResponseHead(version: .http1_1, status: .ok, headers: fields)
        }
        fields.add(name: "connection", value: "Upgrade")
        fields.add(name: "upgrade", value: "websocket")
        return HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: fields)
    }

    /// The answer as the client is to frame it (RFC 9112 §6.3); of HTTP/2 the frames say it.
    /// - Parameter isLast: whether the connection ends with it; set where nothing else could say where it ends.
    func framed(for request: HTTPRequestHead, asStream isStream: Bool, isLast: inout Bool) -> HTTPResponseHead {
        var fields = headers.returned
        let isBodiless = request.method == .HEAD || [204, 304].contains(status.code)
        if status.code == 204 { fields.remove(name: "content-length") }
        if !isStream {
            if !isBodiless, !fields.contains(name: "content-length") {
                if request.version.isOld {
                    isLast = true
                } else {
                    fields.add(name: "transfer-encoding", value: "chunked")
                }
            }
            if isLast { fields.add(name: "connection", value: "close") }
        }
        return HTTPResponseHead(version: .http1_1, status: status, headers: fields)
    }
}

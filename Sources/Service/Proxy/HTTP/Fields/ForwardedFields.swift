internal import NIOHTTP1

/// The fields of a message as they are handed on.
extension HTTPHeaders {
    /// Those that a client's `Connection` names are of its connection alone (RFC 9110 §7.6.1). Where it names one that this end
    /// adds, nothing is lost: these are added afterwards.
    private func withoutHopByHop() -> HTTPHeaders {
        var named: Set<String> = []
        for token in self[canonicalForm: "connection"] { named.insert(token.lowercased()) }
        var kept = HTTPHeaders()
        kept.reserveCapacity(count + 12)
        for (name, value) in self {
            let folded = name.lowercased()
            guard !FieldName.hopByHop.contains(folded), !named.contains(folded) else { continue }
            kept.add(name: name, value: value)
        }
        return kept
    }

    /// What goes to the backend of a request's fields, with what this end says.
    /// - Parameters:
    ///   - isStream: the backend gets it as a stream of HTTP/2.
    ///   - socketKey: where the client has none for its WebSocket.
    func forwarded(
        of request: CanonicalRequest, as identity: BackendIdentity, asStream isStream: Bool,
        socketKey: WebSocketKey? = nil
    ) -> HTTPHeaders {
        var fields = HTTPHeaders()
        fields.reserveCapacity(count + 12)
        fields.add(name: "Host", value: request.authority.description)
        for (name, value) in withoutHopByHop() where !FieldName.isManaged(name) {
            switch name.lowercased() {
            case "host", "content-length": continue
            case "sec-websocket-key" where socketKey != nil: continue
            default: fields.add(name: name, value: value)
            }
        }
        switch request.framing {
        case .none: break
        case .length(let octets): fields.add(name: "Content-Length", value: String(octets))
        // The frames of HTTP/2 say where it ends.
        case .chunked: if !isStream { fields.add(name: "Transfer-Encoding", value: "chunked") }
        }
        if request.isUpgrade, !isStream {
            if let socketKey { fields.add(name: "Sec-WebSocket-Key", value: socketKey.description) }
            fields.add(name: "Connection", value: "Upgrade")
            fields.add(name: "Upgrade", value: "websocket")
        } else if isStream, self[canonicalForm: "te"].contains(where: { $0.lowercased() == "trailers" }) {
            fields.add(name: "te", value: "trailers")
        }
        identity.add(to: &fields, for: request)
        return fields
    }

    /// A request's trailers as the backend gets them.
    var forwardedTrailers: HTTPHeaders? {
        var fields = HTTPHeaders()
        for (name, value) in self where !FieldName.notInTrailers.contains(name.lowercased()) {
            if !FieldName.isManaged(name) { fields.add(name: name, value: value) }
        }
        return fields.isEmpty ? nil : fields
    }

    /// What a client gets of an answer's fields. `Alt-Svc` would lead it to where nothing of this end's is asked.
    var returned: HTTPHeaders {
        var fields = withoutHopByHop()
        fields.remove(name: "alt-svc")
        return fields
    }

    var returnedTrailers: HTTPHeaders? {
        var fields = HTTPHeaders()
        for (name, value) in self where !FieldName.notInTrailers.contains(name.lowercased()) {
            fields.add(name: name, value: value)
        }
        return fields.isEmpty ? nil : fields
    }
}

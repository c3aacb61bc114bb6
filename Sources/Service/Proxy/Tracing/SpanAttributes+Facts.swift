internal import NIOCore
internal import SymbolonCertificates
internal import SymbolonNames
internal import SymbolonTransport
internal import SymbolonVerification
internal import Tracing

/// Facts under the names of OpenTelemetry's semantic conventions, and under `symbolon.` what these have no name for. No key, no
/// token, no query.
extension ConnectionFacts {
    var traced: SpanAttributes {
        var known = flow.traced(at: role)
        known.merge(session.traced)
        known.merge(reference.traced)
        known["symbolon.peer"] = peer.identity.description
        known["symbolon.peer.serial"] = peer.path.leaf.serialNumber.description
        known["symbolon.own"] = own.name.description
        known["symbolon.own.serial"] = own.leaf.serialNumber.description
        known["symbolon.revocation"] = revocation
        known["symbolon.rule"] = rule
        return known
    }
}

extension ConnectionReference {
    var traced: SpanAttributes {
        [
            "symbolon.connection.id": .string(description), "symbolon.service": .string(service),
            "symbolon.role": .string(role.rawValue),
        ]
    }
}

extension SessionFacts {
    var traced: SpanAttributes {
        var known: SpanAttributes = [
            "tls.established": true, "tls.resumed": false, "tls.protocol.name": "tls",
            "tls.protocol.version": .string(String(version.description.drop { !$0.isNumber })),
            "tls.cipher": .string(cipher), "tls.curve": .string(group),
        ]
        if let alpn { known["tls.next_protocol"] = alpn }
        if let serverName { known["tls.client.server_name"] = serverName }
        return known
    }
}

extension Flow {
    func traced(at role: EndRole) -> SpanAttributes {
        let (peer, own) = role == .protect ? (source, destination) : (destination, source)
        var known: SpanAttributes = ["network.transport": "tcp"]
        if let ip = peer?.unmappedIP { known["network.peer.address"] = ip.description }
        if let port = peer?.port { known["network.peer.port"] = port }
        if let ip = own?.unmappedIP { known["network.local.address"] = ip.description }
        if let port = own?.port { known["network.local.port"] = port }
        return known
    }
}

extension RefusalFacts {
    var traced: SpanAttributes {
        var known = flow.traced(at: role)
        known["tls.established"] = false
        known.merge(reference.traced)
        known["symbolon.stage"] = stage.rawValue
        known["symbolon.fault"] = fault.rawValue
        known["symbolon.reason"] = reason
        if !clause.isEmpty { known["symbolon.clause"] = clause }
        if let alert { known["symbolon.alert"] = alert }
        if let proved { known["symbolon.peer"] = proved.identity.description }
        return known
    }
}

extension RequestFacts {
    var traced: SpanAttributes {
        var known: SpanAttributes = [
            "url.scheme": "https", "symbolon.service": .string(service), "symbolon.peer": .string(peer),
            "symbolon.connection.id": .string(connection.reference.description),
            "http.request.body.size": .int64(Int64(bytesUp)), "http.response.body.size": .int64(Int64(bytesDown)),
        ]
        known.merge(connection.flow.traced(at: connection.role))
        known.merge(HTTPMethodName(method).traced)
        if let host { known["server.address"] = host }
        if let path { known["url.path"] = path }
        if status > 0 { known["http.response.status_code"] = status }
        if let ip = connection.flow.source?.unmappedIP { known["client.address"] = ip.description }
        known["network.protocol.name"] = "http"
        if let rule { known["symbolon.rule"] = rule }
        if let actingFor { known["symbolon.acting_for"] = actingFor }
        if let personRule { known["symbolon.person_rule"] = personRule }
        if let reason { known["symbolon.reason"] = reason }
        return known
    }
}

/// OpenTelemetry semantic conventions, `http.request.method`: those of RFC 9110 §9.3 and PATCH; all others, which a peer can make
/// up, count as one.
struct HTTPMethodName {
    let name: String
    private let original: String?

    init(_ method: String?) {
        switch method {
        case let method? where Self.known.contains(method): (name, original) = (method, nil)
        default: (name, original) = ("_OTHER", method)
        }
    }

    private static let known: Set<String> = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]

    var isKnown: Bool { name != "_OTHER" }
    /// "Name": without a route there is the method alone.
    var ofSpan: String { isKnown ? name : "HTTP" }

    var traced: SpanAttributes {
        var known: SpanAttributes = ["http.request.method": .string(name)]
        if let original { known["http.request.method_original"] = original }
        return known
    }
}

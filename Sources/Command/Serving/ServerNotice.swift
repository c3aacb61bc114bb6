import Foundation
import SymbolonHTTPServices

/// The authority's server tells with the same lines as the ends do.
extension EndReport: ServerObserver {
    func server(_ event: ServerEvent) { tell(.server(event)) }
}

/// A `ServerEvent` as one flat JSON object.
struct ServerNotice: Encodable {
    private enum CodingKeys: String, CodingKey {
        case event = "event_type"
        case change, address, reason, explanation, peer, limit, request, cut
    }

    let event: ServerEvent

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode("authority", forKey: .event)
        switch event {
        case .listening(let address):
            try object.encode("listening", forKey: .change)
            try object.encode(address, forKey: .address)
        case .publishing(let address):
            try object.encode("publishing", forKey: .change)
            try object.encode(address, forKey: .address)
        case .measuring(let address):
            try object.encode("measuring", forKey: .change)
            try object.encode(address, forKey: .address)
        case .publicationFailed(let kind, let cause):
            try object.encode("\(kind.rawValue)Failed", forKey: .change)
            try object.encode(cause, forKey: .explanation)
        case .publicationResumed(let kind): try object.encode("\(kind.rawValue)Resumed", forKey: .change)
        case .handshakeRefused(let address, let reason, let explanation):
            try object.encode("refused", forKey: .change)
            try object.encode(address, forKey: .address)
            try object.encode(reason, forKey: .reason)
            try object.encode(explanation, forKey: .explanation)
        case .limited(let peer, let address, let limit):
            try object.encode("limited", forKey: .change)
            try object.encode(peer, forKey: .peer)
            try object.encode(address, forKey: .address)
            try object.encode(limit, forKey: .limit)
        case .cut(let peer, let address):
            try object.encode("cut", forKey: .change)
            try object.encode(peer, forKey: .peer)
            try object.encode(address, forKey: .address)
        case .failed(let request, let cause):
            try object.encode("failed", forKey: .change)
            try object.encode(request, forKey: .request)
            try object.encode(cause, forKey: .explanation)
        case .acceptPaused(let cause):
            try object.encode("paused", forKey: .change)
            try object.encode(cause, forKey: .explanation)
        case .acceptResumed: try object.encode("resumed", forKey: .change)
        case .trustReplaced(let cut):
            try object.encode("trust", forKey: .change)
            try object.encode(cut, forKey: .cut)
        case .stopped: try object.encode("stopped", forKey: .change)
        }
    }
}

extension EndLine {
    init(_ event: ServerEvent) {
        func line(
            _ mark: Mark, _ event: String, _ what: String, why: String? = nil, mend: String? = nil
        ) -> EndLine {
            EndLine(mark: mark, service: "authority", event: event, what: what, why: why, mend: mend)
        }
        self =
            switch event {
            case .listening(let address):
                line(
                    .good, "listening",
                    "https://\(address)  ACME, API, health; operators prove themselves by certificate")
            case .publishing(let address):
                line(.good, "publishing", "http://\(address)  revocation lists, filters and answers, for everybody")
            case .measuring(let address): line(.good, "metrics", "http://\(address)/metrics")
            case .publicationFailed(let kind, let cause):
                line(
                    .bad, kind.shown, "no new revocation \(kind.shown) are published; those that are there stay",
                    why: cause, mend: "it is tried again; see symbolon doctor for how long they still hold")
            case .publicationResumed(let kind):
                line(.good, kind.shown, "revocation \(kind.shown) are published again")
            case .handshakeRefused(let address, let reason, let explanation):
                line(.bad, "refused", address, why: "\(explanation) (\(reason))")
            case .limited(let peer, let address, let limit):
                line(
                    .warning, "limited", peer.isEmpty ? address : "\(peer) at \(address)",
                    why: "over its limit: \(limit)")
            case .cut(let peer, let address):
                line(.warning, "cut", "\(peer) at \(address)", why: "what it proved no longer holds")
            case .failed(let request, let cause): line(.bad, "failed", "request \(request)", why: cause)
            case .acceptPaused(let cause):
                line(
                    .warning, "paused", "no new connections for a moment", why: cause,
                    mend: "raise the limit of open files if this machine can carry more")
            case .acceptResumed: line(.good, "resumed", "new connections are taken again")
            case .trustReplaced(let cut):
                line(.neutral, "trust", "what is revoked is known; it cut \(cut) live connection\(cut == 1 ? "" : "s")")
            case .stopped: line(.neutral, "stopped", "")
            }
    }
}

extension PublicationKind {
    fileprivate var shown: String { self == .rootLists ? "lists of roots" : rawValue }
}

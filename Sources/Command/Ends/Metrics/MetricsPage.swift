import ArgumentParser
import SymbolonHTTPServices

/// Tells of the page what an operator has to know.
struct MetricsObserver: ServerObserver {
    let report: EndReport

    func server(_ event: ServerEvent) {
        switch event {
        case .measuring(let address): report.tell(.metrics(address: address))
        case .acceptPaused(let reason): report.warn(nil, "the page of metrics rests for a moment", why: reason)
        case .listening, .publishing, .publicationFailed, .publicationResumed, .handshakeRefused, .limited, .cut,
            .failed,
            .acceptResumed, .trustReplaced, .stopped:
            break
        }
    }
}

/// Where metrics are served, as operators write it: an address with its port, or a port of this machine alone.
enum MetricsAddress {
    static func parse(_ text: String) throws(HostAndPort.Malformed) -> HostAndPort {
        try HostAndPort(text.allSatisfy { $0.isASCII && $0.isNumber } ? "127.0.0.1:\(text)" : text)
    }

    static func argument(_ text: String) throws -> HostAndPort {
        do {
            return try parse(text)
        } catch {
            throw ValidationError(error.description)
        }
    }
}

import NIOCore
import SymbolonProxy
import Yams

/// Reads what stands below `http:`; `http: h2c` alone says what the service speaks.
enum HTTPServiceReader {
    private static let known = [
        "backend", "hosts", "log-requests", "body-bytes", "header-bytes", "requests", "requests-per-peer", "streams",
        "timeout", "idle-timeout", "token", "tokens",
    ]

    /// What was read, and the files that it names.
    struct Reading {
        var service = HTTPService()
        /// Where the keys of its tokens are published.
        var tokenKeys: String?
        /// Whose tokens are believed.
        var issuers: [RunConfiguration.IssuerPlace] = []
    }

    /// - Parameter fault: told of each place that is not understood.
    static func read(_ node: Node, _ path: String, fault: (Node, String) -> Void) -> Reading {
        var reading = Reading()
        guard let mapping = node.mapping else {
            backend(node, path, &reading.service, fault)
            return reading
        }
        var service = HTTPService()
        for (key, value) in mapping {
            let name = key.string ?? ""
            let place = "\(path).\(name.printable)"
            switch name {
            case "backend": backend(value, place, &service, fault)
            case "hosts": service.hosts = hosts(value, place, fault)
            case "log-requests":
                guard let isOn = value.bool else {
                    fault(value, "\(place): true, or false")
                    continue
                }
                service.tellsRequests = isOn
            case "body-bytes": service.limits.bodyBytes = number(value, place, 0...(1 << 40), fault)
            case "header-bytes":
                number(value, place, 1_024...(1 << 20), fault).map { service.limits.headerBytes = $0 }
            case "requests": number(value, place, 1...1_000_000, fault).map { service.limits.requests = $0 }
            case "requests-per-peer":
                number(value, place, 1...1_000_000, fault).map { service.limits.requestsPerPeer = $0 }
            case "streams": number(value, place, 1...10_000, fault).map { service.limits.streams = UInt32($0) }
            case "timeout":
                number(value, place, 1...86_400, fault).map { service.limits.answerTimeout = .seconds(Int64($0)) }
            case "idle-timeout":
                number(value, place, 1...86_400, fault).map { service.limits.idleTimeout = .seconds(Int64($0)) }
            case "token": (service.token, reading.tokenKeys) = BackendTokenReader.read(value, place, fault)
            case "tokens": reading.issuers = IssuerReader.read(value, place, fault)
            default:
                fault(
                    key,
                    "\(path): \"\(name.printable)\" is not known here; known are \(known.joined(separator: ", "))")
            }
        }
        reading.service = service
        return reading
    }

    private static func backend(
        _ node: Node, _ path: String, _ service: inout HTTPService, _ fault: (Node, String) -> Void
    ) {
        if let spoken = node.string.flatMap(HTTPService.BackendProtocol.init(rawValue:)) {
            service.backend = spoken
        } else {
            fault(
                node,
                "\(path): what the service behind speaks: auto, http/1.1, or h2c (HTTP/2 without TLS, as gRPC does)")
        }
    }

    private static func hosts(_ node: Node, _ path: String, _ fault: (Node, String) -> Void) -> Set<String> {
        let texts = node.sequence.map { Array($0) } ?? [node]
        var hosts: Set<String> = []
        for text in texts {
            guard let host = text.string.flatMap(HTTPService.host) else {
                fault(text, "\(path): a host name or an address, without a port")
                continue
            }
            hosts.insert(host)
        }
        return hosts
    }

    private static func number(
        _ node: Node, _ path: String, _ range: ClosedRange<Int>, _ fault: (Node, String) -> Void
    ) -> Int? {
        if let number = node.string.flatMap({ Int($0) }), range.contains(number) { return number }
        fault(node, "\(path): a whole number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }
}

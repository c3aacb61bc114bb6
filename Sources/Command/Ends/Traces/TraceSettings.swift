import SymbolonClients
import SymbolonTracing

/// Where spans are sent, and which.
struct TraceSettings: Equatable, Sendable {
    let collector: FetchAddress
    var sampler = TraceSampler.all
    /// The file with the authorities by which an https collector is believed; nil: the system's.
    var anchors: String?

    /// OTLP/HTTP, "Endpoint URLs": an address without a path of its own has the standard one.
    init(_ text: String) throws(FetchAddressFault) {
        let given = try FetchAddress(text)
        guard given.target == "/" else {
            collector = given
            return
        }
        collector = try FetchAddress(text.hasSuffix("/") ? "\(text)v1/traces" : "\(text)/v1/traces")
    }

    /// Why these settings are none; nil: they are.
    var fault: String? {
        guard anchors != nil, !collector.isSecure else { return nil }
        return "anchors are for a collector behind https; \(collector) proves nothing"
    }
}

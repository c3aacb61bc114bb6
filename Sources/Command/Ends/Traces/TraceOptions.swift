import ArgumentParser
import SymbolonClients
import SymbolonTracing

/// That an end tells a collector what it does.
struct TraceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Send a span for each connection, and each request that is read, to an OpenTelemetry collector (OTLP over HTTP); without a path: /v1/traces there.",
            valueName: "url"),
        transform: TraceSettings.argument)
    var traces: TraceSettings?
    @Option(
        name: .customLong("traces-sample"),
        help: ArgumentHelp(
            "With --traces: which part of the traces that begin here is recorded, 0 to 1; those that come from elsewhere as was decided there (default: 1).",
            valueName: "ratio"))
    var sample: Double?
    @Option(
        name: .customLong("traces-anchors"),
        help: ArgumentHelp(
            "With --traces https://…: the authorities by which the collector is believed (PEM; default: the system's).",
            valueName: "file"))
    var anchors: String?

    mutating func validate() throws {
        guard traces != nil || (sample == nil && anchors == nil) else {
            throw ValidationError("--traces-sample and --traces-anchors go with --traces.")
        }
        _ = try settings()
    }

    func settings() throws -> TraceSettings? {
        guard var settings = traces else { return nil }
        if let sample {
            guard let sampler = TraceSampler(ratio: sample) else {
                throw ValidationError("--traces-sample is a number from 0 to 1.")
            }
            settings.sampler = sampler
        }
        settings.anchors = anchors
        if let fault = settings.fault { throw ValidationError("--traces-anchors: \(fault).") }
        return settings
    }
}

extension TraceSettings {
    /// For options: what is wrong is said as the parser says it.
    static func argument(_ text: String) throws -> TraceSettings {
        do {
            return try TraceSettings(text)
        } catch {
            throw ValidationError("\"\(text.printable)\": \(error.explanation).")
        }
    }
}

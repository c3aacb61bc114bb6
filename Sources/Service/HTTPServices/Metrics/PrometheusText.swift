/// Prometheus' text format 0.0.4.
enum PrometheusText {
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    static func page(_ series: [(MetricsRegistry.Name, MetricsRegistry.Series)]) -> String {
        var text = ""
        var described: String?
        for (name, one) in series {
            if described != name.label {
                described = name.label
                if let help = MetricHelp.texts[name.label] { text += "# HELP \(name.label) \(help)\n" }
                text += "# TYPE \(name.label) \(kind(one))\n"
            }
            switch one {
            case .counter(let counter): line(name.label, name.dimensions, counter.value, &text)
            case .gauge(let gauge): line(name.label, name.dimensions, gauge.value, &text)
            case .histogram(let histogram): lines(name, histogram, &text)
            }
        }
        return text
    }

    private static func kind(_ series: MetricsRegistry.Series) -> String {
        switch series {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }

    /// Buckets are cumulative, and the last one counts everything.
    private static func lines(_ name: MetricsRegistry.Name, _ histogram: HistogramSeries, _ text: inout String) {
        let values = histogram.values
        let before = name.dimensions.isEmpty ? "" : name.dimensions + ","
        var count: UInt64 = 0
        for (place, bound) in (histogram.bounds.map { "\($0)" } + ["+Inf"]).enumerated() {
            count += values.counts[place]
            line(name.label + "_bucket", before + "le=\"\(bound)\"", Double(count), &text)
        }
        line(name.label + "_sum", name.dimensions, values.sum, &text)
        line(name.label + "_count", name.dimensions, Double(count), &text)
    }

    private static func line(_ label: String, _ dimensions: String, _ value: Double, _ text: inout String) {
        let number = value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
        text += dimensions.isEmpty ? "\(label) \(number)\n" : "\(label){\(dimensions)} \(number)\n"
    }

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`; what is not of it becomes `_`.
    static func name(_ text: String) -> String {
        let octets = text.utf8.enumerated().map { place, octet -> UInt8 in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
                UInt8(ascii: ":"):
                octet
            case UInt8(ascii: "0")...UInt8(ascii: "9") where place > 0: octet
            default: UInt8(ascii: "_")
            }
        }
        return octets.isEmpty ? "_" : String(decoding: octets, as: UTF8.self)
    }

    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

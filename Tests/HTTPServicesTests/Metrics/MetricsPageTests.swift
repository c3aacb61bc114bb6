import CoreMetrics
import Testing

@testable import SymbolonHTTPServices

@Suite("Metrics as Prometheus reads them (text format 0.0.4)")
struct MetricsPageTests {
    @Test("counters, gauges and histograms, each described once, labels sorted and escaped")
    func page() {
        let registry = MetricsRegistry()
        Counter(label: "requests_total", dimensions: [("b", "2"), ("a", "1\"\\\n")], factory: registry).increment(by: 3)
        Counter(label: "requests_total", dimensions: [("a", "0")], factory: registry).increment()
        Gauge(label: "live-connections", factory: registry).record(7)
        let timer = Timer(label: "request_seconds", factory: registry)
        timer.recordMilliseconds(3)
        timer.recordSeconds(60)
        let lines = registry.page().split(separator: "\n").map(String.init)
        #expect(lines.first == "# TYPE live_connections gauge")
        #expect(lines.contains("live_connections 7"))
        #expect(lines.filter { $0 == "# TYPE requests_total counter" }.count == 1)
        #expect(lines.contains(#"requests_total{a="0"} 1"#))
        #expect(lines.contains(#"requests_total{a="1\"\\\n",b="2"} 3"#))
        #expect(lines.contains("# TYPE request_seconds histogram"))
        #expect(lines.contains(#"request_seconds_bucket{le="0.0025"} 0"#))
        #expect(lines.contains(#"request_seconds_bucket{le="0.005"} 1"#))
        #expect(lines.contains(#"request_seconds_bucket{le="10.0"} 1"#))
        #expect(lines.contains(#"request_seconds_bucket{le="+Inf"} 2"#))
        #expect(lines.contains("request_seconds_count 2"))
        #expect(lines.contains("request_seconds_sum 60.003"))
        #expect(registry.page().hasSuffix("\n"))
    }

    @Test("what is known is described, and what somebody else has counted stands under its own bounds")
    func counted() {
        let registry = MetricsRegistry()
        registry.durations(
            "symbolon_end_verification_seconds", [("service", "web")], bounds: [0.001, 0.002], counts: [1, 2, 3],
            sum: 4.5)
        registry.count("symbolon_end_unreached_total", upTo: 2)
        #expect(
            registry.page() == """
                # HELP symbolon_end_unreached_total \(MetricHelp.texts["symbolon_end_unreached_total"] ?? "")
                # TYPE symbolon_end_unreached_total counter
                symbolon_end_unreached_total 2
                # HELP symbolon_end_verification_seconds \(MetricHelp.texts["symbolon_end_verification_seconds"] ?? "")
                # TYPE symbolon_end_verification_seconds histogram
                symbolon_end_verification_seconds_bucket{service="web",le="0.001"} 1
                symbolon_end_verification_seconds_bucket{service="web",le="0.002"} 3
                symbolon_end_verification_seconds_bucket{service="web",le="+Inf"} 6
                symbolon_end_verification_seconds_sum{service="web"} 4.5
                symbolon_end_verification_seconds_count{service="web"} 6

                """)
        #expect(MetricHelp.texts.values.allSatisfy { !$0.isEmpty && !$0.contains("\n") && !$0.contains("\\") })
    }

    @Test("a number of series is kept, and no more")
    func bounded() {
        let registry = MetricsRegistry()
        for number in 0...MetricsRegistry.mostSeries {
            Counter(label: "a", dimensions: [("n", "\(number)")], factory: registry).increment()
        }
        #expect(registry.page().split(separator: "\n").count == MetricsRegistry.mostSeries + 1)
    }

    @Test("a name that is used as another kind shows nothing of it, and breaks nothing")
    func otherKind() {
        let registry = MetricsRegistry()
        Counter(label: "a", factory: registry).increment()
        Gauge(label: "a", factory: registry).record(9)
        #expect(registry.page() == "# TYPE a counter\na 1\n")
    }
}

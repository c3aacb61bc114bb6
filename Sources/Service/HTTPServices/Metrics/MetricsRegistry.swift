public import CoreMetrics
internal import Synchronization

/// Keeps what the program counts, and writes it down as Prometheus reads it (text format 0.0.4).
///
/// A timer and a recorder that aggregates are histograms; a gauge and a meter keep the last value. The labels of this program
/// come from fixed sets; a bound holds all the same.
public final class MetricsRegistry: MetricsFactory {
    /// Series beyond this are not kept: 10,000 are a page of about a megabyte.
    static let mostSeries = 10_000

    struct Name: Hashable, Sendable, Comparable {
        let label: String
        /// `a="1",b="2"`, sorted.
        let dimensions: String

        init(_ label: String, _ dimensions: [(String, String)]) {
            self.label = PrometheusText.name(label)
            self.dimensions = dimensions.map { "\(PrometheusText.name($0.0))=\"\(PrometheusText.escaped($0.1))\"" }
                .sorted()
                .joined(separator: ",")
        }

        static func < (one: Name, other: Name) -> Bool {
            (one.label, one.dimensions) < (other.label, other.dimensions)
        }
    }

    enum Series: Sendable {
        case counter(CounterSeries)
        case gauge(GaugeSeries)
        case histogram(HistogramSeries)
    }

    private let series = Mutex<[Name: Series]>([:])

    public init() {}

    /// The one that this process counts in, from the first use on.
    public static let installed: MetricsRegistry = {
        let registry = MetricsRegistry()
        MetricsSystem.bootstrap(registry)
        return registry
    }()

    /// The page, in the order of names.
    public func page() -> String {
        PrometheusText.page(series.withLock { $0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    // MARK: What somebody else has counted

    public func count(_ name: String, _ labels: [(String, String)] = [], upTo value: UInt64) {
        counter(name, labels).increment(by: Double(value))
    }

    public func gauge(_ name: String, _ labels: [(String, String)] = [], is value: Double) {
        gauge(name, labels).set(value)
    }

    /// - Parameters:
    ///   - bounds: in seconds.
    ///   - counts: one for each bound, and one for what is above all.
    public func durations(
        _ name: String, _ labels: [(String, String)] = [], bounds: [Double], counts: [UInt64], sum: Double
    ) {
        histogram(name, labels, bounds: bounds).take(counts, sum: sum)
    }

    // MARK: MetricsFactory

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { counter(label, dimensions) }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions) : gauge(label, dimensions)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    // A series lives as long as the process: what was counted stays counted.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries {
        keep(Name(label, dimensions)) {
            if case .counter(let known)? = $0 { return known }
            return nil
        } make: {
            let made = CounterSeries()
            return (made, .counter(made))
        }
    }

    func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries {
        keep(Name(label, dimensions)) {
            if case .gauge(let known)? = $0 { return known }
            return nil
        } make: {
            let made = GaugeSeries()
            return (made, .gauge(made))
        }
    }

    private func histogram(
        _ label: String, _ dimensions: [(String, String)], bounds: [Double] = HistogramSeries.standardBounds
    ) -> HistogramSeries {
        keep(Name(label, dimensions)) {
            if case .histogram(let known)? = $0 { return known }
            return nil
        } make: {
            let made = HistogramSeries(bounds: bounds)
            return (made, .histogram(made))
        }
    }

    /// The first kind that a name is used as is the one it has; another gets a series that no page shows.
    private func keep<One: Sendable>(
        _ name: Name, known: (Series?) -> One?, make: () -> (One, Series)
    ) -> One {
        series.withLock { series in
            if let one = known(series[name]) { return one }
            let (one, made) = make()
            if series[name] == nil, series.count < Self.mostSeries { series[name] = made }
            return one
        }
    }
}

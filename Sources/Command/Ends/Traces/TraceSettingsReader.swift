import SymbolonClients
import SymbolonTracing
import Yams

/// `traces:` of a configuration: the address alone, or a block with `to`, `sample` and `anchors`.
enum TraceSettingsReader {
    private static let keys = ["to", "sample", "anchors"]

    static func read(_ node: Node, fault: (Node, String) -> Void) -> TraceSettings? {
        guard let mapping = node.mapping else { return settings(node, "traces", fault) }
        var entry: [String: Node] = [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            guard keys.contains(name) else {
                fault(
                    key, "traces: \"\(name.printable)\" is not known here; known are \(keys.joined(separator: ", "))")
                continue
            }
            entry[name] = value
        }
        guard let place = entry["to"] else {
            fault(node, "traces.to is missing")
            return nil
        }
        guard var settings = settings(place, "traces.to", fault) else { return nil }
        if let node = entry["sample"] {
            if let sampler = node.string.flatMap(Double.init).flatMap(TraceSampler.init(ratio:)) {
                settings.sampler = sampler
            } else {
                fault(node, "traces.sample: a number from 0 to 1")
            }
        }
        if let node = entry["anchors"] {
            settings.anchors = node.string
            if node.string?.isEmpty ?? true {
                fault(node, "traces.anchors: a file")
            } else if let why = settings.fault {
                fault(node, "traces.anchors: \(why)")
            }
        }
        return settings
    }

    private static func settings(_ node: Node, _ path: String, _ fault: (Node, String) -> Void) -> TraceSettings? {
        guard let text = node.string, !text.isEmpty else {
            fault(node, "\(path): the address of a collector, such as http://127.0.0.1:4318")
            return nil
        }
        do {
            return try TraceSettings(text)
        } catch {
            fault(node, "\(path): \"\(text.printable)\": \(error.explanation)")
            return nil
        }
    }
}

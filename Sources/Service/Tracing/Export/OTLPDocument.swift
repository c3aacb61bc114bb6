internal import Foundation
internal import Tracing

/// A batch of spans as OTLP/HTTP has it with JSON: opentelemetry-proto's ExportTraceServiceRequest by the JSON mapping of Protocol
/// Buffers, but ids in hexadecimal (OTLP, "JSON Protobuf Encoding").
struct OTLPDocument: Encodable {
    private let resourceSpans: [ResourceSpans]

    init(_ spans: [FinishedSpan], of resource: OTLPResource) {
        let attributes = [
            KeyValue(key: "service.instance.id", value: .string(resource.instance)),
            KeyValue(key: "service.name", value: .string(resource.name)),
            KeyValue(key: "service.version", value: .string(resource.version)),
        ]
        let scope = ScopeSpans(
            scope: Scope(name: "symbolon", version: resource.version), spans: spans.map(OTLPSpan.init))
        resourceSpans = [ResourceSpans(resource: Resource(attributes: attributes), scopeSpans: [scope])]
    }

    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        // Nothing in it can fail to be written: a number that is none is written as text.
        return (try? encoder.encode(self)).map(Array.init) ?? []
    }

    private struct ResourceSpans: Encodable {
        let resource: Resource
        let scopeSpans: [ScopeSpans]
    }

    private struct Resource: Encodable { let attributes: [KeyValue] }

    private struct ScopeSpans: Encodable {
        let scope: Scope
        let spans: [OTLPSpan]
    }

    private struct Scope: Encodable {
        let name: String
        let version: String
    }
}

private struct OTLPSpan: Encodable {
    let traceId: String
    let spanId: String
    let parentSpanId: String?
    let traceState: String?
    /// W3C flags in the lowest octet.
    let flags: Int
    let name: String
    let kind: Int
    let startTimeUnixNano: String
    let endTimeUnixNano: String
    let attributes: [KeyValue]
    let events: [Event]
    let links: [Link]
    let status: Status?

    struct Event: Encodable {
        let timeUnixNano: String
        let name: String
        let attributes: [KeyValue]
    }

    struct Link: Encodable {
        let traceId: String
        let spanId: String
        let flags: Int
        let attributes: [KeyValue]
    }

    struct Status: Encodable {
        let code: Int
        let message: String?
    }

    init(_ span: FinishedSpan) {
        let parent = span.place.parent
        (traceId, spanId) = (parent.traceID.description, parent.spanID.description)
        parentSpanId = span.parent?.description
        traceState = span.place.state?.description
        flags = parent.isSampled ? 1 : 0
        name = KeyValue.bounded(span.name)
        kind =
            switch span.kind {
            case .internal: 1
            case .server: 2
            case .client: 3
            case .producer: 4
            case .consumer: 5
            }
        startTimeUnixNano = String(span.start)
        endTimeUnixNano = String(span.end)
        attributes = KeyValue.list(span.attributes)
        events = span.events.map {
            Event(
                timeUnixNano: String($0.nanosecondsSinceEpoch), name: KeyValue.bounded($0.name),
                attributes: KeyValue.list($0.attributes))
        }
        links = span.links.compactMap { link in
            guard let place = link.context.tracePlace?.parent else { return nil }
            return Link(
                traceId: place.traceID.description, spanId: place.spanID.description, flags: place.isSampled ? 1 : 0,
                attributes: KeyValue.list(link.attributes))
        }
        status = span.status.map { status in
            switch status.code {
            case .ok: Status(code: 1, message: nil)
            case .error: Status(code: 2, message: status.message.map(KeyValue.bounded))
            }
        }
    }
}

private struct KeyValue: Encodable {
    let key: String
    let value: AnyValue

    /// OpenTelemetry, "Attribute limits": 128 are kept; and 1,024 characters of a text: what a line of a log holds.
    static func list(_ attributes: SpanAttributes) -> [KeyValue] {
        var list: [KeyValue] = []
        attributes.forEach { key, value in
            if let value = AnyValue(value) { list.append(KeyValue(key: key, value: value)) }
        }
        return Array(list.sorted { $0.key < $1.key }.prefix(128))
    }

    static func bounded(_ text: String) -> String { text.utf8.count <= 1_024 ? text : String(text.prefix(1_024)) }
}

private enum AnyValue: Encodable {
    case string(String)
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case array([AnyValue])

    init?(_ value: SpanAttribute) {
        switch value {
        case .int32(let number): self = .int(Int64(number))
        case .int64(let number): self = .int(number)
        case .double(let number): self = .double(number)
        case .bool(let truth): self = .bool(truth)
        case .string(let text): self = .string(KeyValue.bounded(text))
        case .stringConvertible(let thing): self = .string(KeyValue.bounded("\(thing)"))
        case .int32Array(let numbers): self = .array(numbers.map { .int(Int64($0)) })
        case .int64Array(let numbers): self = .array(numbers.map { .int($0) })
        case .doubleArray(let numbers): self = .array(numbers.map { .double($0) })
        case .boolArray(let truths): self = .array(truths.map { .bool($0) })
        case .stringArray(let texts): self = .array(texts.map { .string(KeyValue.bounded($0)) })
        case .stringConvertibleArray(let things): self = .array(things.map { .string(KeyValue.bounded("\($0)")) })
        default: return nil
        }
    }

    private enum CodingKeys: String, CodingKey { case stringValue, boolValue, intValue, doubleValue, arrayValue }
    private struct Values: Encodable { let values: [AnyValue] }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .string(let text): try object.encode(text, forKey: .stringValue)
        case .bool(let truth): try object.encode(truth, forKey: .boolValue)
        case .int(let number): try object.encode(String(number), forKey: .intValue)
        case .double(let number) where number.isFinite: try object.encode(number, forKey: .doubleValue)
        case .double(let number):
            // Protocol Buffers, "ProtoJSON Format".
            let text = number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
            try object.encode(text, forKey: .doubleValue)
        case .array(let values): try object.encode(Values(values: values), forKey: .arrayValue)
        }
    }
}

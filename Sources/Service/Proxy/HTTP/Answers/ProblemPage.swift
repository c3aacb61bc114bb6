internal import NIOCore
internal import NIOHTTP1
internal import SymbolonWire

/// What a peer is told when this end answers itself: a page for a person, a problem document (RFC 9457) for a program.
struct ProblemPage {
    let fault: RequestFault
    /// By which the operator finds the connection in the log: `protect/web/17`.
    let number: String

    /// Whether the answer is for a person's eyes (RFC 9110 §12.5.1).
    static func isWanted(_ fields: HTTPHeaders) -> Bool {
        fields[canonicalForm: "accept"].contains { $0.lowercased().hasPrefix("text/html") }
    }

    func answer(asPage: Bool) -> (type: String, body: ByteBuffer) {
        asPage
            ? ("text/html; charset=utf-8", ByteBuffer(string: page))
            : ("application/problem+json", ByteBuffer(bytes: document.bytes))
    }

    private var document: JSONValue {
        [
            "type": .string("urn:symbolon:problem:\(fault.reason)"), "title": .string(fault.title),
            "status": .integer(Int64(fault.status)), "detail": .string(fault.detail),
            "instance": .string(number), "remedy": .string(fault.remedy(naming: number)),
        ]
    }

    private var page: String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>\(escaped(fault.title))</title>
        <style>body{font:18px/1.5 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 1em;color:#222;background:#fff}\
        small{color:#666}@media(prefers-color-scheme:dark){body{color:#ddd;background:#111}small{color:#999}}</style></head>
        <body><h1>\(escaped(fault.title))</h1><p>\(escaped(Self.sentence(fault.detail)))</p>\
        <p>\(escaped(Self.sentence(fault.remedy(naming: number))))</p>
        <p><small>\(fault.status) · \(escaped(number))</small></p></body></html>

        """
    }

    private static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }

    private func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}

internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import SymbolonAuthority
internal import SymbolonRevocation
internal import SymbolonWire

/// The responder, by `POST` and by `GET`. RFC 6960 A.1, RFC 9919 §6.
struct AnswerRoute: PublicRoute {
    private let responder: Responder
    private let observer: any ServerObserver
    private let clock: @Sendable () -> Date
    private let measures: AnswerMeasures

    init(
        _ responder: Responder, observer: any ServerObserver, measures: AnswerMeasures,
        clock: @escaping @Sendable () -> Date
    ) {
        self.responder = responder
        self.observer = observer
        self.clock = clock
        self.measures = measures
    }

    private static let type = "application/ocsp-response"

    func answer(_ request: PublicRequest) -> PublicAnswer? {
        // Whose certificates are asked about, the question says: the path of an issuing authority that is no longer active leads
        // here too, and is told so.
        guard request.path.hasPrefix(ResponderPath.prefix) else { return nil }
        let place = request.path.utf8.dropFirst(ResponderPath.prefix.utf8.count)
        let issuer = place.prefix { $0 != UInt8(ascii: "/") }
        guard ResponderPath.isIssuer(issuer) else { return nil }
        let rest = place[issuer.endIndex...]
        let question: [UInt8]
        switch (request.method, rest.first) {
        case (.POST, nil):
            // A parameter changes nothing; another type is another thing.
            guard request.contentType?.lowercased().hasPrefix("application/ocsp-request") ?? false else {
                return .now(PublicResponse(status: .unsupportedMediaType, headers: ["cache-control": "no-store"]))
            }
            question = Array(buffer: request.body)
        case (.GET, UInt8(ascii: "/")):
            guard let decoded = Self.decode(rest.dropFirst()) else { return .now(refuse(.malformedRequest)) }
            question = decoded
        case (_, nil), (_, UInt8(ascii: "/")): return .now(.methodNotAllowed)
        default: return nil
        }
        if let reply = responder.reply(to: question) { return .now(response(reply, to: request)) }
        return .later { await askStore(question, for: request) }
    }

    private func askStore(_ question: [UInt8], for request: PublicRequest) async -> PublicResponse {
        do throws(StoreFailure) {
            return response(try await responder.replyAskingStore(to: question), to: request)
        } catch {
            observer.server(.failed(request: request.path, because: error.explanation))
            return refuse(.tryLater)
        }
    }

    private func response(_ reply: ResponderReply, to request: PublicRequest) -> PublicResponse {
        switch reply {
        case .kept(let answer):
            measures.kept()
            let caching = Caching(
                tag: "\"\(String(answer.tag, radix: 16))\"", thisUpdate: answer.thisUpdate,
                nextUpdate: answer.nextUpdate)
            let body = ByteBuffer(bytes: answer.der)
            // RFC 9110 §9.3.3: what a POST says is kept by nobody unless it is asked for by GET.
            return caching.response(body, Self.type, knowing: request.ifNoneMatch, at: clock())
        case .made(let answer):
            measures.made()
            return PublicResponse(
                status: .ok, headers: ["content-type": Self.type, "cache-control": "no-store"],
                body: ByteBuffer(bytes: answer.der))
        case .refused(let refusal): return refuse(refusal)
        }
    }

    /// RFC 6960 A.2: an HTTP answer like any other; nobody keeps it.
    private func refuse(_ refusal: AnswerRefusal) -> PublicResponse {
        measures.refused(refusal)
        return PublicResponse(
            status: .ok, headers: ["content-type": Self.type, "cache-control": "no-store"],
            body: ByteBuffer(bytes: refusal.der))
    }

    /// RFC 6960 A.1: base64, then percent-encoded where a client does; some leave slashes as they are.
    private static func decode(_ text: Substring.UTF8View) -> [UInt8]? {
        guard text.count <= 3 * PresentedQuestion.largest else { return nil }
        var plain = Data()
        var rest = text[...]
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "%") else {
                plain.append(octet)
                continue
            }
            guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, let value = UInt8(digits, radix: 16)
            else { return nil }
            rest = rest.dropFirst(2)
            plain.append(value)
        }
        return Data(base64Encoded: plain).map(Array.init)
    }
}

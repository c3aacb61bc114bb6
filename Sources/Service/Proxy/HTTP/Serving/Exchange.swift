internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import SymbolonAccessPolicy
internal import SymbolonNames
internal import SymbolonTokens
internal import SymbolonVerification

/// One request and its answer.
///
///     opening ──backend is there──▶ forwarding ──answer is whole──▶ over
///        └─refused, or cut─▶ over       ├──101──▶ tunnel ──either side ends──▶ over
///                                       └──cut, or the backend fails──▶ over
final class Exchange {
    private enum Phase { case opening, forwarding, tunnel, over }

    private let head: HTTPRequestHead?
    private let front: HTTPFront
    private let connection: HTTPConnection
    private let began = NIODeadline.now()
    private var lastProgress = NIODeadline.now()
    private var phase = Phase.opening
    private var request: CanonicalRequest?
    /// For whom the peer asks; nil: for itself.
    private var person: ActingPerson?
    private var permission: Permission?
    private var isCounted = false
    private var link: BackendLink?
    /// Where HTTP has ended, the peer's side of what came in its place.
    private var tunnel: TunnelLeg?
    /// What has come before the backend is there.
    private var early: [HTTPClientRequestPart] = []
    private var isRequestEnded = false
    private var contentBytes = 0
    private var answerBytes = 0
    private var status = 0
    private var isAnswerBegun = false
    private var isLast = false
    private var isSwitching = false
    /// Of a WebSocket over HTTP/2, which has none of its own.
    private var socketKey: WebSocketKey?
    private var backendIsKept = false
    /// Nil: nothing is traced.
    let trace: RequestTrace?

    /// - Parameter head: nil: no request could be made of what came.
    init(_ head: HTTPRequestHead?, _ front: HTTPFront, _ connection: HTTPConnection) {
        self.head = head
        self.front = front
        self.connection = connection
        trace = connection.trace(of: head, since: began)
    }

    private var service: HTTPService { connection.service }

    /// When the rule has to be asked again, by the end's steady clock.
    var endsAt: Duration? { permission?.endsAt }
    var actingFor: String? { person?.name.description }

    // MARK: From the peer

    func start() {
        guard let head, let peer = connection.peer else { return fail(.malformed("the connection is over")) }
        do throws(RequestFault) {
            let request = try CanonicalRequest(head)
            self.request = request
            if request.isUpgrade, front.isStream { socketKey = WebSocketKey() }
            guard connection.serves(request.authority) else { throw .misdirected(host: request.authority.host) }
            if case .length(let octets) = request.framing { try checkContent(octets) }
            person = try connection.person(in: head.headers, of: request)
        } catch {
            return fail(error)
        }
        guard let request else { return }
        do {
            permission = try connection.permit(request.asFact, for: person)
        } catch {
            return fail(.forbidden, because: error)
        }
        do {
            try connection.share.requests.begin(peer)
            isCounted = true
        } catch {
            return fail(error)
        }
        connection.begins(self)
        trace?.permitted(head.headers)
        connection.connect(for: self)
    }

    private func checkContent(_ octets: Int) throws(RequestFault) {
        guard let limit = service.limits.bodyBytes, octets > limit else { return }
        throw .contentTooLarge(limit: limit)
    }

    func content(_ content: ByteBuffer) {
        lastProgress = .now()
        contentBytes += content.readableBytes
        do { try checkContent(contentBytes) } catch { return fail(error) }
        toBackend(.body(.byteBuffer(content)))
    }

    func requestEnded(_ trailers: HTTPHeaders?) {
        lastProgress = .now()
        isRequestEnded = true
        toBackend(.end(trailers?.forwardedTrailers))
        flushContent()
    }

    /// Whether the backend takes more.
    var takesContent: Bool {
        switch phase {
        case .opening: early.isEmpty
        case .forwarding: link?.isWritable ?? false
        case .tunnel, .over: true
        }
    }

    func flushContent() { if case .forwarding = phase { link?.flush() } }

    private func toBackend(_ part: HTTPClientRequestPart) {
        switch phase {
        case .opening: early.append(part)
        case .forwarding: link?.write(part)
        case .tunnel, .over: break
        }
    }

    /// The peer takes its answer.
    func frontTakesMore() {
        lastProgress = .now()
        link?.resumeReading()
    }

    /// The peer, or its stream, is gone.
    func frontGone() {
        guard close() else { return }
        tell(nil, because: "the peer left before the answer was whole")
    }

    // MARK: The backend

    var isOver: Bool { if case .over = phase { true } else { false } }

    func linked(_ link: BackendLink) {
        guard case .opening = phase, let head, let request, let identity = connection.identity else {
            return link.close()
        }
        self.link = link
        phase = .forwarding
        lastProgress = .now()
        link.take(self)
        var fields = head.headers.forwarded(of: request, as: identity, asStream: link.isStream, socketKey: socketKey)
        trace?.tell(&fields)
        do throws(JWSFailure) {
            if let token = try connection.token(under: permission?.rule, for: person) {
                fields.add(name: BackendToken.field, value: token)
            }
        } catch {
            return fail(.cannotTell, detail: "who is there cannot be signed for the backend: \(error.explanation)")
        }
        let asked = HTTPRequestHead(version: .http1_1, method: request.method, uri: request.target, headers: fields)
        link.write(.head(asked))
        for part in early { link.write(part) }
        early = []
        link.flush()
        front.resumeReading()
    }

    func cannotConnect(_ error: any Error) {
        guard case .opening = phase else { return }
        connection.share.counters.backendFailures += 1
        let target = connection.share.plan.target
        if let unproved = error as? BackendUnproved {
            fail(.backendBroken, detail: "the backend \(target): \(unproved.explanation)")
        } else {
            fail(.backendUnreachable, detail: "cannot connect to \(target): \(text(of: error))")
        }
    }

    /// It asks for WebSocket.
    var wantsUpgrade: Bool { request?.isUpgrade ?? false }

    func backendTakesMore() {
        lastProgress = .now()
        front.resumeReading()
    }

    /// The peer can take more of the answer.
    var takesAnswer: Bool { front.isWritable }

    func answerBegan(_ answer: HTTPResponseHead) {
        lastProgress = .now()
        guard let head, let request else { return }
        if answer.status.code == 101 {
            if let fault = answer.switchingFault(asked: request, with: socketKey) {
                return fail(.backendBroken, detail: fault)
            }
            isSwitching = true
            isAnswerBegun = true
            let switched = answer.switched(asStream: front.isStream)
            status = Int(switched.status.code)
            front.write(.head(switched))
            return front.flush()
        }
        // RFC 8441 §5: a success would open the stream.
        if socketKey != nil, (200..<300).contains(answer.status.code) {
            return fail(.backendBroken, detail: "the backend speaks no WebSocket where one was asked for")
        }
        if (100..<200).contains(answer.status.code) {
            // RFC 9110 §15.2: not to a client of HTTP/1.0.
            guard !head.version.isOld else { return }
            front.write(
                .head(HTTPResponseHead(version: .http1_1, status: answer.status, headers: answer.headers.returned)))
            return front.flush()
        }
        isAnswerBegun = true
        status = Int(answer.status.code)
        backendIsKept = answer.isKeepAlive
        isLast = isLast(head)
        var framed = answer.framed(for: head, asStream: front.isStream, isLast: &isLast)
        // RFC 9449 §8.2: the next proof is to be made with it.
        if let number = person?.nextNumber { framed.headers.add(name: "dpop-nonce", value: number) }
        front.write(.head(framed))
    }

    func answered(_ content: ByteBuffer) {
        lastProgress = .now()
        answerBytes += content.readableBytes
        front.write(.body(.byteBuffer(content)))
    }

    func answerEnded(_ trailers: HTTPHeaders?) {
        if isSwitching { return openTunnel() }
        guard isAnswerBegun else { return }
        front.write(.end(head?.version.isOld == true ? nil : trailers?.returnedTrailers))
        conclude()
        front.answered(isLast: isLast || !isRequestEnded)
        tell(nil)
    }

    func flushAnswer() { if isAnswerBegun { front.flush() } }

    /// The backend closed, or broke, before its answer was whole.
    func linkGone(_ failure: String?, wasReused: Bool) {
        guard case .forwarding = phase, let request else { return }
        link = nil
        // RFC 9110 §9.2.2, RFC 9112 §9.3.1: an idle connection was closed as the request went out; once more, on a new one.
        if wasReused, !isAnswerBegun, isRequestEnded, contentBytes == 0, request.method.isIdempotent {
            phase = .opening
            early = [.end(nil)]
            return connection.connect(for: self, fresh: true)
        }
        connection.share.counters.backendFailures += 1
        let why = failure ?? "it closed before its answer was whole"
        fail(.backendBroken, detail: "the backend \(connection.share.plan.target): \(why)")
    }

    // MARK: WebSocket

    private func openTunnel() {
        guard let link, case .forwarding = phase else { return }
        let (one, other) = (TunnelLeg(), TunnelLeg())
        phase = .tunnel
        tunnel = one
        do {
            // The backend's decoder leaves when it has done with what it is reading.
            let ready = try front.become(one).and(link.become(other))
            ready.assumeIsolated().whenComplete { [self] _ in
                one.splice(to: other) { [self] in
                    guard case .tunnel = phase else { return }
                    conclude()
                    tell(nil)
                }
            }
        } catch {
            cut(detail: text(of: error))
        }
    }

    // MARK: Judged again

    func judgeAgain(
        _ permit: (Question.Request, ActingPerson?) throws(RefusalCause) -> Permission
    ) {
        guard let request, !isOver else { return }
        do {
            permission = try permit(request.asFact, person)
        } catch {
            cut(detail: error.explanation, for: .forbidden, reason: error.reason)
        }
    }

    /// How long what the backend has proved holds; nil: it was asked for no proof, or there is none yet.
    var backendProvedUntil: Date? { link?.peer?.validUntil }

    func judgeBackendAgain(_ recheck: (VerifiedPeer) throws(Refusal) -> Void) {
        guard let peer = link?.peer, !isOver else { return }
        do {
            try recheck(peer)
        } catch {
            connection.share.counters.backendFailures += 1
            fail(.backendBroken, detail: "the backend \(connection.share.plan.target): \(error.explanation)")
        }
    }

    func lookAtDeadline(_ now: NIODeadline) {
        guard now - lastProgress > service.limits.answerTimeout else { return }
        switch phase {
        case .forwarding where !isAnswerBegun && isRequestEnded: fail(.backendSilent)
        // A stream of HTTP/2 may be answered when its request is whole, or never.
        case .forwarding where !isAnswerBegun && link?.isStream == false:
            fail(takesContent ? .requestTimeout : .backendSilent)
        case .forwarding where isAnswerBegun && !front.isWritable:
            cut(detail: "the peer takes nothing of its answer any more")
        case .opening, .forwarding, .tunnel, .over: break
        }
    }

    // MARK: Ends

    /// Answers the request here, or cuts it where an answer has begun.
    func fail(_ fault: RequestFault, because cause: RefusalCause? = nil, detail: String? = nil) {
        guard !isOver else { return }
        guard !isAnswerBegun else { return cut(detail: detail ?? fault.detail, for: fault) }
        let hasContent = request.map { $0.framing != .none && $0.framing != .length(0) } ?? true
        let closes = isLast(head) || fault.endsConnection || (hasContent && !isRequestEnded)
        _ = close()
        let answer = LocalAnswer(fault, number: connection.number, to: head, asStream: front.isStream, closing: closes)
        status = fault.status
        front.write(.head(answer.head))
        if let body = answer.body { front.write(.body(.byteBuffer(body))) }
        front.write(.end(answer.trailers))
        tell(
            fault.reason, because: cause?.explanation ?? detail ?? fault.detail,
            remedy: cause?.remedy ?? fault.remedy(naming: connection.number))
        // The end of a request without content is on its way, and makes this one whole.
        if closes || isRequestEnded || front.isStream { front.answered(isLast: closes) } else { front.waitForEnd() }
    }

    /// - Parameter fault: what the peer may know of it, where an answer that has begun can still say so.
    private func cut(detail: String, for fault: RequestFault? = nil, reason: String? = nil) {
        guard close() else { return }
        tell(reason ?? fault?.reason ?? "cut", because: detail)
        if let tunnel { return tunnel.reset() }
        guard let fault, isAnswerBegun, GRPCStatus.isAsked(by: head, asStream: front.isStream) else {
            return front.cut()
        }
        front.write(.end(GRPCStatus(fault).trailers(fault, number: connection.number)))
        front.answered(isLast: true)
    }

    /// The answer is whole. The backend's connection serves the next request of this peer.
    private func conclude() {
        let link = link
        self.link = nil
        _ = close()
        guard let link else { return }
        if backendIsKept, isRequestEnded, !isSwitching { connection.keep(link) } else { link.close() }
    }

    /// Returns whether it was still under way.
    private func close() -> Bool {
        guard !isOver else { return false }
        phase = .over
        early = []
        link?.close()
        link = nil
        if isCounted, let peer = connection.facts?.peer.identity {
            isCounted = false
            connection.share.requests.end(peer)
            connection.ends(self)
        }
        return true
    }

    private func tell(_ reason: String?, because explanation: String? = nil, remedy: String? = nil) {
        if status > 0 { connection.share.counters.requests["\(status / 100)xx", default: 0] += 1 }
        if let reason { connection.share.counters.requestsRefused[reason, default: 0] += 1 }
        let isTold = reason != nil || person != nil || service.tellsRequests
        guard isTold || trace != nil, let facts = connection.facts else { return }
        let told = RequestFacts(
            connection: facts, method: request?.method.rawValue ?? head?.method.rawValue,
            host: request?.authority.description,
            path: request?.path.description ?? head?.uri.prefix(512).split(separator: "?").first.map(String.init),
            status: status, rule: permission?.rule, actingFor: person?.name.description,
            tokenIssuer: person?.token.issuer, personRule: permission?.personRule, reason: reason,
            explanation: explanation, remedy: remedy, bytesUp: contentBytes, bytesDown: answerBytes,
            seconds: Double((NIODeadline.now() - began).nanoseconds) / 1e9, at: connection.share.now)
        trace?.end(told)
        if isTold { connection.share.plan.observer.end(.request(told)) }
    }

    /// RFC 9112 §9.3. The decoder reads nothing behind a request that asks for another protocol, whether it gets it or not.
    private func isLast(_ head: HTTPRequestHead?) -> Bool {
        guard !front.isStream, let head else { return !front.isStream }
        return !head.isKeepAlive || head.version.isOld || head.headers.contains(name: "upgrade")
            || connection.isDraining
    }
}

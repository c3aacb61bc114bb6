import Foundation
import SymbolonEnrollment
public import SymbolonKeys
import SymbolonTokens
import SymbolonTransport
import SymbolonWire

/// Who signs requests: an account that the server knows.
public struct ACMEClientAccount: Sendable {
    /// RFC 8555 §7.3: the account URL, which names it as `kid`.
    public let url: String
    public let key: SigningKey

    public init(url: String, key: SigningKey) {
        self.url = url
        self.key = key
    }
}

/// Requests to one ACME server (RFC 8555 §6): signed, each with a fresh nonce, tried again where that is right, and each
/// bounded.
actor ACMEConversation {
    enum Signer {
        /// RFC 8555 §6.2: with newAccount.
        case key(SigningKey)
        case account(ACMEClientAccount)
    }

    /// In octets: a chain of ten certificates of post-quantum size fits.
    static let largestAnswer = 1 << 18
    /// RFC 8555 §6.5 sets no bound. 200: at nine refusals of ten, one request of a thousand million is given up.
    static let mostRefusedNonces = 200
    /// From then on there is a pause before the next.
    private static let quickRefusals = 10
    /// Connections that were lost under one request. 4, with pauses that double: three seconds, a restart or another node.
    private static let mostLosses = 4

    private let connect: ACMEClient.Connect
    private let environment: ACMEClient.Environment
    private var connections: [String: HTTPSClient] = [:]
    private var nonce: String?
    private var newNonce: FetchAddress?

    init(connecting connect: @escaping ACMEClient.Connect, _ environment: ACMEClient.Environment) {
        self.connect = connect
        self.environment = environment
    }

    func takeNonces(from address: FetchAddress) { newNonce = address }

    // MARK: Asking

    /// Asks without signature: directory and renewal information.
    func get(_ address: FetchAddress) async throws(ACMEClientFailure) -> HTTPSResponse {
        var losses = 0
        while true {
            do throws(ACMEClientFailure) {
                let request = HTTPSRequest(.get, address.target, fields: Self.fields)
                return try Self.accepted(try await send(request, to: address))
            } catch {
                try await overcome(error, &losses)
            }
        }
    }

    /// Asks with a signature until there is an answer that says something of the matter.
    ///
    /// - Parameters:
    ///   - payload: nil: POST-as-GET (RFC 8555 §6.3).
    ///   - deadline: no pause that a server asks for leads beyond.
    func post(
        _ address: FetchAddress, _ payload: JSONValue?, by signer: Signer, until deadline: Date
    ) async throws(ACMEClientFailure) -> HTTPSResponse {
        var refusedNonces = 0
        var losses = 0
        while true {
            let response: HTTPSResponse
            do throws(ACMEClientFailure) {
                let nonce = try await takeNonce()
                response = try await send(try Self.request(address, payload, signer, nonce), to: address)
            } catch {
                // Every request of ACME may be repeated: an order that is asked for twice is two orders, of which one is
                // forgotten, and what was finalized before says so.
                try await overcome(error, &losses)
                continue
            }
            keepNonce(of: response)
            guard response.status >= 400 else { return try Self.accepted(response) }
            let problem = PresentedProblem(response)
            switch problem.kind {
            case .badNonce?:
                // RFC 8555 §6.5: "a client SHOULD retry the request using the new nonce".
                refusedNonces += 1
                guard refusedNonces < Self.mostRefusedNonces else { throw .noncesRefused(times: refusedNonces) }
                if refusedNonces > Self.quickRefusals { try await environment.pause(0.02) }
            case .rateLimited?:
                try await bide(problem, response, until: deadline)
            case _ where [429, 503].contains(response.status) && response.field("retry-after") != nil:
                // RFC 6585 §4, RFC 9110 §15.6.4: what stands before the ACME server is busy.
                try await bide(problem, response, until: deadline)
            default:
                throw .refused(problem)
            }
        }
    }

    /// A pause after a connection that was lost; throws what is no such thing, or one too many.
    private func overcome(_ failure: ACMEClientFailure, _ losses: inout Int) async throws(ACMEClientFailure) {
        guard case .https(_, let loss) = failure, loss.isLoss, losses < Self.mostLosses else { throw failure }
        losses += 1
        try await environment.pause(0.1 * Double(1 << losses))
    }

    /// RFC 8555 §6.6: not before the time that the server asks for; when that is too late, it is for the caller to know.
    private func bide(
        _ problem: PresentedProblem, _ response: HTTPSResponse, until deadline: Date
    ) async throws(ACMEClientFailure) {
        let now = environment.now()
        guard let pause = response.retryAfter(at: now), now + pause < deadline else {
            throw .rateLimited(problem, retryAfter: response.retryAfter(at: now))
        }
        try await environment.pause(max(0.1, pause))
    }

    private static let fields = [HTTPSField("user-agent", "symbolon"), HTTPSField("accept-language", "en")]

    private static func request(
        _ address: FetchAddress, _ payload: JSONValue?, _ signer: Signer, _ nonce: String
    ) throws(ACMEClientFailure) -> HTTPSRequest {
        // RFC 8555 §6.2: nonce and url in the protected header, and exactly one of jwk and kid.
        var header = [JSONMember("nonce", .string(nonce)), JSONMember("url", .string(address.description))]
        let key: SigningKey
        switch signer {
        case .key(let own):
            guard let jwk = JWK.json(own.publicKey) else { throw .cannotSign("the account's key has no JWK") }
            header.append(JSONMember("jwk", jwk))
            key = own
        case .account(let account):
            header.append(JSONMember("kid", .string(account.url)))
            key = account.key
        }
        do throws(JWSFailure) {
            let jws = try FlattenedJWS.sign(payload: payload?.bytes ?? [], header: header, by: key)
            var request = HTTPSRequest(
                .post, address.target, fields: fields + [HTTPSField("content-type", "application/jose+json")],
                body: jws.json.bytes)
            request.isRepeatable = true
            return request
        } catch {
            throw .cannotSign(error.explanation)
        }
    }

    /// Neither a redirect nor anything else that is no success.
    private static func accepted(_ response: HTTPSResponse) throws(ACMEClientFailure) -> HTTPSResponse {
        switch response.status {
        case 200..<300: return response
        case 300..<400: throw .redirected(status: response.status)
        default: throw .refused(PresentedProblem(response))
        }
    }

    // MARK: Nonces

    private func takeNonce() async throws(ACMEClientFailure) -> String {
        if let nonce {
            self.nonce = nil
            return nonce
        }
        guard let newNonce else { throw .noNonce }
        // RFC 8555 §7.2.
        let response = try await send(HTTPSRequest(.head, newNonce.target, fields: Self.fields), to: newNonce)
        keepNonce(of: try Self.accepted(response))
        guard let nonce else { throw .noNonce }
        self.nonce = nil
        return nonce
    }

    /// RFC 8555 §6.5.1: what is not base64url is ignored.
    private func keepNonce(of response: HTTPSResponse) {
        guard let text = response.field("replay-nonce"), (1...512).contains(text.utf8.count),
            (try? Base64URL.decode(text)) != nil
        else { return }
        nonce = text
    }

    // MARK: Connections

    private func send(
        _ request: HTTPSRequest, to address: FetchAddress
    ) async throws(ACMEClientFailure) -> HTTPSResponse {
        let origin = "\(address.host):\(address.port)"
        let client: HTTPSClient
        if let known = connections[origin] {
            client = known
        } else {
            do throws(HTTPSFailure) {
                client = try connect(address)
            } catch {
                throw .https(host: address.host, error)
            }
            connections[origin] = client
        }
        do throws(HTTPSFailure) {
            return try await client.send(request)
        } catch {
            connections[origin] = nil
            throw error == .cancelled ? .cancelled : .https(host: address.host, error)
        }
    }
}

extension HTTPSFailure {
    /// The connection failed, not what was said over it: another one may do better.
    fileprivate var isLoss: Bool {
        switch self {
        case .unreachable, .unreachableWithin, .cutOff, .silent, .slow, .tls(.peerClosedDuringHandshake),
            .tls(.handshakeTimedOut):
            true
        default: false
        }
    }
}

extension HTTPSResponse {
    /// RFC 9110 §10.2.3, in seconds from now.
    func retryAfter(at now: Date) -> TimeInterval? {
        guard let text = field("retry-after") else { return nil }
        if let seconds = Int(text) { return seconds >= 0 ? TimeInterval(min(seconds, 1 << 31)) : nil }
        return Self.httpDate(text).map { max(0, $0.timeIntervalSince(now)) }
    }

    /// RFC 9110 §5.6.7: IMF-fixdate.
    private static func httpDate(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.date(from: text)
    }
}

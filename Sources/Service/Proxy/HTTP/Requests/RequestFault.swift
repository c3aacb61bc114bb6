internal import SymbolonAccessPolicy
internal import SymbolonTokens

/// Why this end answers a request itself, as the peer may know it: what to do, and nothing of what is behind.
enum RequestFault: Error, Equatable, Sendable {
    /// It can be read in two ways, or in none; the connection ends, for nobody knows where the next request begins.
    case malformed(String)
    /// RFC 9110 §15.5.20.
    case misdirected(host: String)
    case forbidden
    /// RFC 6750 §3: the person for whom the peer asks is not proved.
    case unproved(TokenRefusal)
    /// RFC 9110 §9.3.8 gives the client back what it sent and what was added to it; and tunnels go nowhere here.
    case methodNotAllowed
    case contentTooLarge(limit: Int)
    case headersTooLarge
    case version
    /// Its content did not come.
    case requestTimeout
    case tooManyRequests(ofPeer: Bool)
    case backendUnreachable
    case backendBroken
    case backendSilent
    /// The backend is to be told who is there, and this end's key does not sign it.
    case cannotTell

    var status: Int {
        switch self {
        case .malformed: 400
        case .unproved: 401
        case .forbidden: 403
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .contentTooLarge: 413
        case .misdirected: 421
        case .headersTooLarge: 431
        case .cannotTell: 500
        case .backendUnreachable, .backendBroken: 502
        case .tooManyRequests: 503
        case .backendSilent: 504
        case .version: 505
        }
    }

    /// One word for counting, for programs and for the problem's type.
    var reason: String {
        switch self {
        case .malformed: "malformed"
        case .misdirected: "misdirected"
        case .unproved: "token"
        case .forbidden: "policy"
        case .methodNotAllowed: "method"
        case .contentTooLarge: "contentTooLarge"
        case .headersTooLarge: "headersTooLarge"
        case .version: "version"
        case .requestTimeout: "requestTimeout"
        case .tooManyRequests: "tooManyRequests"
        case .backendUnreachable: "backendUnreachable"
        case .backendBroken: "backendBroken"
        case .backendSilent: "backendSilent"
        case .cannotTell: "cannotTell"
        }
    }

    var title: String {
        switch self {
        case .malformed: "This request cannot be read"
        case .misdirected: "This host is not served on this connection"
        case .unproved: "Whom this is for is not proved"
        case .forbidden: "You may not do this"
        case .methodNotAllowed: "This method is not served"
        case .contentTooLarge: "This is too much to send"
        case .headersTooLarge: "The request's header is too large"
        case .version: "This version of HTTP is not spoken here"
        case .requestTimeout: "The rest of the request did not come"
        case .tooManyRequests: "Too many requests are under way"
        case .backendUnreachable, .backendBroken, .backendSilent: "The service does not answer"
        case .cannotTell: "This end cannot do its part"
        }
    }

    var detail: String {
        switch self {
        case .malformed(let why): why
        case .misdirected(let host): "the request names the host \(host), and this connection was made for another"
        case .unproved(let refusal): "its access token is not taken: \(refusal.explanation)"
        case .forbidden: "you are known here, and no rule allows this to you now"
        case .methodNotAllowed: "CONNECT and TRACE are answered by nobody here"
        case .contentTooLarge(let limit): "this service takes at most \(limit) octets"
        case .headersTooLarge: "there are too many fields, or too much in them"
        case .version: "HTTP/1.1 and HTTP/2 are"
        case .requestTimeout: "its content stopped to come"
        case .tooManyRequests(ofPeer: true): "as many as you may have are under way"
        case .tooManyRequests(ofPeer: false): "as many as there may be are under way"
        case .backendUnreachable: "it cannot be reached at the moment"
        case .backendBroken: "what it answered cannot be passed on"
        case .backendSilent: "it took longer than it may"
        case .cannotTell: "the service cannot be told who asks, so it was not asked"
        }
    }

    /// - Parameter number: by which the operator finds the connection.
    func remedy(naming number: String) -> String {
        switch self {
        case .malformed, .version, .methodNotAllowed: "correct the program that sent it"
        case .misdirected: "ask for it on a connection of its own, under the name that the service has"
        case .unproved(let refusal):
            refusal.code == TokenFailure.nonce.code
                ? "send it again with a proof that has the nonce of this answer"
                : "get an access token for this service that is bound to this certificate, or to a key with a proof of it"
        case .forbidden: "ask whoever runs this service, and name \(number)"
        case .contentTooLarge: "send less at a time"
        case .headersTooLarge: "send less in the header: fewer or smaller cookies, for instance"
        case .requestTimeout: "send it again"
        case .tooManyRequests: "try again in a moment"
        case .backendUnreachable, .backendBroken, .backendSilent, .cannotTell:
            "try again in a moment; if it stays so, tell whoever runs this service, and name \(number)"
        }
    }

    /// What follows on the same HTTP/1.1 connection cannot be told apart from this request's rest.
    var endsConnection: Bool {
        switch self {
        case .malformed, .headersTooLarge, .version, .requestTimeout: true
        default: false
        }
    }
}

public import NIOCore
public import SymbolonTransport
public import SymbolonVerification

/// Why there was no answer to a request. An answer that says no is an answer.
@nonexhaustive
public enum HTTPSFailure: Error, Equatable, Sendable {
    /// The request itself cannot be written as HTTP.
    case request(String)
    /// The resolver knows no address for this name.
    case unknownHost(String)
    /// Nobody listens there, or no way leads there; the system's words.
    case unreachable(String)
    case unreachableWithin(TimeAmount)
    /// Our verifier refused the server's certificates; nothing was sent.
    case serverNotProved(Refusal)
    /// A code was to prove both ends, and the server showed a certificate; nothing was sent.
    case certificateInsteadOfCode
    /// TLS failed: in the handshake, or when the server refused our certificate after it.
    case tls(TLSFailure)
    /// Nothing came for so long.
    case silent(TimeAmount)
    /// Something came, and it was not all there after so long.
    case slow(TimeAmount)
    case headTooLarge(limit: Int)
    case bodyTooLarge(limit: Int)
    /// The connection ended before the answer was whole.
    case cutOff(afterFirstOctet: Bool)
    /// What came is not HTTP/1.1.
    case malformed(String)
    /// Whoever asked does not want to know any more.
    case cancelled

    /// One line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .request(let why): "the request cannot be written: \(why)"
        case .unknownHost(let name): "the name \"\(name)\" has no address"
        case .unreachable(let why): "no connection: \(why)"
        case .unreachableWithin(let time): "nobody answered within \(time.text)"
        case .serverNotProved(let refusal): "the server did not prove itself: \(refusal.explanation)"
        case .certificateInsteadOfCode: "the server showed a certificate where a code was to prove both ends"
        case .tls(let failure): failure.explanation
        case .silent(let time): "the server said nothing for \(time.text)"
        case .slow(let time): "the answer was not whole after \(time.text)"
        case .headTooLarge(let limit): "the header of the answer is larger than \(limit) octets"
        case .bodyTooLarge(let limit): "the answer is larger than \(limit) octets"
        case .cutOff(afterFirstOctet: false): "the server hung up without an answer"
        case .cutOff(afterFirstOctet: true): "the server hung up in the middle of its answer"
        case .malformed(let why): "the server does not speak HTTP/1.1: \(why)"
        case .cancelled: "the request was given up"
        }
    }

    /// One line: what to do about it.
    public var remedy: String {
        switch self {
        case .request: "correct what was asked for"
        case .unknownHost: "correct the name, or let the resolver know it"
        case .unreachable, .unreachableWithin:
            "see that the server runs, that the host and the port are right, and that no firewall stands between"
        case .serverNotProved(let refusal): refusal.remedy
        case .certificateInsteadOfCode: "see that the address is the one that belongs to the code"
        case .tls(.peerAlert(.unknownCA)):
            "use an identity that this server's authority issued: it does not know the issuer of this one"
        case .tls(.peerAlert(.certificateExpired)):
            "get a new certificate, or set the clocks of both machines right"
        case .tls(.peerAlert(.certificateRevoked)): "get a new identity: this one is revoked"
        case .tls(.peerAlert(.certificateRequired)): "show an identity: this server wants one"
        case .tls(.peerAlert), .tls(.unknownPeerAlert): "the server's own log says why it refused"
        case .tls(.notTLS), .tls(.plaintextHTTP), .tls(.protocolVersion), .tls(.noApplicationProtocol), .malformed:
            "see that host and port are those of a Symbolon authority or of a server of its kind"
        case .tls: "find out what stands between this machine and the server"
        case .silent, .slow: "try again; if it stays, look at the server's load"
        case .headTooLarge, .bodyTooLarge: "ask for less at a time, or see whether this is the server that was meant"
        case .cutOff: "try again; if it stays, the server's log says why"
        case .cancelled: "ask again"
        }
    }

    /// Nothing of the request can have been acted on: it never left this machine.
    public var isBeforeSending: Bool {
        switch self {
        case .request, .unknownHost, .unreachable, .unreachableWithin, .serverNotProved, .certificateInsteadOfCode:
            true
        default: false
        }
    }
}

extension TimeAmount {
    fileprivate var text: String {
        let milliseconds = nanoseconds / 1_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}

extension TLSAlert {
    /// RFC 8446 §6.2: the server found fault with what this client proved itself with.
    var isAboutOurCertificate: Bool {
        switch self {
        case .badCertificate, .unsupportedCertificate, .certificateRevoked, .certificateExpired, .certificateUnknown,
            .unknownCA, .accessDenied, .certificateRequired:
            true
        default: false
        }
    }
}

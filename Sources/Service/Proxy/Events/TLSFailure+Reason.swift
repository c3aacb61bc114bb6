package import SymbolonTransport

/// A failed handshake in one word for counting, and what the operator can do about it.
extension TLSFailure {
    package var reason: String {
        switch self {
        case .handshakeTimedOut: "handshakeTimedOut"
        case .peerClosedDuringHandshake: "closedDuringHandshake"
        case .protocolVersion: "protocolVersion"
        case .plaintextHTTP: "plaintextHTTP"
        case .notTLS: "notTLS"
        case .noCertificate: "noCertificate"
        case .keyUsageForbidsSigning: "keyUsageForbidsSigning"
        case .possessionNotProved: "possessionNotProved"
        case .serverNameRefused: "serverNameRefused"
        case .noApplicationProtocol: "noApplicationProtocol"
        case .codeNotProved, .noOpenInvitation: "pairing"
        case .noExtendedMasterSecret: "noExtendedMasterSecret"
        case .nothingInCommon: "nothingInCommon"
        case .noHybridKeyExchange: "noHybridKeyExchange"
        case .handshakeTooLarge: "handshakeTooLarge"
        case .recordNotAuthentic: "recordNotAuthentic"
        case .peerAlert(let alert): "peerAlert.\(alert)"
        case .unknownPeerAlert: "peerAlert.unknown"
        case .truncated: "truncated"
        case .malformed, .keyUpdateFlood, .peerRefused: "malformed"
        case .emptyChain, .unreadableKey, .keyDoesNotFitLeaf, .identityRequired, .setting, .notOpen, .library: "tls"
        }
    }

    var fault: RefusalFacts.Fault {
        switch self {
        case .protocolVersion, .plaintextHTTP, .notTLS, .noCertificate, .keyUsageForbidsSigning, .possessionNotProved,
            .serverNameRefused, .noApplicationProtocol, .codeNotProved, .noOpenInvitation,
            .noExtendedMasterSecret, .nothingInCommon, .noHybridKeyExchange(nil), .handshakeTooLarge,
            .recordNotAuthentic, .malformed,
            .keyUpdateFlood:
            .peer
        case .handshakeTimedOut, .peerClosedDuringHandshake, .peerAlert, .unknownPeerAlert, .peerRefused, .truncated,
            .noHybridKeyExchange:
            .unclear
        case .emptyChain, .unreadableKey, .keyDoesNotFitLeaf, .identityRequired, .setting, .notOpen, .library: .here
        }
    }

    var remedy: String {
        switch self {
        case .noCertificate:
            "give the peer a certificate of this trust domain: it must present one"
        case .plaintextHTTP, .notTLS:
            "connect with TLS, or through a door (reach); this address speaks nothing else"
        case .protocolVersion:
            "let the peer use TLS 1.3, or ask for TLS 1.2 here by name"
        case .noExtendedMasterSecret:
            "let the peer use TLS 1.3, or a TLS library since 2016 (RFC 7627)"
        case .handshakeTimedOut, .peerClosedDuringHandshake:
            "nothing, if a scanner or a load balancer's check did this; else see what stands between the two ends"
        case .possessionNotProved:
            "the peer shows a certificate without holding its key: find out who it is"
        case .keyUsageForbidsSigning:
            "issue the peer a certificate whose key usage has digitalSignature"
        case .serverNameRefused:
            "ask for a name that this service has, or add the name to the service"
        case .codeNotProved, .noOpenInvitation:
            "make a new invitation, and read its code to the right person: symbolon invite NAME"
        case .noApplicationProtocol, .nothingInCommon:
            "compare what the two ends are configured to speak"
        case .noHybridKeyExchange:
            "let the peer use a TLS library that has X25519MLKEM768 (OpenSSL 3.5, Go 1.24, BoringSSL), or leave --tls-1.3-hybrid out here"
        case .handshakeTooLarge:
            "shorten the chain that the peer sends, or raise the limit"
        case .peerAlert(.unknownCA):
            "let the peer trust this end's authority: give it the anchors.pem of symbolon identity export"
        case .peerAlert(.certificateExpired):
            "compare the clocks of both machines, and see how long this end's certificate lives"
        case .peerAlert, .unknownPeerAlert, .peerRefused:
            "the other end's own log says why it refused"
        case .malformed, .recordNotAuthentic, .keyUpdateFlood, .truncated, .library:
            "find out what the peer is; honest TLS libraries do not do this"
        case .emptyChain, .unreadableKey, .keyDoesNotFitLeaf, .identityRequired, .setting, .notOpen:
            "correct this end's own certificate, key or settings"
        }
    }
}

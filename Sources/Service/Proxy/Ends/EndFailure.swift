public import SymbolonTransport

/// Why an end does not start, or keeps the trust it had.
public enum EndFailure: Error, Equatable, Sendable {
    /// With no trust anchor nobody can be proved; an open door is not the answer (fail closed).
    case noTrustAnchor
    /// A door that expects no name would hand its client's bytes to any service of the authority.
    case noExpectedName
    /// Trust for clients was given to a door, or trust for a service to a service.
    case trustForOtherRole
    case noListenAddress
    /// No certificate in the chain, or one that carries no name.
    case identityWithoutName
    case cannotListen(at: Endpoint, because: String)
    /// At a socket that this process was handed.
    case cannotListenHanded(at: String, because: String)
    case tls(TLSFailure)
    case stopped

    /// One line: what happened, and what to do.
    public var explanation: String {
        switch self {
        case .noTrustAnchor:
            "no trust anchor was given, so no peer could be proved: name the authority's root certificate"
        case .noExpectedName:
            "nothing says who the service must prove to be: name its SPIFFE ID or its DNS name"
        case .trustForOtherRole:
            "a protected service admits clients and a door admits its service: the trust given is for the other role"
        case .noListenAddress:
            "no address to listen on was given"
        case .identityWithoutName:
            "this end's own certificate carries no name: issue an identity for it"
        case .cannotListen(let endpoint, let reason):
            "cannot listen on \(endpoint): \(reason)"
        case .cannotListenHanded(let address, let reason):
            "cannot listen at the socket that was handed over, on \(address): \(reason)"
        case .tls(let failure):
            "this end's certificate and key cannot be used: \(failure.explanation)"
        case .stopped:
            "this end has stopped; start a new one"
        }
    }
}

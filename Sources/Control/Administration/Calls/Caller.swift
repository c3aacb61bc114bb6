public import SymbolonCertificates
public import SymbolonNames
public import SymbolonVerification

/// Who asks for an operation, and how that is known.
public enum Caller: Sendable {
    /// Whoever holds the authority's keys: a user of its own machine, by name. May do everything.
    case keyholder(String)
    /// Proved in the handshake of a connection from this address, which still stands.
    case peer(VerifiedPeer, address: String)

    /// The name that it is known by, as it is compared: whole, byte for byte.
    public var identity: String {
        switch self {
        case .keyholder(let name): name
        case .peer(let peer, _): peer.identity.description
        }
    }

    /// As audit entries name who asked: with the certificate that proved it, when one did.
    public var actor: String {
        switch self {
        case .keyholder(let name): name
        case .peer(let peer, let address):
            "\(peer.identity) (certificate \(peer.path.leaf.serialNumber), from \(address))"
        }
    }

    /// The serial number of the certificate that proved it, when one did.
    public var certificate: SerialNumber? {
        if case .peer(let peer, _) = self { peer.path.leaf.serialNumber } else { nil }
    }

    /// The SPIFFE ID or other name that was proved.
    public var provedName: SubjectName? {
        if case .peer(let peer, _) = self, case .name(let name) = peer.identity { name } else { nil }
    }
}

/// One call of an operation by a caller who may.
public struct Call: Sendable {
    public let caller: Caller
    /// Nil for a holder of an identity that is no operator's. A keyholder is an administrator.
    public let role: Role?

    init(caller: Caller, role: Role?) {
        self.caller = caller
        self.role = role
    }

    public var actor: String { caller.actor }
}

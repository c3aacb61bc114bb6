public import Foundation
internal import NIOCore
internal import SymbolonCertificates
internal import SymbolonKeys
internal import SymbolonNames
internal import SymbolonRevocation
public import SymbolonTransport
public import SymbolonVerification
package import SymbolonWire

/// Who proved what to whom, under which rule. Text is made when it is asked for, not when the connection is made.
public struct ConnectionFacts: Sendable {
    /// Unique among the connections of one end while the process lives.
    public let id: UInt64
    public let service: String
    public let role: EndRole
    public let since: Date
    /// The proved peer.
    public let peer: VerifiedPeer
    /// What the two ends agreed on in the handshake.
    public let session: SessionFacts
    /// The rule that let the peer pass.
    public private(set) var rule: String
    /// This end, as the peer saw it.
    public let own: EndIdentity
    public let flow: Flow
    /// The peer, as rules saw it.
    let proved: ProvedFacts

    /// The proved peer's address.
    public var address: String { (role == .protect ? flow.source : flow.destination)?.text ?? "" }

    /// The same under the rule that lets it live on now.
    func under(_ rule: String) -> ConnectionFacts {
        var facts = self
        facts.rule = rule
        return facts
    }

    /// The kind of key with which the peer signed the handshake.
    public var peerKey: String { peer.path.leaf.publicKey?.description ?? "" }

    /// What was known of the peer's revocation when it was let in, in one phrase.
    public var revocation: String {
        switch peer.revocation {
        case .good: "good"
        case .revoked(let reason, since: _): "revoked (\(reason))"
        case .unknown(.noSource): "unknown (no source)"
        case .unknown(.stale): "unknown (stale)"
        case .unknown(let silence): "unknown (\(silence.explanation))"
        }
    }
}

extension ConnectionFacts: JSONMembers {
    package func write(to object: inout JSONText) {
        object.member("id", id)
        object.member("service", service)
        object.member("role", role.rawValue)
        object.member("since", since)
        object.member("address", address)
        flow.write(to: &object)
        object.member("peer", peer.identity.description)
        proved.write(to: &object)
        object.member("serial", peer.path.leaf.serialNumber.description)
        object.member("key", peerKey)
        object.member("own", own.name.description)
        object.member("ownSerial", own.leaf.serialNumber.description)
        object.member("version", session.version.description)
        object.member("cipher", session.cipher)
        object.member("group", session.group)
        object.member("signatureAlgorithm", session.peerSignatureAlgorithm)
        object.member("serverName", session.serverName)
        object.member("applicationProtocol", session.alpn)
        object.member("revocation", revocation)
        object.member("validUntil", peer.validUntil)
        object.member("rule", rule)
    }
}

/// A connection that is live, as a list shows it.
public struct LiveConnection: Sendable {
    public let facts: ConnectionFacts
    /// From the client towards the service, in bytes of application data.
    public let bytesUp: UInt64
    /// From the service towards the client, in bytes of application data.
    public let bytesDown: UInt64
    /// How long it has been let in, by a clock that nobody sets.
    public let age: Duration
    /// In how long its rule has to be asked again; nil: nothing that the rule rests on ends by itself.
    public let ruleEndsAfter: Duration?
    /// The persons for whom requests of the peer are under way.
    public let actingFor: [String]

    /// What ends it by itself, if nothing does before.
    public enum End: String, Codable, Sendable {
        /// The earliest `notAfter` of the peer's path has passed.
        case certificate
        /// Something has passed that its rule rests on: a time of day, a certificate's age, the connection's own length. It
        /// lives on if the rules still let it.
        case rule
    }

    /// What comes first, and in how many seconds from this moment.
    public func end(at now: Date) -> (End, seconds: Double) {
        let proof = max(0, facts.peer.validUntil.timeIntervalSince(now))
        guard let rule = ruleEndsAfter.map({ max(0, $0.inSeconds) }), rule < proof else { return (.certificate, proof) }
        return (.rule, rule)
    }
}

extension LiveConnection: JSONMembers {
    package func write(to object: inout JSONText) {
        facts.write(to: &object)
        object.member("bytesUp", bytesUp)
        object.member("bytesDown", bytesDown)
        object.member("seconds", age.inSeconds)
        if !actingFor.isEmpty { object.member("actingFor", actingFor) }
    }
}

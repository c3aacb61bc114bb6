internal import NIOCore
internal import SymbolonEnrollment
internal import SymbolonProxy
internal import SymbolonTransport
internal import SymbolonVerification
internal import Synchronization

/// A connection to the server past its handshake. What its peer proved is a fact of the connection: no request changes it.
public final class PeerConnection: Sendable {
    public let proof: PeerProof
    /// `host:port` of the other end.
    public let address: String
    /// The other end is this machine.
    public let isLoopback: Bool
    let key: PeerKey
    let channel: any Channel
    private let hasEnded = Mutex(false)

    /// The connection that the current task serves.
    @TaskLocal static var current: PeerConnection?

    init(_ channel: any Channel, _ session: SessionFacts) {
        self.channel = channel
        let remote = channel.remoteAddress
        address = remote?.text ?? "unknown"
        isLoopback = Self.isLoopback(remote)
        switch session.verified {
        case let peer as VerifiedPeer:
            proof = .certificate(peer)
            key = .identity(peer.identity.description)
        case let paired as PairedByCode:
            proof =
                paired.record.map { PeerProof.invitation(ProvedCode(number: paired.number, record: $0)) }
                ?? PeerProof.none
            key = .invitation(paired.number)
        default:
            proof = .none
            key = .address(PeerAddress(remote))
        }
    }

    /// What the peer is called in events: what it proved, or nothing.
    var name: String {
        switch proof {
        case .none: ""
        case .certificate(let peer): peer.identity.description
        case .invitation(let code): "invitation \(code.number)"
        }
    }

    /// Ends it at once, and with it whatever is asked over it. The answer of a request under way is lost.
    func cut() {
        guard hasEnded.withLock({ ended in (!ended, ended = true).0 }) else { return }
        let channel = channel
        channel.eventLoop.execute { channel.close(promise: nil) }
    }

    private static func isLoopback(_ address: SocketAddress?) -> Bool {
        guard let ip = address?.ipAddress else { return address?.pathname != nil }
        return ip == "::1" || ip.hasPrefix("127.") || ip.hasPrefix("::ffff:127.")
    }
}

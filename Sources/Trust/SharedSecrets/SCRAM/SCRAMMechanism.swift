public import SymbolonKeys

/// SCRAM with SHA-256 (RFC 7677), bound to the TLS connection or not.
public enum SCRAMMechanism: String, Hashable, Sendable, CaseIterable {
    case plus = "SCRAM-SHA-256-PLUS"
    case bare = "SCRAM-SHA-256"

    /// Of both ends' TLS connection: 32 octets of its exporter with the label `EXPORTER-Channel-Binding` and no context
    /// (RFC 9266 §4.1). Under TLS 1.3 alone, where it is one connection's and no other's.
    public struct Channel: Sendable {
        static let name = "tls-exporter"
        static let octetCount = 32
        let octets: SecretBytes

        /// - Returns: nil for anything but 32 octets.
        public init?(exported octets: SecretBytes) {
            guard octets.count == Self.octetCount else { return nil }
            self.octets = octets
        }
    }

    /// Whether a client insists on being bound to its connection.
    public enum Demand: Sendable {
        /// It says nothing where the server does not offer it.
        case required
        /// It goes on without, and says that it could: a server that can, too, then knows that somebody hid it.
        case preferred
    }
}

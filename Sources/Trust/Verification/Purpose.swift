/// What the proved peer will be believed for. It decides the key usage and the extended key usage of the whole path.
public enum Purpose: String, Codable, CaseIterable, Hashable, Sendable {
    /// The peer answers TLS connections.
    case server
    /// The peer opens TLS connections.
    case client
    /// The certificate signs or receives S/MIME messages.
    case mail
    /// The certificate signs programs.
    case code
    /// No purpose is asked for; the path must be sound all the same.
    case any
}

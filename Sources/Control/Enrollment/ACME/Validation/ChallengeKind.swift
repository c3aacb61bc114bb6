/// How an applicant shows that it controls a name.
public enum ChallengeKind: String, Codable, CaseIterable, Sendable {
    /// RFC 8555 §8.3.
    case http01 = "http-01"
    /// RFC 8555 §8.4.
    case dns01 = "dns-01"
    /// RFC 8737.
    case tlsALPN01 = "tls-alpn-01"
}

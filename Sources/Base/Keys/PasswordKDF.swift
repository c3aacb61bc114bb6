/// How a passphrase is stretched into the key that seals a private key.
public enum PasswordKDF: Hashable, Sendable {
    /// RFC 7914, N = 2^14, r = 8, p = 1: 16 MiB and tens of milliseconds a guess; the default of openssl, so its files and
    /// ours cost the same.
    case scrypt
    /// RFC 8018 §5.2 with HMAC-SHA-256 and 600,000 iterations (OWASP Password Storage Cheat Sheet), for readers without
    /// scrypt.
    case pbkdf2
}

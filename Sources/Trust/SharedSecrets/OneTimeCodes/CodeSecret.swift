internal import Crypto
public import SymbolonKeys
internal import SymbolonWire

/// The secret of a device that shows one-time codes. Nothing prints it but `text`, which is for the one moment in which the device
/// gets it.
public struct CodeSecret: Sendable {
    public let octets: SecretBytes

    /// RFC 4226 §4, R6: "The length of the shared secret MUST be at least 128 bits".
    public static let fewestOctets = 16

    /// A new one: 160 bits, which R6 recommends.
    public init() {
        octets = .random(20)
    }

    /// One that was kept.
    /// - Returns: nil for one of fewer than 16 octets.
    public init?(_ octets: SecretBytes) {
        guard octets.count >= Self.fewestOctets else { return nil }
        self.octets = octets
    }

    /// In base 32, as devices take it.
    public var text: String { unsafe octets.withUnsafeBytes { unsafe Base32.encode($0) } }
}

/// How a code is made of a secret.
public struct CodeForm: Hashable, Sendable, Codable {
    public enum Hash: String, Hashable, Sendable, Codable {
        /// What most devices know, whatever they are told. HMAC-SHA-1 has no known weakness as it is used here.
        case sha1, sha256, sha512
    }

    public let hash: Hash
    /// 6 to 8.
    public let digits: Int

    /// What every device knows.
    public static let usual = CodeForm(hash: .sha1, sixTo: 6)

    /// - Returns: nil unless the digits are 6 to 8: fewer are guessed (RFC 4226 §5.3), more are not all there are.
    public init?(hash: Hash, digits: Int) {
        guard (6...8).contains(digits) else { return nil }
        self.init(hash: hash, sixTo: digits)
    }

    private init(hash: Hash, sixTo digits: Int) {
        self.hash = hash
        self.digits = digits
    }

    /// RFC 4226 §5.3; with the other hashes RFC 6238 §1.2.
    func code(_ secret: CodeSecret, _ counter: UInt64) -> UInt32 {
        let message = (0..<8).map { UInt8(truncatingIfNeeded: counter >> UInt64(8 * (7 - $0))) }
        let key = unsafe secret.octets.withUnsafeBytes { unsafe SymmetricKey(data: $0) }
        let mac: [UInt8] =
            switch hash {
            case .sha1: Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: key))
            case .sha256: Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
            case .sha512: Array(HMAC<SHA512>.authenticationCode(for: message, using: key))
            }
        // §5.4: four octets, from where the last one's low half says, without the sign.
        let offset = Int(mac[mac.count - 1] & 0x0F)
        let truncated = mac[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        return truncated % (0..<digits).reduce(1) { power, _ in power * 10 }
    }

    /// What a person has typed: so many digits of ASCII, blanks aside. Any other spelling is none, so that there is one for each code.
    func entered(_ text: String) -> UInt32? {
        let typed = text.utf8.filter { $0 != UInt8(ascii: " ") }
        guard typed.count == digits, typed.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else {
            return nil
        }
        return typed.reduce(0) { $0 * 10 + UInt32($1 - UInt8(ascii: "0")) }
    }
}

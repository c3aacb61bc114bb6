/// base64url without padding (RFC 4648 §5, as RFC 7515 §2 uses it).
public enum Base64URL {
    /// The unpadded text of `octets`.
    public static func encode(_ octets: some Collection<UInt8>) -> String {
        String(decoding: Base64Alphabet.url.encode(octets), as: UTF8.self)
    }

    /// The octets that `text` spells. Padding, white space and left-over bits are refused, so that
    /// `encode(decode(text)) == text` for every text that is taken.
    public static func decode(_ text: some StringProtocol) throws(Base64Failure) -> [UInt8] {
        var octets: [UInt8] = []
        try Base64Alphabet.url.decode(Array(text.utf8)[...], into: &octets)
        return octets
    }
}

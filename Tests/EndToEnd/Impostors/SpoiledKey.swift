import SymbolonKeys
import SymbolonTestSupport
import Testing

/// Keys that no honest library makes, for OpenSSL to take.
enum SpoiledKey {
    /// A private key (PKCS #8) that states another's public key: OpenSSL believes that it fits the other's certificate,
    /// and signs with its own.
    static func claiming(_ claimed: PublicKey, signingWith own: SigningKey) throws -> [UInt8] {
        var key = own.readable
        // The uncompressed point of P-256, one byte and two coordinates, ends a SubjectPublicKeyInfo (RFC 5480 §2.2).
        let place = try #require(key.firstRange(of: own.publicKey.subjectPublicKeyInfo.suffix(65)))
        key.replaceSubrange(place, with: claimed.subjectPublicKeyInfo.suffix(65))
        return key
    }

    /// The key's SubjectPublicKeyInfo with the parameters of its curve spelled out.
    static func explicitCurve(_ key: SigningKey) throws -> [UInt8] {
        let result = try SymbolonTestSupport.run(
            "/usr/bin/openssl",
            ["pkey", "-pubin", "-inform", "DER", "-ec_param_enc", "explicit", "-pubout", "-outform", "DER"],
            input: key.publicKey.subjectPublicKeyInfo)
        try #require(result.status == 0, "\(result.err)")
        return result.outBytes
    }
}

public import SymbolonKeys

/// The names of the pairing handshake: TLS 1.3 authenticated by a short code, by SPAKE2+ (RFC 9383) in the place of the key
/// share and of certificates, as draft-bmw-tls-pake13 has it.
///
/// Divergence: extension and code point are a draft's; only Symbolon speaks this to Symbolon.
public enum PairingProtocol {
    /// What the client asks for by ALPN, and how a server knows that the connection is to be proved by a code.
    public static let alpn = "symbolon-pairing/1"
    /// Both ends' SPAKE2+ context: a transcript of another protocol never fits.
    static let context = Array("symbolon-pairing/1".utf8)
    /// The identity of the end that answers.
    static let serverIdentity = Array("symbolon-pairing/1 authority".utf8)
    private static let clientPrefix = Array("symbolon-pairing/1 invitation ".utf8)

    /// Numbers of invitations: short to read aloud, and no secret.
    public static let numbers = 1...99_999

    /// The identity of the end that begins: it says in clear which invitation it holds the words of.
    static func clientIdentity(_ number: Int) -> [UInt8] { clientPrefix + Array(String(number).utf8) }

    /// The number in a client's identity, when it is spelled as `clientIdentity` spells it.
    static func number(in identity: some Collection<UInt8>) -> Int? {
        guard identity.starts(with: clientPrefix) else { return nil }
        let digits = identity.dropFirst(clientPrefix.count)
        guard (1...5).contains(digits.count), digits.first != UInt8(ascii: "0"),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int(String(decoding: digits, as: UTF8.self)), numbers.contains(number)
        else { return nil }
        return number
    }
}

/// What the handshake proved where a code stood in for certificates: both ends know the words of this invitation.
/// `SessionFacts.verified` holds it.
public struct PairedByCode: Equatable, Sendable {
    /// The invitation's.
    public let number: Int
    /// On a server, what the gate gave to answer with: numbers are used again, records are not. Nil on a client.
    public let record: SPAKE2PlusRecord?
}

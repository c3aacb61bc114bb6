internal import CNIOBoringSSL
public import SymbolonKeys

/// What both ends make of a code before they meet (RFC 9383 §3.2).
///
/// Deliberately dear, for it makes guesses against a stolen record dear: scrypt with N = 32,768, r = 8, p = 1, about 33 MB
/// and a tenth of a second. Never on an event loop.
public struct PairingRegistration: Sendable {
    /// The invitation's.
    public let number: Int
    public let secret: SPAKE2PlusSecret
    public let record: SPAKE2PlusRecord

    /// - Parameters:
    ///   - words: the code's words in their one spelling, without the number.
    ///   - number: the invitation's; it is part of what the record is made of.
    public init(words: SecretBytes, number: Int) throws(TLSFailure) {
        guard PairingProtocol.numbers.contains(number) else {
            throw .setting(name: "invitation number", value: String(number))
        }
        guard !words.isEmpty else { throw .setting(name: "words", value: "none") }
        var w1 = SecretBytes(copying: [])
        var record = SecretBytes(copying: [])
        var done: CInt = 0
        let client = PairingProtocol.clientIdentity(number)
        let server = PairingProtocol.serverIdentity
        let w0 = unsafe SecretBytes(count: SPAKE2PlusRecord.scalarLength) { w0Space in
            w1 = unsafe SecretBytes(count: SPAKE2PlusRecord.scalarLength) { w1Space in
                record = unsafe SecretBytes(count: SPAKE2PlusRecord.pointLength) { recordSpace in
                    done = unsafe words.withUnsafeBytes { password in
                        unsafe SSL_spake2plusv1_register(
                            w0Space.baseAddress?.assumingMemoryBound(to: UInt8.self),
                            w1Space.baseAddress?.assumingMemoryBound(to: UInt8.self),
                            recordSpace.baseAddress?.assumingMemoryBound(to: UInt8.self),
                            password.baseAddress?.assumingMemoryBound(to: UInt8.self), password.count, client,
                            client.count, server, server.count)
                    }
                }
            }
        }
        guard done == 1, let secret = SPAKE2PlusSecret(w0: w0, w1: w1),
            let kept = SPAKE2PlusRecord(w0: w0, registrationRecord: record)
        else { throw .takeLast(handshakeLimit: 0) }
        self.number = number
        self.secret = secret
        self.record = kept
    }
}

public import SymbolonKeys

/// The client's side of one exchange (RFC 5802 §3): proves that it knows the password, and believes the server only when that has
/// proved that it knows the verifier. Each step gives the next.
public struct SCRAMClient: Sendable {
    /// What it asks the server for.
    public let mechanism: SCRAMMechanism
    /// client-first-message.
    public let first: String

    private let password: SecretBytes
    private let bare: String
    private let binding: [UInt8]
    private let nonce: String
    private let iterations: ClosedRange<Int>

    /// The most that a server may ask for: over a second of work.
    public static let mostIterations = 10_000_000

    /// - Parameters:
    ///   - offered: the mechanisms that the server names.
    ///   - channel: of the connection that both are on; nil: it has none.
    ///   - iterations: what the server may ask for; never under 4,096.
    /// - Throws: `mechanismNotOffered` before anything is sent, where binding is required and cannot be had (K03).
    public init(
        name: String, password: SecretBytes, offered: Set<SCRAMMechanism>, channel: SCRAMMechanism.Channel?,
        binding demand: SCRAMMechanism.Demand,
        iterations: ClosedRange<Int> = SCRAMVerifier.fewestIterations...mostIterations
    ) throws(SCRAMFailure) {
        try self.init(
            name: name, password: password, offered: offered, channel: channel, binding: demand, iterations: iterations,
            nonce: SCRAMMessage.makeNonce())
    }

    init(
        name: String, password: SecretBytes, offered: Set<SCRAMMechanism>, channel: SCRAMMechanism.Channel?,
        binding demand: SCRAMMechanism.Demand, iterations: ClosedRange<Int>, nonce: String
    ) throws(SCRAMFailure) {
        let prepared: String
        do {
            prepared = try SASLPreparation.prepared(name)
        } catch {
            throw .name(error)
        }
        let flag: String
        if let channel, offered.contains(.plus) {
            (mechanism, flag) = (.plus, "p=\(SCRAMMechanism.Channel.name)")
            binding = Array("\(flag),,".utf8) + (unsafe channel.octets.withUnsafeBytes { unsafe Array($0) })
        } else {
            guard demand != .required else { throw .mechanismNotOffered(.plus) }
            guard offered.contains(.bare) else { throw .mechanismNotOffered(.bare) }
            (mechanism, flag) = (.bare, channel == nil ? "n" : "y")
            binding = Array("\(flag),,".utf8)
        }
        bare = "n=\(SCRAMMessage.escaped(prepared)),r=\(nonce)"
        first = "\(flag),,\(bare)"
        self.password = password
        self.nonce = nonce
        self.iterations = max(iterations.lowerBound, SCRAMVerifier.fewestIterations)...iterations.upperBound
    }

    /// The client has proved itself, and waits for the server's proof.
    public struct Proved: Sendable {
        /// client-final-message.
        public let final: String
        let signature: SecretBytes

        /// Whether the server's last message proves it; only then is it believed.
        /// - Parameter message: server-final-message.
        public func check(_ message: String) throws(SCRAMFailure) {
            var parts = try SCRAMMessage(message)
            try SCRAMClient.checkRefusal(&parts)
            let presented = try SCRAMMessage.octets(
                try parts.value(UInt8(ascii: "v"), "the signature"), "the signature")
            try parts.skipExtensions()
            guard SecretBytes(copying: presented) == signature else { throw .serverSignature }
        }
    }

    /// The server's error, as a word, whatever it has sent in its place.
    private static func checkRefusal(_ parts: inout SCRAMMessage) throws(SCRAMFailure) {
        guard parts.has(UInt8(ascii: "e")) else { return }
        let word = try parts.value(UInt8(ascii: "e"), "the error").unicodeScalars.prefix(64)
        throw .refused(String(word.map { (0x21...0x7E).contains($0.value) ? Character($0) : "?" }))
    }

    /// - Parameter message: server-first-message.
    public func answering(_ message: String) throws(SCRAMFailure) -> Proved {
        var parts = try SCRAMMessage(message)
        try Self.checkRefusal(&parts)
        let both = try parts.value(UInt8(ascii: "r"), "the nonce")
        guard both.utf8.starts(with: nonce.utf8) else { throw .nonce }
        try SCRAMMessage.checkNonce(both.utf8.dropFirst(nonce.utf8.count))
        let salt = try SCRAMMessage.octets(try parts.value(UInt8(ascii: "s"), "the salt"), "the salt")
        let asked = try parts.value(UInt8(ascii: "i"), "the iterations")
        try parts.skipExtensions()
        guard let count = Int(asked), String(count) == asked else { throw .malformed("the iterations") }
        guard iterations.contains(count) else { throw .iterations(count, allowed: iterations) }

        let keys = try SCRAMKeys(password: password, salt: salt, iterations: count)
        let unproved = "c=\(SCRAMMessage.text(binding)),r=\(both)"
        let said = Array("\(bare),\(message),\(unproved)".utf8)
        let signature = SCRAMKeys.hmac(keys.storedKey, said)
        let proof = unsafe keys.clientKey.withUnsafeBytes { key in unsafe zip(key, signature).map { $0 ^ $1 } }
        return Proved(
            final: "\(unproved),p=\(SCRAMMessage.text(proof))",
            signature: SecretBytes(copying: SCRAMKeys.hmac(keys.serverKey, said)))
    }
}

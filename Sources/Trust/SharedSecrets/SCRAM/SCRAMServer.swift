internal import SymbolonKeys

/// The server's side of one exchange (RFC 5802 §3). Each step gives the next; a failure is told to the client by `answer(to:)`,
/// in which a name that nobody has looks like a wrong password.
public struct SCRAMServer: Sendable {
    private let channel: SCRAMMechanism.Channel?

    /// - Parameter channel: of the connection; nil: nothing can be bound to it, and `SCRAM-SHA-256-PLUS` is not offered.
    public init(channel: SCRAMMechanism.Channel?) { self.channel = channel }

    /// What it names to clients.
    public var offered: Set<SCRAMMechanism> { channel == nil ? [.bare] : [.bare, .plus] }

    /// server-final-message of an exchange that failed.
    public static func answer(to failure: SCRAMFailure) -> String { "e=\(failure.word)" }

    /// The client has named itself.
    public struct Named: Sendable {
        /// Prepared by SASLprep.
        public let name: String
        /// gs2-header, and what follows it.
        let header: [UInt8]
        let bare: [UInt8]
        let nonce: String
        let channel: SCRAMMechanism.Channel?

        /// - Parameters:
        ///   - verifier: what is kept for the name; nil: nobody has it.
        ///   - decoy: what stands in its place then.
        public func challenging(with verifier: SCRAMVerifier?, decoy: SCRAMDecoy) -> Challenged {
            challenging(with: verifier, decoy: decoy, nonce: SCRAMMessage.makeNonce())
        }

        func challenging(with verifier: SCRAMVerifier?, decoy: SCRAMDecoy, nonce own: String) -> Challenged {
            // Made in any case, so that a name that is known takes no less time.
            let standIn = decoy.verifier(for: name)
            let used = verifier ?? standIn
            let both = "\(nonce)\(own)"
            return Challenged(
                message: "r=\(both),s=\(SCRAMMessage.text(used.salt)),i=\(used.iterations)", nonce: both, named: self,
                verifier: used, isKnown: verifier != nil)
        }
    }

    /// - Parameters:
    ///   - mechanism: the one that the client has chosen.
    ///   - message: client-first-message.
    public func reading(_ message: String, by mechanism: SCRAMMechanism) throws(SCRAMFailure) -> Named {
        guard offered.contains(mechanism) else { throw .mechanismNotOffered(mechanism) }
        var parts = try SCRAMMessage(message)
        let flag = SCRAMMessage.text(of: try parts.next("the header"))
        switch (flag, mechanism) {
        case ("n", .bare): break
        // §6: it would have been bound, had it been told that it can.
        case ("y", .bare): if channel != nil { throw .bindingStripped }
        case ("p=\(SCRAMMechanism.Channel.name)", .plus): break
        case (_, .plus) where flag.hasPrefix("p="): throw .bindingUnsupported
        default: throw .malformed("the header")
        }
        let authorization = try parts.next("the header")
        guard authorization.isEmpty || authorization.starts(with: "a=".utf8) else { throw .malformed("the header") }
        let written = try parts.value(UInt8(ascii: "n"), "the name")
        let nonce = try parts.value(UInt8(ascii: "r"), "the nonce")
        try parts.skipExtensions()
        try SCRAMMessage.checkNonce(nonce.utf8)
        let name = try Self.prepared(written)
        if !authorization.isEmpty {
            let other = try Self.prepared(SCRAMMessage.text(of: authorization.dropFirst(2)))
            guard other == name else { throw .authorization }
        }
        let header = parts.octets.prefix(flag.utf8.count + authorization.count + 2)
        return Named(
            name: name, header: Array(header), bare: Array(parts.octets[header.endIndex...]), nonce: nonce,
            channel: mechanism == .plus ? channel : nil)
    }

    private static func prepared(_ written: String) throws(SCRAMFailure) -> String {
        let name = try SCRAMMessage.unescaped(written)
        do {
            return try SASLPreparation.prepared(name)
        } catch {
            throw .name(error)
        }
    }

    /// The client has been asked for its proof.
    public struct Challenged: Sendable {
        /// server-first-message.
        public let message: String
        let nonce: String
        let named: Named
        let verifier: SCRAMVerifier
        let isKnown: Bool

        /// Whether the client knows the password.
        /// - Parameter final: client-final-message.
        /// - Returns: server-final-message, which proves the server to the client. Only after it is the client proved.
        public func proving(_ final: String) throws(SCRAMFailure) -> String {
            var parts = try SCRAMMessage(final)
            let bound = try SCRAMMessage.octets(try parts.value(UInt8(ascii: "c"), "the binding"), "the binding")
            guard try parts.value(UInt8(ascii: "r"), "the nonce") == nonce else { throw .nonce }
            try parts.skipExtensions(to: UInt8(ascii: "p"))
            let written = try parts.value(UInt8(ascii: "p"), "the proof")
            let proof = try SCRAMMessage.octets(written, "the proof")
            try parts.end()

            let data = unsafe named.channel?.octets.withUnsafeBytes { unsafe Array($0) } ?? []
            guard SecretBytes(copying: bound) == SecretBytes(copying: named.header + data) else {
                throw .bindingDiffers
            }
            let unproved = parts.octets.dropLast(written.utf8.count + ",p=".utf8.count)
            let comma = Array(",".utf8)
            let said = named.bare + comma + Array(message.utf8) + comma + unproved
            let signature = SCRAMKeys.hmac(verifier.storedKey, said)
            guard proof.count == signature.count else { throw .proof }
            let clientKey = SecretBytes(copying: zip(proof, signature).map { $0 ^ $1 })
            guard SCRAMKeys.storedKey(clientKey) == verifier.storedKey, isKnown else { throw .proof }
            return "v=\(SCRAMMessage.text(SCRAMKeys.hmac(verifier.serverKey, said)))"
        }
    }
}

import SymbolonWire

/// A head as it is noted elsewhere: `COUNT:HASH:SIGNATURE`, the hash in hexadecimal, the signature in base64url.
extension AuditHead {
    public var noted: String { "\(count):\(Hex.encode(hash)):\(Base64URL.encode(signature))" }

    /// Reads what `noted` gave; `isSigned(by:)` says whether to believe it.
    public init(noted text: String) throws(AuditFailure) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let count = Int64(parts[0]), count > 0,
            let hash = try? Hex.decode(parts[1]), let signature = try? Base64URL.decode(parts[2])
        else { throw .notAHead }
        self.init(count: count, hash: hash, signature: signature)
    }
}

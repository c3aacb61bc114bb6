public import SymbolonKeys

/// How long the record is and what its last entry hashes to, signed by the audit key.
///
/// A chain of hashes alone cannot show that its end was cut off; the signed head can. A head noted elsewhere (beside
/// the store, on paper, on another machine) also shows that the whole store was put back to an earlier day.
public struct AuditHead: Codable, Hashable, Sendable {
    public let count: Int64
    public let hash: [UInt8]
    /// Ed25519, 64 octets.
    public let signature: [UInt8]

    /// Takes stored columns as they are; `isSigned(by:)` says whether to believe them.
    public init(count: Int64, hash: [UInt8], signature: [UInt8]) {
        self.count = count
        self.hash = hash
        self.signature = signature
    }

    public func isSigned(by key: PublicKey) -> Bool {
        key.isValid(signature, over: Self.signedBytes(count: count, hash: hash), by: .ed25519)
    }

    /// The tag as text, the count as unsigned 64 bits, the hash's length as unsigned 32 bits, the hash.
    static func signedBytes(count: Int64, hash: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendText("symbolon audit head 1")
        bytes.appendBigEndian(UInt64(bitPattern: count))
        bytes.appendBigEndian(UInt32(clamping: hash.count))
        bytes.append(contentsOf: hash)
        return bytes
    }
}

/// What the end that answers keeps of a code: `w0` and the point `L`, never the code (RFC 9383 §3.2).
///
/// Whoever has it can answer in this end's place, and can try codes against it at leisure; nobody can begin with it.
public struct SPAKE2PlusRecord: Equatable, Sendable {
    /// A scalar of P-256.
    public let w0: SecretBytes
    /// `L = w1·P`, an uncompressed point of P-256.
    public let registrationRecord: SecretBytes

    public static let scalarLength = 32
    public static let pointLength = 65

    /// Nil when the lengths are not those of P-256.
    public init?(w0: SecretBytes, registrationRecord: SecretBytes) {
        guard w0.count == Self.scalarLength, registrationRecord.count == Self.pointLength else { return nil }
        self.w0 = w0
        self.registrationRecord = registrationRecord
    }
}

/// What the end that begins makes of a code: the scalars `w0` and `w1` (RFC 9383 §3.2). As good as the code.
public struct SPAKE2PlusSecret: Equatable, Sendable {
    public let w0: SecretBytes
    public let w1: SecretBytes

    /// Nil when the lengths are not those of P-256.
    public init?(w0: SecretBytes, w1: SecretBytes) {
        guard w0.count == SPAKE2PlusRecord.scalarLength, w1.count == SPAKE2PlusRecord.scalarLength else { return nil }
        self.w0 = w0
        self.w1 = w1
    }
}

/// The two forms of an ECDSA signature: the DER of Ecdsa-Sig-Value (RFC 3279 §2.2.3), and both numbers at their full
/// length one behind the other (RFC 7518 §3.4, IEEE P1363).
public enum ECDSASignature {
    public enum Form: Sendable { case der, numbers }

    /// Nil for what is not the DER of a signature by a key of this kind.
    public static func numbers(fromDER signature: [UInt8], for kind: PublicKey.Kind) -> [UInt8]? {
        guard let length = numberOctets(kind), var fields = try? DERSequence(signature[...], as: "Ecdsa-Sig-Value"),
            let r = try? fields.takeInteger("r").drop(while: { $0 == 0 }),
            let s = try? fields.takeInteger("s").drop(while: { $0 == 0 }), (try? fields.end()) != nil,
            r.count <= length, s.count <= length
        else { return nil }
        return [UInt8](repeating: 0, count: length - r.count) + r + [UInt8](repeating: 0, count: length - s.count) + s
    }

    private static func numberOctets(_ kind: PublicKey.Kind) -> Int? {
        NamedCurve.allCases.first { $0.kind == kind }?.coordinateOctets
    }
}

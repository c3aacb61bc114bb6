internal import Crypto
internal import Foundation
internal import SymbolonCertificates
internal import SymbolonKeys
internal import SymbolonWire

/// A fingerprint of a set of revocations, whatever their order, that follows a change without reading the rest again: the
/// sum of what SHA-256 makes of each.
///
/// Two ends compare it to see that one has missed nothing. It proves nothing to strangers: who could choose many entries
/// could find two sets of one sum. The other end is proved by its certificate.
public struct RevocationDigest: Hashable, Sendable, CustomStringConvertible {
    private var words: Octets32

    /// Of no revocation.
    public init() { words = .zero }

    public init(of revoked: RevokedSet) {
        var sum = Octets32.zero
        revoked.forEach { certificate, revocation in sum &+= Self.words(certificate, revocation) }
        words = sum
    }

    /// From what `description` wrote.
    public init?(_ text: String) {
        guard let octets = try? Hex.decode(text), octets.count == 32 else { return nil }
        words = Octets32(octets)
    }

    /// Follows what `changes` do to `revoked`, which they have not been applied to yet.
    public mutating func follow(_ changes: RevocationChanges, in revoked: RevokedSet) {
        for (certificate, revocation) in changes.revoked {
            if let before = revoked[certificate] { words &-= Self.words(certificate, before) }
            words &+= Self.words(certificate, revocation)
        }
        for certificate in changes.released where changes.revoked[certificate] == nil {
            if let before = revoked[certificate] { words &-= Self.words(certificate, before) }
        }
    }

    public var description: String { Hex.encode(words.octets) }

    /// Whole seconds, as they are told.
    private static func words(_ certificate: CertificateIdentifier, _ revocation: Revocation) -> Octets32 {
        var hash = SHA256()
        hash.update(data: certificate.issuerKey.bytes)
        hash.update(data: [UInt8(certificate.serialNumber.contents.count)] + certificate.serialNumber.contents)
        let seconds = Int64(revocation.since.timeIntervalSince1970)
        hash.update(data: (0..<8).map { UInt8(truncatingIfNeeded: seconds >> (56 - 8 * $0)) })
        hash.update(data: Array(revocation.reason.rawValue.utf8))
        return Octets32(Array(hash.finalize()))
    }
}

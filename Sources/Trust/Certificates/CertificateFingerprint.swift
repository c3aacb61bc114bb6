internal import Crypto
internal import SymbolonWire

/// SHA-256 over a certificate's DER: names these bytes, and so must never be what a deny-list goes by (the same
/// certificate can be signed again).
public struct CertificateFingerprint: Hashable, Sendable, CustomStringConvertible {
    /// 32 octets.
    public let bytes: [UInt8]

    package init(_ der: [UInt8]) {
        bytes = Array(SHA256.hash(data: der))
    }

    /// Lower-case hexadecimal.
    public var description: String { Hex.encode(bytes) }
}

extension Certificate {
    public var fingerprint: CertificateFingerprint { CertificateFingerprint(der) }
}

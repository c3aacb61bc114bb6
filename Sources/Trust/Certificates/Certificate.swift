public import Foundation
public import SymbolonKeys

/// An X.509 certificate as it was presented: parsed, nothing believed. RFC 5280 §4.1.
///
/// Parsing refuses what is not strict DER of that form. What is well formed but not allowed (a serial number of zero, an
/// algorithm or key we do not support, version 1) is kept, so that the verifier can say what it refused.
///
/// Two certificates are equal when their bytes are. Copies share one store.
public struct Certificate: Sendable {
    private let parsed: ParsedCertificate

    /// The largest certificate that is read, in octets. Ten times what any public authority has been seen to issue.
    public static let largest = 1 << 18

    /// Parses one certificate and nothing after it.
    public init(der: some Collection<UInt8>) throws(CertificateFailure) {
        guard der.count <= Self.largest else { throw .tooLarge(octets: der.count, limit: Self.largest) }
        parsed = try ParsedCertificate(Array(der))
    }

    /// The bytes that were parsed, all of them.
    public var der: [UInt8] { parsed.der }
    /// The bytes that the issuer signed: tbsCertificate with its header.
    public var tbsBytes: ArraySlice<UInt8> { parsed.der[parsed.tbs] }
    /// 1, 2 or 3.
    public var version: Int { parsed.version }
    public var serialNumber: SerialNumber { parsed.serialNumber }
    public var signatureAlgorithm: PresentedSignatureAlgorithm { parsed.signatureAlgorithm }
    /// Why ``signatureAlgorithm`` is not supported: weak by name, unknown, or with wrong parameters.
    public var signatureAlgorithmFailure: KeyFailure? { parsed.signatureAlgorithmFailure }
    /// The signature value, in the form its algorithm gives it.
    public var signature: ArraySlice<UInt8> { parsed.der[parsed.signature] }
    public var issuer: DistinguishedName { parsed.issuer }
    public var subject: DistinguishedName { parsed.subject }
    /// The first moment of validity, inclusive.
    public var notBefore: Date { parsed.notBefore.date }
    /// The last second of validity, inclusive; ``CertificateTime/noExpiry`` when there is none.
    public var notAfter: Date { parsed.notAfter.date }
    /// The two times with the form each was written in.
    public var validity: (notBefore: CertificateTime, notAfter: CertificateTime) { (parsed.notBefore, parsed.notAfter) }
    /// DER of the SubjectPublicKeyInfo.
    public var subjectPublicKeyInfo: [UInt8] { Array(parsed.der[parsed.subjectPublicKeyInfo]) }
    /// Nil when the key is not one we support; ``publicKeyFailure`` then says why.
    public var publicKey: PublicKey? { try? parsed.publicKey.get() }
    /// Why there is no ``publicKey``.
    public var publicKeyFailure: KeyFailure? {
        if case .failure(let failure) = parsed.publicKey { failure } else { nil }
    }
    public var extensions: CertificateExtensions { parsed.extensions }

    /// RFC 5280 §3.2: issuer and subject are the same name. Says nothing of who signed.
    public var isSelfIssued: Bool { parsed.issuer == parsed.subject }

    /// True when `key` made this certificate's signature over ``tbsBytes``.
    public func isSigned(by key: PublicKey) -> Bool {
        guard case .known(let algorithm) = signatureAlgorithm else { return false }
        return key.isValid(signature, over: tbsBytes, by: algorithm)
    }
}

extension Certificate: Hashable {
    public static func == (one: Certificate, other: Certificate) -> Bool {
        one.parsed === other.parsed || one.parsed.der == other.parsed.der
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(parsed.der)
    }
}

/// The algorithm a certificate says it was signed with.
public enum PresentedSignatureAlgorithm: Hashable, Sendable {
    case known(SignatureAlgorithm)
    /// Its identifier in dotted form (empty when not even that can be read).
    case unsupported(oid: String)
}

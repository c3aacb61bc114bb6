public import Foundation
public import SymbolonCertificates
public import SymbolonKeys
internal import SymbolonWire

/// A certificate revocation list as it was given: parsed, nothing believed. RFC 5280 §5.1.
///
/// Parsing goes through the entries once, in place: what stays is the list's own bytes and at most sixteen octets an entry.
/// What is well formed but must not be used keeps its reason in ``defect``. Copies share one store.
public struct CertificateList: Sendable {
    /// The largest list that is read, in octets. 128 MiB: three and a half million entries of the usual size.
    public static let largest = 1 << 27
    /// RFC 7468 §7.
    static let label = "X509 CRL"

    let parsed: ParsedList

    /// Parses one list and nothing after it.
    public init(der: some Collection<UInt8>) throws(ListFailure) {
        guard der.count <= Self.largest else { throw .tooLarge(octets: der.count, limit: Self.largest) }
        parsed = try ParsedList((der as? [UInt8]) ?? Array(der))
    }

    /// Parses PEM text of lists and nothing else; none are in it when it has no block.
    public static func parse(pem text: some StringProtocol) throws(ListFailure) -> [CertificateList] {
        try parse(pem: Array(text.utf8))
    }

    /// Parses what a file or a server gives: one list in DER, or PEM text of one or more.
    public static func parse(_ octets: [UInt8]) throws(ListFailure) -> [CertificateList] {
        // A SEQUENCE; no PEM text begins so, for its first line is a boundary or an explanation that nobody needs here.
        if octets.first == DERTag.sequence.rawValue { return [try CertificateList(der: octets)] }
        let lists = try parse(pem: octets)
        guard !lists.isEmpty else { throw .noList }
        return lists
    }

    private static func parse(pem text: [UInt8]) throws(ListFailure) -> [CertificateList] {
        let blocks: [PEM.Block]
        do throws(PEMFailure) {
            blocks = try PEM.parse(text, limit: largest * 2)
        } catch {
            throw .pem(error)
        }
        var lists: [CertificateList] = []
        for block in blocks {
            guard block.label == label else { throw .unexpectedLabel(block.label) }
            lists.append(try CertificateList(der: block.bytes))
        }
        return lists
    }

    /// The bytes that were parsed.
    public var der: [UInt8] { parsed.der }
    public var issuer: DistinguishedName { parsed.issuer }
    public var thisUpdate: Date { parsed.thisUpdate.date }
    public var nextUpdate: Date? { parsed.nextUpdate?.date }
    /// Nil only when there is a ``defect``.
    public var number: ListNumber? { parsed.number }
    /// Which of the issuer's keys signed it, by its own word. RFC 5280 §5.2.1.
    public var authorityKeyIdentifier: [UInt8]? { parsed.authorityKeyIdentifier?.keyIdentifier }
    /// The number of the list that this delta builds on; nil when it is complete. RFC 5280 §5.2.4.
    public var baseNumber: ListNumber? { parsed.baseNumber }
    /// How many certificates are listed.
    public var count: Int { parsed.entries.count }
    /// Why the list must not be used.
    public var defect: ListDefect? { parsed.defect }

    /// What the list says of a certificate, whether or not the list is to be believed: nil when it is not listed.
    public func revocation(of serialNumber: SerialNumber, from issuer: DistinguishedName) -> Revocation? {
        guard let entry = parsed.entries.entry(of: serialNumber, from: issuer),
            case .revoked(let reason) = entry.meaning
        else { return nil }
        return Revocation(reason, since: entry.time.date)
    }

    /// True when `key` made the list's signature. The first question about a key costs a digest over the whole list.
    public func isSigned(by key: PublicKey) -> Bool {
        parsed.signature.isMade(by: key) { parsed.isSigned(by: key) }
    }

    /// True when some key that was asked about made the signature: whether that key may speak is the verifier's to say.
    public var hasSigner: Bool { parsed.signature.hasMaker }

    var isDelta: Bool { baseNumber != nil }
}

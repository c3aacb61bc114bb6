public import SymbolonCertificates
public import SymbolonWire

/// Why bytes are not a certificate revocation list that can be read.
@nonexhaustive
public enum ListFailure: Error, Equatable, Sendable {
    /// Not the DER that RFC 5280 §5.1 describes.
    case malformed(DERFailure)
    case tooLarge(octets: Int, limit: Int)
    /// RFC 5280 §5.1.2.1: as encoded; 1 stands for version 2, the only number that may be written.
    case unknownVersion(Int)
    /// RFC 5280 §5.1.1.2: the algorithm within the signed part and the one beside the signature differ.
    case algorithmMismatch
    /// RFC 5280 §5.2: each extension at most once.
    case duplicateExtension(ObjectIdentifier)
    case tooManyExtensions(limit: Int)
    /// One certificate is listed twice.
    case duplicateEntry(SerialNumber)
    /// More issuers in an indirect list than are kept.
    case tooManyIssuers(limit: Int)
    case pem(PEMFailure)
    /// A text of lists holds something else.
    case unexpectedLabel(String)
    /// Neither DER nor PEM of a list.
    case noList

    /// One line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .malformed(let failure): "the revocation list is malformed: \(failure.explanation)"
        case .tooLarge(let octets, let limit): "a revocation list of \(octets) octets; at most \(limit) are read"
        case .unknownVersion(let number): "list version number \(number) is unknown; version 2 is number 1"
        case .algorithmMismatch: "the list's signature algorithm inside and outside differ"
        case .duplicateExtension(let identifier): "list extension \(identifier) is there twice"
        case .tooManyExtensions(let limit): "the list has more than \(limit) extensions"
        case .duplicateEntry(let serialNumber): "serial number \(serialNumber) is listed twice"
        case .tooManyIssuers(let limit): "the list speaks for more than \(limit) issuers"
        case .pem(let failure): failure.explanation
        case .noList: "there is no revocation list in it, neither DER nor PEM"
        case .unexpectedLabel(let label): "a PEM block \"\(label)\" where revocation lists are due"
        }
    }
}

public import SymbolonCertificates
public import SymbolonKeys

/// Why bytes are not a revocation filter that can be read.
@nonexhaustive
public enum FilterFailure: Error, Equatable, Sendable {
    /// Not the DER that docs/RevocationFilter.md describes.
    case malformed(DERFailure)
    case tooLarge(octets: Int, limit: Int)
    case unknownFormat(String)
    /// The algorithm within the signed part and the one beside the signature differ.
    case algorithmMismatch
    /// The signature's algorithm is not one that is believed, or the issuer's key has no fingerprint's length.
    case key(KeyFailure)
    /// Negative, or over 20 octets.
    case numberOutOfRange
    /// It ends before it begins, or covers what is still to come.
    case timesOutOfOrder
    /// A ribbon of no whole words, without a seed, or too narrow for its equations.
    case ribbonMalformed
    /// Changes that are not ascending, not of the length they say, or say two things of one certificate.
    case changesMalformed
    /// It brings up to date a filter that is newer than itself.
    case baseNotOlder

    /// One line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .malformed(let failure): "the revocation filter is malformed: \(failure.explanation)"
        case .tooLarge(let octets, let limit): "a revocation filter of \(octets) octets; at most \(limit) are read"
        case .unknownFormat(let name):
            "revocation filter format \"\(name.prefix(64))\" is unknown; \"\(ParsedFilter.format)\" is read"
        case .algorithmMismatch: "the revocation filter's signature algorithm inside and outside differ"
        case .key(let failure): "the revocation filter: \(failure.explanation)"
        case .numberOutOfRange: "the revocation filter's number is negative or over 20 octets"
        case .timesOutOfOrder: "the revocation filter ends before it begins, or covers what is still to come"
        case .ribbonMalformed: "the revocation filter's bits are not what its sizes say"
        case .changesMalformed:
            "the revocation filter's changes are not ascending, or say two things of one certificate"
        case .baseNotOlder: "the revocation filter is made to bring up to date one that is newer"
        }
    }
}

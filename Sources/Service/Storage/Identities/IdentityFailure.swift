public import Foundation
public import SymbolonCertificates
public import SymbolonKeys
public import SymbolonWire

/// Why an identity, or the anchors it trusts, cannot be used.
public enum IdentityFailure: Error, Equatable, Sendable {
    case name(String)
    case file(FileFailure)
    case key(KeyFileFailure)
    case keySealing(KeyFailure)
    case pem(path: String, PEMFailure)
    /// The file holds DER or other binary data where PEM text is needed.
    case notText(path: String)
    case noCertificate(path: String)
    /// A block that does not belong in this file.
    case strangeBlock(path: String, label: String)
    /// `index` counts the blocks of the file from 1.
    case certificate(path: String, index: Int, CertificateFailure)
    /// Both fingerprints are SHA-256 over SubjectPublicKeyInfo.
    case keyDoesNotFit(certificate: String, key: String)
    case noAnchors
    /// Every anchor in the file has ended, the last at `latest`.
    case allExpired(path: String, latest: Date, now: Date)

    /// One line: what is wrong, in which file, and what to do.
    public var explanation: String {
        switch self {
        case .name(let text):
            "\(text.debugDescription) is not the name of an identity: "
                + "use 1 to \(IdentityName.maximumLength) of a-z 0-9 . _ -"
        case .file(let failure): failure.explanation
        case .key(let failure): failure.explanation
        case .keySealing(let failure): "the key cannot be sealed: \(failure.explanation)"
        case .pem(let path, let failure): "\(path): \(failure.explanation)"
        case .notText(let path):
            "\(path) is not PEM text; if it is a DER certificate, convert it with: "
                + "openssl x509 -inform DER -in OLD -out NEW"
        case .noCertificate(let path): "\(path) holds no certificate"
        case .strangeBlock(let path, let label): "\(path) holds a \(label), which does not belong there"
        case .certificate(let path, let index, let failure):
            "\(path): block \(index) is not a certificate that can be used: \(failure.explanation)"
        case .keyDoesNotFit(let certificate, let key):
            "the private key is not the certificate's: "
                + "the certificate's key is \(certificate), the private key's \(key)"
        case .noAnchors: "the identity names no anchor, so it could verify nobody"
        case .allExpired(let path, let latest, let now):
            "every anchor in \(path) has expired, the last on \(latest.formatted(.iso8601)); "
                + "it is \(now.formatted(.iso8601)); put the authority's present certificate there"
        }
    }
}

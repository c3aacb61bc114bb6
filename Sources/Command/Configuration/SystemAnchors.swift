import Foundation
import SymbolonCertificates

/// The authorities of the Web, as this machine keeps them.
enum SystemAnchors {
    /// Where distributions keep them: Debian and its kin, Fedora and its kin, Alpine and macOS.
    private static let places = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
    ]

    /// Nil: this machine keeps none.
    static var file: String? { places.first { FileManager.default.fileExists(atPath: $0) } }

    /// One that is not understood is one that is not trusted.
    static func certificates(at file: String) throws -> [Certificate] {
        try QuestionFiles.certificates(at: file).compactMap { try? $0.parsed.get() }
    }
}

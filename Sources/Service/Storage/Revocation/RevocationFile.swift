import SymbolonRevocation

/// Files of revocation lists and OCSP answers: no secrets, and some of them large.
public enum RevocationFile {
    /// PEM of the largest list that is read has a third more octets than its DER.
    public static let limit = CertificateList.largest / 2 * 3

    /// Reads a file that the operator or another program puts there; links are followed.
    public static func read(_ path: String) throws(FileFailure) -> [UInt8] {
        let octets = try FileReading.anyOwner(path, limit: limit)
        guard !octets.isEmpty else { throw .empty(path: path) }
        return octets
    }
}

/// Sees that such a file was replaced, written, removed or made.
public struct RevocationFileWatch: Sendable {
    private var watch: FileWatch

    public init(_ path: String) { watch = FileWatch([path]) }

    /// Looks once: true when there is something new since the last look.
    public mutating func poll() -> Bool { !watch.poll().isEmpty }
}

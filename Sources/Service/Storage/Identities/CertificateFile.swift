public import Foundation
public import SymbolonCertificates
import SymbolonWire

/// PEM files of certificates that the operator keeps. Whatever is in one that is not a certificate is refused.
public enum CertificateFile {
    /// Reads a chain, leaf first.
    public static func chain(_ path: String) throws(IdentityFailure) -> [Certificate] {
        try certificates(path)
    }

    /// Reads the certificates that peers' paths may end in, without those that have expired.
    ///
    /// A file that is missing, empty, cut off, of another kind or wholly expired is refused: no file of anchors ever
    /// means "believe everybody".
    public static func anchors(_ path: String, at now: Date) throws(IdentityFailure) -> [Certificate] {
        let all = try certificates(path)
        let live = all.filter { $0.notAfter >= now }
        guard !live.isEmpty else {
            throw .allExpired(path: path, latest: all.map(\.notAfter).max() ?? now, now: now)
        }
        return live
    }

    private static func certificates(_ path: String) throws(IdentityFailure) -> [Certificate] {
        let bytes: [UInt8]
        do {
            bytes = try FileReading.anyOwner(path, limit: PEM.standardLimit)
        } catch {
            throw .file(error)
        }
        var certificates: [Certificate] = []
        for (index, block) in try blocks(bytes, of: path).enumerated() {
            guard block.label == StoredIdentity.certificateLabel else {
                throw .strangeBlock(path: path, label: block.label)
            }
            certificates.append(try certificate(block, index: index + 1, of: path))
        }
        return certificates
    }

    /// The blocks of a PEM text, at least one.
    static func blocks(_ bytes: [UInt8], of path: String) throws(IdentityFailure) -> [PEM.Block] {
        guard !bytes.isEmpty else { throw .file(.empty(path: path)) }
        let blocks: [PEM.Block]
        do {
            blocks = try PEM.parse(bytes)
        } catch {
            throw .pem(path: path, error)
        }
        guard !blocks.isEmpty else {
            // PEM is text; DER begins with a SEQUENCE (0x30) and soon has octets that text has not.
            let isText = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
            throw isText ? .noCertificate(path: path) : .notText(path: path)
        }
        return blocks
    }

    static func certificate(_ block: PEM.Block, index: Int, of path: String) throws(IdentityFailure) -> Certificate {
        do {
            return try Certificate(der: block.bytes)
        } catch {
            throw .certificate(path: path, index: index, error)
        }
    }
}

import Foundation
import SymbolonCertificates
import SymbolonRevocation
import SymbolonWire

/// A certificate out of a file, with where it stood.
struct FiledCertificate: Sendable {
    let der: [UInt8]
    /// "web.pem", or "certificate 2 of chain.pem".
    let place: String
    let parsed: Result<Certificate, CertificateFailure>

    init(_ der: [UInt8], place: String) {
        self.der = der
        self.place = place
        parsed = Result { () throws(CertificateFailure) in try Certificate(der: der) }
    }

    var certificate: Certificate? { try? parsed.get() }
}

/// Reads the files that a question names, PEM or DER, each refused with what is wrong and what to do.
enum QuestionFiles {
    /// Certificates in the order of the file; one that is no certificate within is the verifier's to judge.
    static func certificates(at path: String) throws -> [FiledCertificate] {
        let found = try elements(at: path, label: "CERTIFICATE", plural: "certificates", limit: PEM.standardLimit)
        return found.enumerated().map { index, der in
            FiledCertificate(der, place: found.count == 1 ? name(path) : "certificate \(index + 1) of \(name(path))")
        }
    }

    /// Roots have to be certificates: the operator chose them.
    static func roots(at path: String) throws -> [Certificate] {
        try certificates(at: path).map { root in
            do throws(CertificateFailure) {
                return try root.parsed.get()
            } catch {
                throw Complaint(
                    what: "\(root.place) is no certificate to trust", why: error.explanation,
                    mend: "get the root again from where you have it", exit: .undecided)
            }
        }
    }

    static func lists(at path: String) throws -> [CertificateList] {
        let limit = CertificateList.largest * 2
        return try elements(at: path, label: "X509 CRL", plural: "revocation lists", limit: limit).map { der in
            do throws(ListFailure) {
                return try CertificateList(der: der)
            } catch {
                throw unreadable(
                    path, error.explanation, mend: "get the list again from where its authority publishes it")
            }
        }
    }

    /// An OCSP answer has no PEM form.
    static func answer(at path: String) throws -> StatusAnswer {
        let bytes = try contents(of: path, limit: StatusAnswer.largest)
        do throws(AnswerFailure) {
            return try StatusAnswer(der: bytes)
        } catch {
            throw unreadable(
                path, error.explanation, mend: "give the DER of an OCSP answer: openssl ocsp … -respout FILE")
        }
    }

    /// A filter has no PEM form.
    static func filter(at path: String) throws -> RevocationFilter {
        let bytes = try contents(of: path, limit: RevocationFilter.largest)
        do throws(FilterFailure) {
            return try RevocationFilter(der: bytes)
        } catch {
            throw unreadable(
                path, error.explanation, mend: "get the filter again from where its authority publishes it")
        }
    }

    private static func elements(at path: String, label: String, plural: String, limit: Int) throws -> [[UInt8]] {
        let bytes = try contents(of: path, limit: limit)
        // X.690 §8.9: DER of either begins with SEQUENCE.
        if bytes.first == 0x30 { return [bytes] }
        let mend = "give \(plural) in PEM (BEGIN \(label)) or DER"
        let blocks: [PEM.Block]
        do throws(PEMFailure) {
            blocks = try PEM.parse(bytes, limit: limit)
        } catch {
            throw unreadable(path, error.explanation, mend: mend)
        }
        guard !blocks.isEmpty else { throw unreadable(path, "it is neither PEM nor DER", mend: mend) }
        // What else stands there, such as the key beside its certificate, is not looked at.
        let wanted = blocks.filter { $0.label == label }
        guard !wanted.isEmpty else {
            throw unreadable(path, "it holds no \(label), only a PEM block \"\(blocks[0].label)\"", mend: mend)
        }
        return wanted.map(\.bytes)
    }

    static func contents(of path: String, limit: Int) throws -> [UInt8] {
        let file = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
        guard let file else {
            let why = FileManager.default.fileExists(atPath: path) ? "it may not be read" : "there is no such file"
            throw unreadable(path, why, mend: nil)
        }
        let data: Data
        do {
            data = try file.read(upToCount: limit + 1) ?? Data()
        } catch {
            throw unreadable(path, error.localizedDescription, mend: nil)
        }
        guard data.count <= limit else { throw unreadable(path, "it has more than \(limit) octets", mend: nil) }
        return Array(data)
    }

    private static func unreadable(_ path: String, _ why: String, mend: String?) -> Complaint {
        Complaint(what: "\(name(path)) cannot be read", why: why, mend: mend, exit: .undecided)
    }

    private static func name(_ path: String) -> String { path == "-" ? "standard input" : path.printable }
}

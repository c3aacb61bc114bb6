import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonWire

/// A public key that an operator names: by a file that shows it, or by its fingerprint.
enum KeyFile {
    /// SHA-256 over the SubjectPublicKeyInfo, in hexadecimal.
    static func fingerprint(_ word: String) throws -> String {
        if let octets = try? Hex.decode(word.lowercased()), octets.count == 32 { return word.lowercased() }
        let bytes = try QuestionFiles.contents(of: word, limit: PEM.standardLimit)
        let blocks: [PEM.Block]
        do throws(PEMFailure) {
            blocks = try PEM.parse(bytes, limit: PEM.standardLimit)
        } catch {
            throw Complaint(
                what: "\(word.printable) has neither a certificate nor a public key in PEM", why: error.explanation,
                exit: .undecided)
        }
        for block in blocks {
            switch block.label {
            case "CERTIFICATE":
                if let key = try? Certificate(der: block.bytes).publicKey { return key.fingerprint.description }
            case "PUBLIC KEY":
                if let key = try? PublicKey(subjectPublicKeyInfo: block.bytes) { return key.fingerprint.description }
            default: continue
            }
        }
        throw Complaint(
            what: "\(word.printable) has neither a certificate nor a public key in PEM",
            mend: "make one from a private key: openssl pkey -in KEY -pubout -out FILE", exit: .undecided)
    }
}

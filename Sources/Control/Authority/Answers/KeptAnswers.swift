import SymbolonCertificates
import SymbolonRevocation

/// What was found of certificates that somebody asked about, and the answers made of it, up to a bound.
///
/// In two halves: what is asked for moves to the young one, and when that is full the old one is forgotten. So what nobody asks
/// for goes, without a list of who asked when.
struct KeptAnswers {
    struct Key: Hashable {
        /// As `AnsweredIssuer` has it.
        let issuer: Int
        let serialNumber: SerialNumber
        let digest: CertificateID.Digest
    }

    struct Entry {
        let certificate: AnsweredCertificate
        let answer: SignedAnswer
    }

    private var young: [Key: Entry] = [:]
    private var old: [Key: Entry] = [:]
    private let half: Int

    /// - Parameter most: at least as many as one question may name, in each half.
    init(most: Int) { half = max(PresentedQuestion.mostCertificates, most / 2) }

    var count: Int { young.count + old.count }

    subscript(key: Key) -> Entry? {
        mutating get {
            if let entry = young[key] { return entry }
            guard let entry = old.removeValue(forKey: key) else { return nil }
            keep(entry, for: key)
            return entry
        }
    }

    mutating func keep(_ entry: Entry, for key: Key) {
        if young.count >= half, young[key] == nil {
            old = young
            young = [:]
        }
        young[key] = entry
        old[key] = nil
    }

    mutating func forget(_ serialNumber: SerialNumber, from issuer: Int) {
        for digest in [CertificateID.Digest.sha1, .sha256] {
            let key = Key(issuer: issuer, serialNumber: serialNumber, digest: digest)
            young[key] = nil
            old[key] = nil
        }
    }

    mutating func forgetAll(from issuer: Int) {
        young = young.filter { $0.key.issuer != issuer }
        old = old.filter { $0.key.issuer != issuer }
    }
}

import SymbolonCertificates
import SymbolonNames

/// RFC 5280 §4.2.1.6: the names that a leaf is known by.
enum SubjectAlternativeNamesCheck {
    /// The leaf has at least one name of a kind we know, and each of those kinds is well formed: a name that one reader
    /// takes so and another otherwise is no name. RFC 9525 §2: names are read here and nowhere else.
    static func check(_ leaf: PathCertificate) throws(VerificationFailure) -> [SubjectName] {
        let certificate = leaf.certificate
        // RFC 5280 §4.1.2.6: with an empty subject these are the only names, and must not be passed over.
        guard !certificate.subject.isEmpty || leaf.extensions.isCritical(.subjectAlternativeName) == true else {
            throw .subjectAlternativeNameNotCritical
        }
        switch leaf.names {
        case .failure(let failure): throw .nameMalformed(failure)
        case .success(let names):
            guard !names.isEmpty else { throw .subjectAlternativeNameMissing }
            return names
        }
    }
}

import SymbolonCertificates
import SymbolonNames

/// RFC 5280 §4.2.1.6: the names that a leaf is known by.
enum SubjectAlternativeNamesCheck {
    /// Each name of a kind we know is well formed: a name that one reader takes so and another otherwise is no name. Where
    /// the profile has it so, there is at least one. RFC 9525 §2: names are read here and nowhere else.
    static func check(_ leaf: PathCertificate, by rules: Rules) throws(VerificationFailure) -> [SubjectName] {
        let certificate = leaf.certificate
        // RFC 5280 §4.1.2.6: with an empty subject these are the only names, and must not be passed over.
        let isBinding = leaf.extensions.isCritical(.subjectAlternativeName) == true
        guard isBinding || !certificate.subject.isEmpty || !rules.askConformance else {
            throw .subjectAlternativeNameNotCritical
        }
        switch leaf.names {
        case .failure(let failure): throw .nameMalformed(failure)
        case .success(let names):
            guard !names.isEmpty || !rules.profile.requiresAlternativeName else {
                throw .subjectAlternativeNameMissing
            }
            return names
        }
    }
}

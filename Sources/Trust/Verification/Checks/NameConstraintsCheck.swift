import SymbolonCertificates
import SymbolonNames

/// RFC 5280 §4.2.1.10, §6.1.3(b), (c): the names of a certificate lie within what every authority above allows.
///
/// The RFC intersects the subtrees on the way down; holding each name against each authority's own subtrees is the same
/// and says which authority forbade it.
enum NameConstraintsCheck {
    /// The constraints that one authority of the path states.
    struct Stated {
        let authority: DistinguishedName
        let constraints: NameConstraints
    }

    static func check(
        _ parsed: PathCertificate, against stated: [Stated], spending work: inout WorkLeft
    ) throws(VerificationFailure) {
        guard !stated.isEmpty else { return }
        let names = try namesUnderConstraint(of: parsed, mailIsConstrained: stated.contains(where: \.limitsMail))
        for one in stated {
            try work.spendComparisons(of: names.count, with: one.constraints.comparisonsPerName)
            for name in names {
                guard let violation = one.constraints.violation(by: name) else { continue }
                throw .nameConstraintViolated(violation, of: one.authority)
            }
            try refuseKindsNotCompared(of: parsed, under: one)
        }
    }

    /// The subject alternative names, and the mail addresses of the subject: RFC 5280 §4.2.1.10 asks for these where no
    /// alternative mail name stands; we hold them always. CommonName is no name (RFC 9525 §2), so no constraint reads it.
    private static func namesUnderConstraint(
        of parsed: PathCertificate, mailIsConstrained: Bool
    ) throws(VerificationFailure) -> [SubjectName] {
        var names: [SubjectName]
        switch parsed.names {
        case .success(let found): names = found
        case .failure(let failure): throw .nameMalformed(failure)
        }
        guard mailIsConstrained else { return names }
        for address in parsed.certificate.subject.texts(of: .emailAddress) {
            do throws(NameFailure) {
                names.append(.mail(try Mailbox(address)))
            } catch {
                throw .nameMalformed(error)
            }
        }
        return names
    }

    /// RFC 5280 §4.2.1.10: a constraint on a kind of name that is not compared here, and a name of that kind: refused. A
    /// subject that is not empty is a name of the kind directoryName.
    private static func refuseKindsNotCompared(
        of parsed: PathCertificate, under stated: Stated
    ) throws(VerificationFailure) {
        var kinds = Set((parsed.extensions.subjectAlternativeNames ?? []).compactMap(\.kindNotCompared))
        if !parsed.certificate.subject.isEmpty { kinds.insert(GeneralName.directoryKind) }
        for kind in kinds.sorted() {
            guard let violation = stated.constraints.violation(byKind: kind) else { continue }
            throw .nameConstraintViolated(violation, of: stated.authority)
        }
    }
}

extension NameConstraintsCheck.Stated {
    fileprivate var limitsMail: Bool {
        (constraints.permitted + constraints.excluded).contains {
            if case .mail = $0 { true } else { false }
        }
    }
}

extension GeneralName {
    /// RFC 5280 §4.2.1.6: the tag of directoryName.
    fileprivate static let directoryKind: UInt8 = 4

    /// The tag of a name that is no `SubjectName`.
    fileprivate var kindNotCompared: UInt8? {
        switch self {
        case .directory: Self.directoryKind
        case .other(let tag, _): tag
        case .dns, .mail, .uri, .ip: nil
        }
    }
}

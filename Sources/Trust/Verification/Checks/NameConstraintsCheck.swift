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
            try checkDirectoryNames(of: parsed, against: one, spending: &work)
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
        // RFC 9598 §6: constraints on mail hold for these too; they are read nowhere here, so they are refused.
        guard !(parsed.extensions.subjectAlternativeNames ?? []).contains(where: \.isInternationalMailbox) else {
            throw .internationalMailboxConstrained
        }
        for address in parsed.certificate.subject.texts(of: .emailAddress) {
            do throws(NameFailure) {
                names.append(.mail(try Mailbox(address)))
            } catch {
                throw .nameMalformed(error)
            }
        }
        return names
    }

    /// RFC 5280 §6.1.3(b), (c): the subject, unless it is empty, and each directoryName beside it.
    private static func checkDirectoryNames(
        of parsed: PathCertificate, against stated: Stated, spending work: inout WorkLeft
    ) throws(VerificationFailure) {
        guard stated.constraints.limitsDirectoryNames else { return }
        var names = parsed.certificate.subject.isEmpty ? [] : [parsed.certificate.subject]
        for case .directory(let name) in parsed.extensions.subjectAlternativeNames ?? [] { names.append(name) }
        try work.spendComparisons(of: names.count, with: stated.constraints.comparisonsPerName)
        for name in names {
            guard let violation = stated.constraints.violation(by: name.folded) else { continue }
            throw .nameConstraintViolated(violation, of: stated.authority)
        }
    }

    /// RFC 5280 §4.2.1.10: a constraint on a kind of name that is not compared here, and a name of that kind: refused.
    private static func refuseKindsNotCompared(
        of parsed: PathCertificate, under stated: Stated
    ) throws(VerificationFailure) {
        let kinds = Set((parsed.extensions.subjectAlternativeNames ?? []).compactMap(\.kindNotCompared))
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
    /// RFC 9598 §3: an otherName of type id-on-SmtpUTF8Mailbox, 1.3.6.1.5.5.7.8.9.
    fileprivate var isInternationalMailbox: Bool {
        guard case .other(tag: 0, let content) = self else { return false }
        return content.starts(with: [0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x09])
    }

    /// The tag of a name that is no `SubjectName`.
    fileprivate var kindNotCompared: UInt8? {
        switch self {
        case .other(let tag, _): tag
        case .dns, .mail, .uri, .ip, .directory: nil
        }
    }
}

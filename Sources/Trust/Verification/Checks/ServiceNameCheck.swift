import SymbolonNames

/// RFC 9525 §6: the names that were asked for are among those presented, kind by kind.
enum ServiceNameCheck {
    static func check(
        _ presented: [SubjectName], against expected: [ReferenceName], spending work: inout WorkLeft
    ) throws(VerificationFailure) {
        try work.spendComparisons(of: presented.count, with: expected.count)
        for name in expected {
            guard presented.contains(where: name.matches) else {
                throw .nameMismatch(expected: name, presented: presented)
            }
        }
    }
}

import SymbolonVerification

/// How operators write what silence about revocation is worth.
extension RevocationMode {
    struct Unreadable: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    static let forms = "required, required-unless-life-under:HOURS or best-effort:REASON"

    /// As an option: `required`, `required-unless-life-under:24`, `best-effort:REASON`.
    init(text: String) throws(Unreadable) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        try self.init(name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : nil)
    }

    init(name: String, value: String?) throws(Unreadable) {
        switch (name, value) {
        case ("required", nil): self = .required
        case ("required-unless-life-under", let value?):
            // A year: a certificate that lives longer is no short-lived one.
            guard let hours = Int(value), (1...8766).contains(hours) else {
                throw Unreadable(description: "required-unless-life-under wants whole hours, 1 to 8766")
            }
            self = .requiredUnlessLife(underHours: hours)
        case ("best-effort", let reason?):
            guard reason.contains(where: { !$0.isWhitespace }) else {
                throw Unreadable(description: "best-effort wants the reason, in words, why that is enough")
            }
            self = .bestEffort(because: reason)
        default: throw Unreadable(description: "it is one of \(Self.forms)")
        }
    }
}

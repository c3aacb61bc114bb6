/// What an `issue` or `issuewild` property says: whom it lets issue, and with which bounds. RFC 8659 §4.2.
struct IssueProperty: Equatable, Sendable {
    /// In lower case; empty: nobody.
    let issuer: String
    let parameters: [Parameter]

    struct Parameter: Equatable, Sendable {
        /// In lower case.
        let tag: String
        let value: String
    }

    /// Nil when it breaks the grammar: such a property lets nobody issue.
    init?(_ value: [UInt8]) {
        guard value.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x09 }) else { return nil }
        let parts = String(decoding: value, as: UTF8.self)
            .split(separator: ";", omittingEmptySubsequences: false).map(Self.trimmed)
        issuer = parts[0].lowercased()
        guard !issuer.contains(where: { !$0.isASCII || !($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") }) else {
            return nil
        }
        var found: [Parameter] = []
        for (index, part) in parts.enumerated().dropFirst() {
            // "issuer;" and "issuer; a=b;" are in use, though the grammar has no parameter behind the last semicolon.
            if part.isEmpty, index == parts.count - 1 { continue }
            guard let equals = part.firstIndex(of: "=") else { return nil }
            let tag = Self.trimmed(part[..<equals])
            let text = Self.trimmed(part[part.index(after: equals)...])
            guard !tag.isEmpty, tag.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }),
                !text.contains(where: { $0 == " " || $0 == "\t" })
            else { return nil }
            found.append(Parameter(tag: tag.lowercased(), value: String(text)))
        }
        parameters = found
    }

    /// Whether it lets one of `issuers` certify for this account by this method.
    ///
    /// RFC 8657 §3 and §4: each of its parameters at most once, and one that is not met is not met for all.
    func permits(_ issuers: Set<String>, accountURL: String, method: String) -> Bool {
        guard issuers.contains(issuer) else { return false }
        let accounts = parameters.filter { $0.tag == "accounturi" }
        let methods = parameters.filter { $0.tag == "validationmethods" }
        guard accounts.count <= 1, methods.count <= 1 else { return false }
        if let account = accounts.first, account.value != accountURL { return false }
        if let listed = methods.first {
            return listed.value.split(separator: ",", omittingEmptySubsequences: false).contains { $0 == method }
        }
        return true
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return text
    }
}

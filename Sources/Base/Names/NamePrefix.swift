/// How a name written for people says its kind.
enum NamePrefix: String, CaseIterable {
    case spiffe = "spiffe:"
    case dns = "dns:"
    case ip = "ip:"
    case mail = "mail:"
    case uri = "uri:"

    init?(of text: some StringProtocol) {
        guard let prefix = Self.allCases.first(where: { text.utf8.starts(with: $0.rawValue.utf8) }) else { return nil }
        self = prefix
    }

    /// What stands behind the prefix; all of a SPIFFE ID, whose prefix is its scheme.
    func rest<Text: StringProtocol>(of text: Text) -> Text.SubSequence {
        text[text.utf8.index(text.startIndex, offsetBy: self == .spiffe ? 0 : rawValue.utf8.count)...]
    }
}

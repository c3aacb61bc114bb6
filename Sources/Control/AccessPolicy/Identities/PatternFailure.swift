public import SymbolonNames

/// Why a text is no identity pattern.
@nonexhaustive
public enum PatternFailure: Error, Equatable, Sendable {
    case empty
    /// A star that is a part of a segment, or two stars that are not the last segment.
    case starWithinPath(String)
    /// A star in a name that is matched exactly.
    case starOutsidePath(String)
    /// A short name where nothing says of which trust domain.
    case domainMissing(String)
    case name(NameFailure)

    /// One line: what was read, and what to write.
    public var explanation: String {
        switch self {
        case .empty: "the pattern is empty: write an identity such as web, person/* or spiffe://example.org/web"
        case .starWithinPath(let text):
            "\"\(NameText.shown(text))\": a star is a whole segment (person/*, ns/*/sa/web); ** is the last one, "
                + "for any depth (device/**)"
        case .starOutsidePath(let text):
            "\"\(NameText.shown(text))\": names with a kind in front are matched exactly; stars are for SPIFFE IDs"
        case .domainMissing(let text):
            "\"\(NameText.shown(text))\" is a short name and nothing says of which trust domain: write "
                + "spiffe://DOMAIN/\(NameText.shown(text)), or domain: at the top of the policy"
        case .name(let failure): failure.explanation
        }
    }
}

public import SymbolonNames

/// Why a text is no identity pattern.
@nonexhaustive
public enum PatternFailure: Error, Equatable, Sendable {
    case empty
    /// A star that is not the whole last segment of the path.
    case starWithinPath(String)
    /// A star in a name that is matched exactly.
    case starOutsidePath(String)
    case name(NameFailure)

    /// One line: what was read, and what to write.
    public var explanation: String {
        switch self {
        case .empty: "the pattern is empty: write an identity such as web, person/* or spiffe://example.org/web"
        case .starWithinPath(let text):
            "\"\(text)\": a star is the whole last segment or none: person/* for one segment, device/** for any depth"
        case .starOutsidePath(let text):
            "\"\(text)\": names with a kind in front are matched exactly; stars are for SPIFFE IDs"
        case .name(let failure): failure.explanation
        }
    }
}

/// Something that may be known of a party or of what it wants. What is not known is never a yes, and never a no.
public enum Fact<Value: Sendable>: Sendable {
    case known(Value)
    case unknown(Ignorance)

    /// - Parameter value: nil is not known, for nobody has said so.
    public init(_ value: Value?) { self = value.map(Fact.known) ?? .unknown(.notReported) }
}

extension Fact: Equatable where Value: Equatable {}
extension Fact: Hashable where Value: Hashable {}

/// Why something is not known.
public enum Ignorance: Hashable, Sendable {
    /// Nobody has said so.
    case notReported
    /// What was said has lapsed.
    case lapsed
    /// Bytes of a connection whose protocol is not looked into: there is no request.
    case noRequest
    /// What was asked for has more than one reading, so no rule is held against it.
    case notCanonical
    /// The clock has jumped: what it says is not believed.
    case clockInDoubt
    /// A rule names a group that the authority does not have.
    case noSuchGroup
    /// The record of an earlier decision does not say it; whoever decided may have known.
    case notRecorded

    public var explanation: String {
        switch self {
        case .notReported: "nobody has said so"
        case .lapsed: "what was reported has lapsed"
        case .noRequest: "it is a stream of bytes, whose requests are not looked into"
        case .notCanonical: "the path can be read in two ways"
        case .clockInDoubt: "the clock has jumped and is not believed"
        case .noSuchGroup: "there is no such group"
        case .notRecorded: "the record does not say it"
        }
    }
}

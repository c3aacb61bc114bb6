/// Why name servers gave no usable answer. That a name, or a record, does not exist is an answer, and no failure.
@nonexhaustive
public enum ResolutionFailure: Error, Equatable, Sendable {
    /// No server answered in time.
    case silent
    /// A server answers that it failed, refuses, or cannot: its word for it.
    case refused(String)
    case malformed(String)
    /// The chain of aliases from this name goes round, or on for too long.
    case tooManyAliases
    /// So many questions wait already.
    case busy(Int)
    /// The one who asked has given up.
    case cancelled

    /// One line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .silent: "no name server answered in time"
        case .refused(let why): "the name server gives no answer: \(why)"
        case .malformed(let why): "the name server's answer cannot be read: \(why)"
        case .tooManyAliases: "its aliases (CNAME) go round, or on for too long"
        case .busy(let count): "\(count) questions wait for the name servers already"
        case .cancelled: "the question was withdrawn"
        }
    }
}

/// Why a home folder is not used.
public enum HomeFailure: Error, Equatable, Sendable {
    /// Everything in the home that others could read or change, in the order of the paths.
    case unsafe([FileFailure])
    case file(FileFailure)
    /// A file of ours that does not read as what was written.
    case unreadable(path: String)
    /// As `unreadable`, of where an identity came from.
    case originUnreadable(path: String)
    /// As `unreadable`, of the policy that ends judge by.
    case policyUnreadable(path: String)

    /// One line for each thing found, with the command that mends it.
    public var explanation: String {
        switch self {
        case .unsafe(let findings): findings.map(\.explanation).joined(separator: "\n")
        case .file(let failure): failure.explanation
        case .unreadable(let path): "\(path) does not read as this program wrote it; pair this machine again"
        case .policyUnreadable(let path):
            "\(path) does not read as this program wrote it; remove it if an older version may come back"
        case .originUnreadable(let path):
            "\(path) does not read as this program wrote it; obtain the identity again"
        }
    }
}

/// Why a file or folder could not be used. Paths are as the caller gave them; codes are `errno` values.
public enum FileFailure: Error, Equatable, Sendable {
    case absent(path: String)
    case exists(path: String)
    case notPermitted(path: String, operation: String)
    case symbolicLink(path: String)
    case wrongKind(path: String, found: FileKind, wanted: FileKind)
    /// `mode` are the permission bits found, `allowed` the widest that is accepted.
    case tooWide(path: String, mode: UInt32, allowed: UInt32)
    case foreignOwner(path: String, owner: UInt32, expected: UInt32)
    /// `limit` in octets.
    case tooLarge(path: String, limit: Int)
    case empty(path: String)
    case noSpace(path: String)
    case readOnlyVolume(path: String)
    case system(path: String, operation: String, code: Int32)
}

extension FileFailure {
    /// One line: what is wrong, and where there is one, the command that mends it.
    public var explanation: String {
        switch self {
        case .absent(let path): "\(path) does not exist"
        case .exists(let path): "\(path) exists already and is not overwritten"
        case .notPermitted(let path, let operation): "\(path): permission to \(operation) it is denied"
        case .symbolicLink(let path):
            "\(path) is a symbolic link; put the file itself there, because a link can be pointed elsewhere"
        case .wrongKind(let path, let found, let wanted): "\(path) is a \(found), where a \(wanted) is needed"
        case .tooWide(let path, let mode, let allowed):
            "\(path) has mode \(octal(mode)), open to others; run: chmod \(octal(allowed)) \(shellQuoted(path))"
        case .foreignOwner(let path, let owner, let expected):
            "\(path) belongs to user \(owner), not to user \(expected) who runs this; "
                + "run: chown \(expected) \(shellQuoted(path))"
        case .tooLarge(let path, let limit): "\(path) is larger than \(limit) octets"
        case .empty(let path): "\(path) is empty"
        case .noSpace(let path): "\(path): no space is left on its volume"
        case .readOnlyVolume(let path): "\(path) is on a read-only volume"
        case .system(let path, let operation, let code):
            "\(path): \(operation) failed: \(systemMessage(code)) (errno \(code))"
        }
    }

    private func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// POSIX.1-2017 XCU §2.2.2: within single quotes every character is itself, and a single quote cannot occur.
    private func shellQuoted(_ path: String) -> String {
        "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}

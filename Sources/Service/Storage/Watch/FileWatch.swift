/// Remembers what a set of paths held at the last look. A path with nothing at it is as good a state as any.
package struct FileWatch: Sendable {
    private var stamps: [String: FileStamp?]

    package init(_ paths: [String]) {
        stamps = Dictionary(paths.map { ($0, Self.stamp(of: $0)) }) { first, _ in first }
    }

    /// The paths whose file was replaced, written, removed or made since the last look.
    package mutating func poll() -> Set<String> {
        var changed: Set<String> = []
        for (path, old) in stamps {
            let new = Self.stamp(of: path)
            guard new != old else { continue }
            stamps[path] = .some(new)
            changed.insert(path)
        }
        return changed
    }

    /// Links are followed: mounted volumes replace a file by moving the link to it.
    private static func stamp(of path: String) -> FileStamp? {
        try? fileStatus(of: path, links: .follow).stamp
    }
}

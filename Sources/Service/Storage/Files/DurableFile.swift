/// Whole-file writes that a reader sees entirely or not at all, and that survive a loss of power once they return.
///
/// The octets go to a new file beside the target, are made durable, and take the target's name in one step; then the
/// folder's list of names is made durable. A crash in between leaves the old file, and perhaps a `.NAME.….new` beside
/// it.
public enum DurableFile {
    /// Puts `bytes` at `path`, in the place of whatever file is there.
    ///
    /// - Parameter mode: the permission bits, exactly: the umask does not narrow them.
    public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(FileFailure) {
        try write(bytes, beside: path, mode: mode) { new throws(FileFailure) in try renameFile(new, to: path) }
    }

    /// Puts `bytes` at `path`; refuses with `.exists` when anything is there.
    public static func create(_ path: String, with bytes: [UInt8], mode: UInt32) throws(FileFailure) {
        try write(bytes, beside: path, mode: mode) { new throws(FileFailure) in
            try linkFile(new, to: path)
            try unlinkFile(new)
        }
    }

    /// Removes the file at `path`.
    public static func remove(_ path: String) throws(FileFailure) {
        try unlinkFile(path)
        try OpenFile(folder: split(path).folder).synchronize()
    }

    private static func write(
        _ bytes: [UInt8], beside path: String, mode: UInt32, place: (String) throws(FileFailure) -> Void
    ) throws(FileFailure) {
        let (folder, name) = split(path)
        let new = "\(folder)/.\(name).\(String(UInt64.random(in: .min ... .max), radix: 16)).new"
        do {
            let file = try OpenFile(creating: new, mode: mode)
            try file.write(bytes)
            try file.synchronize()
            try place(new)
        } catch {
            // What failed is told; the leftover is harmless if it cannot be removed either.
            try? unlinkFile(new)
            throw error
        }
        try OpenFile(folder: folder).synchronize()
    }

    private static func split(_ path: String) -> (folder: String, name: Substring) {
        let whole = absolutePath(path)
        let slash = whole.lastIndex(of: "/") ?? whole.startIndex
        let folder = whole[..<slash]
        return (folder.isEmpty ? "/" : String(folder), whole[whole.index(after: slash)...])
    }
}

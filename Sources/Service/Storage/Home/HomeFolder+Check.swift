/// A home that others can read or change is not started from.
extension HomeFolder {
    /// Examines every folder and file of the home: owner, mode, kind.
    ///
    /// - Throws: `.unsafe` with everything that was found, so that one round of commands mends it.
    public func check() throws(HomeFailure) {
        var findings: [FileFailure] = []
        examine(path, isTop: true, depth: 0, &findings)
        guard findings.isEmpty else { throw .unsafe(findings) }
    }

    /// The home has two levels; three more are room for what an operator keeps beside it, and an end to the walk.
    private static let deepest = 5

    private func examine(_ path: String, isTop: Bool, depth: Int, _ findings: inout [FileFailure]) {
        do throws(FileFailure) {
            let status = try fileStatus(of: path, links: .refuse)
            // Running processes are asked by theirs (`EndSocket`).
            let isExpectedSocket = status.kind == .socket && path.hasPrefix(endsFolder + "/")
            let wanted: FileKind =
                isTop || status.kind == .folder ? .folder : isExpectedSocket ? .socket : .regularFile
            guard status.kind == wanted else {
                throw status.kind == .symbolicLink
                    ? .symbolicLink(path: path) : .wrongKind(path: path, found: status.kind, wanted: wanted)
            }
            if let finding = Self.openness(status, path) { findings.append(finding) }
            guard status.kind == .folder, depth < Self.deepest else { return }
            for name in try namesInFolder(path) {
                examine("\(path)/\(name)", isTop: false, depth: depth + 1, &findings)
            }
        } catch .absent where !isTop {
            return  // A temporary file, or SQLite's log, that was there when the folder was listed.
        } catch {
            findings.append(error)
        }
    }

    /// A wide folder is noted and looked into all the same, so that everything is told at once.
    private static func openness(_ status: FileStatus, _ path: String) -> FileFailure? {
        do {
            let allowed = status.kind == .folder ? folderMode : fileMode
            try FileReading.requireOwnerOnly(status, path, allowed: allowed)
            return nil
        } catch {
            return error
        }
    }
}

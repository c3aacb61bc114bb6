public import SymbolonAuthority

/// The id by which one process of a home is known to its authority. It outlives the process: the next one that starts takes
/// it up, so that a restart leaves nobody behind who is waited for.
///
/// A file of `ends/` for each process that ran at the same time, locked while it is held.
public final class EndPlace: Sendable {
    public let end: EndID
    /// Where this process is asked what it does. Whoever holds the place holds the name: what lies there from before is dead.
    public let socket: EndSocket
    /// Where this process waits for the sockets of the one that it succeeds.
    public var handOver: EndSocket {
        EndSocket(folder: socket.folder, number: socket.number, kind: .handOver)
    }

    private let file: OpenFile

    fileprivate init(_ end: EndID, _ socket: EndSocket, _ file: consuming OpenFile) {
        self.end = end
        self.socket = socket
        self.file = file
    }
}

extension HomeFolder {
    var endsFolder: String { path + "/ends" }
    /// Processes of one home at a time. 256: more than a machine has.
    private static let mostEnds = 256

    /// Takes the first id that no other process of the home holds; makes one where there is none.
    public func takeEndPlace() throws(FileFailure) -> EndPlace {
        do {
            try makeFolder(endsFolder, mode: Self.folderMode)
        } catch .exists {
            // Who may write to it is checked with the home.
        }
        for number in 1...Self.mostEnds {
            let file = try OpenFile(keeping: "\(endsFolder)/\(number)", mode: Self.fileMode)
            guard try file.tryLock() else { continue }
            let text = try file.readAll(limit: 64)
            if let end = EndID(String(decoding: text, as: UTF8.self)) { return EndPlace(end, socket(number), file) }
            let end = EndID.random()
            try file.overwrite(Array(end.description.utf8))
            try file.synchronize()
            return EndPlace(end, socket(number), file)
        }
        throw .exists(path: endsFolder)
    }
}

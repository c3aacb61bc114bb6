import Foundation
import SymbolonStorage

/// An authority in the making: by one process at a time, and over again when one was killed in the middle of it.
///
/// Until the authority is recorded, its keys belong to nobody. The mark says so: with it they may be made anew, without
/// it keys that have no authority are never touched. The process at work holds a lock on the mark, which the system lets
/// go of when the process ends, however that comes about.
final class UnfinishedCreation {
    private let home: HomeFolder
    private let isTakenUp: Bool
    private let descriptor: Int32

    /// True when a creation began in this home and its end was not reached.
    static func isMarked(_ home: HomeFolder) -> Bool {
        FileManager.default.fileExists(atPath: mark(home))
    }

    private static func mark(_ home: HomeFolder) -> String { home.keysFolder + "/unfinished" }

    init(_ home: HomeFolder) throws {
        try Self.refuseStrangeKeys(home)
        self.home = home
        let mark = Self.mark(home)
        do {
            try DurableFile.create(mark, with: [], mode: 0o600)
            isTakenUp = false
        } catch FileFailure.exists {
            isTakenUp = true
        }
        descriptor = unsafe open(mark, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Complaint(
                what: "an authority is being made in \(home.path) at this moment", why: "another process holds \(mark)",
                mend: "wait until it is done, then look: symbolon up --home \(home.path)")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Takes away the keys that a killed process left. Only where no authority is recorded.
    func clear() throws {
        guard isTakenUp else { return }
        for file in Self.keyFiles(home) { try DurableFile.remove(file) }
    }

    /// The authority is recorded: its keys are not to be touched from now on.
    func end() throws { try DurableFile.remove(Self.mark(home)) }

    private static func refuseStrangeKeys(_ home: HomeFolder) throws {
        // In a database, the store says itself whether it has the authority of these keys.
        guard case .file = try home.store() else { return }
        // In this order: whoever makes an authority marks the home and makes the store before the first key.
        guard let key = keyFiles(home).first, !FileManager.default.fileExists(atPath: home.database), !isMarked(home)
        else { return }
        throw Complaint(
            what: "\(home.path) has an authority's keys, and no store", why: "\(key) is there, \(home.database) is not",
            mend: "restore the store from a backup, or make another authority with --home", exit: .unsafeHome)
    }

    private static func keyFiles(_ home: HomeFolder) -> [String] {
        AuthorityKeyRole.allCases.map(home.keyFile).filter(FileManager.default.fileExists(atPath:))
    }
}

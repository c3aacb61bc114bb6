import Synchronization

/// Values by their id and revision, so that what was read or written before is not parsed again.
///
/// A committed revision of a value never changes (`acme_…_forward`), so what is here is as good as what is stored, by
/// whichever node; which revision is in force, the store is asked each time. Only what was read from a commit or committed
/// comes in: a transaction that was undone has used its numbers for nothing.
final class ACMECache<Value: Sendable>: Sendable {
    private struct Entry {
        let revision: Int64
        let value: Value
    }

    /// Two generations: what was not asked for while the younger one filled up goes.
    private struct Generations {
        var younger: [String: Entry] = [:]
        var older: [String: Entry] = [:]
    }

    private let most: Int
    private let generations = Mutex(Generations())

    /// - Parameter most: 4096 unless told, in each generation: a few kilobytes each, at most.
    init(most: Int = 4096) { self.most = most }

    /// It has some revision of it.
    func knows(_ id: String) -> Bool {
        generations.withLock { $0.younger[id] != nil || $0.older[id] != nil }
    }

    func value(_ id: String, revision: Int64) -> Value? {
        generations.withLock { generations in
            if let entry = generations.younger[id] { return entry.revision == revision ? entry.value : nil }
            guard let entry = generations.older[id], entry.revision == revision else { return nil }
            Self.insert(entry, id, into: &generations, most)
            return entry.value
        }
    }

    func insert(_ value: Value, _ id: String, revision: Int64) {
        generations.withLock { Self.insert(Entry(revision: revision, value: value), id, into: &$0, most) }
    }

    private static func insert(_ entry: Entry, _ id: String, into generations: inout Generations, _ most: Int) {
        if generations.younger.count >= most {
            generations.older = generations.younger
            generations.younger = [:]
        }
        generations.younger[id] = entry
    }
}

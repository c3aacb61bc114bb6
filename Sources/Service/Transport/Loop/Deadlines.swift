/// What is due when: a binary heap, the earliest first. Pure; nothing is ever taken out of its middle.
struct Deadlines<What> {
    private struct Entry {
        let at: UInt64
        let what: What
    }

    private var entries: [Entry] = []

    var count: Int { entries.count }
    /// When the next one is due, in nanoseconds.
    var next: UInt64? { entries.first?.at }

    mutating func add(_ what: What, at: UInt64) {
        entries.append(Entry(at: at, what: what))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].at < entries[parent].at else { break }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the earliest, if it is due by `now`.
    mutating func take(by now: UInt64) -> (at: UInt64, what: What)? {
        guard let first = entries.first, first.at <= now else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        sink(0)
        return (first.at, first.what)
    }

    /// Forgets what nobody waits for any more.
    mutating func keep(where isWaitedFor: (UInt64, What) -> Bool) {
        entries.removeAll { !isWaitedFor($0.at, $0.what) }
        for parent in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sink(parent) }
    }

    private mutating func sink(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child].at < entries[least].at { least = child }
            }
            guard least != parent else { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}

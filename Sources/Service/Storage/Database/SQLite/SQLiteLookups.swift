import Foundation
import GRDB
import SymbolonAuthority
import Synchronization

/// Connections for looking up a few rows on the caller's thread, each used by one at a time. As many as there are
/// processors: nearly always one is free.
final class SQLiteLookups: Sendable {
    private let connections: [DatabaseQueue]
    /// One bit for each: set while somebody uses it. The first that is free is taken, for it has the most pages at hand.
    private let inUse = Atomic<UInt>(0)

    init(_ path: String, _ configuration: Configuration) throws {
        let count = min(max(ProcessInfo.processInfo.activeProcessorCount, 1), 16)
        connections = try (0..<count).map { _ in try DatabaseQueue(path: path, configuration: configuration) }
    }

    func run<Value>(_ work: (SQLiteSession) throws -> Value) throws(StoreFailure) -> Value {
        let place = take()
        defer { if let place { inUse.bitwiseAnd(~(1 << place), ordering: .relaxed) } }
        do {
            // Where all are taken, the first one's queue is waited in.
            return try connections[place ?? 0].unsafeRead { try work(SQLiteSession($0)) }
        } catch {
            throw StoreFailure(error)
        }
    }

    private func take() -> Int? {
        var seen = inUse.load(ordering: .relaxed)
        while true {
            let place = (~seen).trailingZeroBitCount
            guard place < connections.count else { return nil }
            let (taken, found) = inUse.weakCompareExchange(
                expected: seen, desired: seen | 1 << place, ordering: .relaxed)
            if taken { return place }
            seen = found
        }
    }
}

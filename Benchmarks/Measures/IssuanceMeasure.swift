import Foundation
import SymbolonAuthority

/// What a certificate costs: authorised, linted, its intent durable, signed, compared, durable, audited.
struct IssuanceMeasure {
    private let workshop: Workshop
    /// Certificates in a round.
    private static let count = 320
    private static let atATime = 16

    init(_ workshop: Workshop) { self.workshop = workshop }

    func run(rounds: Int) async throws -> [Figure] {
        var oneByOne = Samples()
        var together = Samples()
        for _ in 0..<rounds {
            try await oneByOne.take {
                for number in 0..<Self.count { _ = try await workshop.issue("one-\(number)") }
            }
            try await together.take {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for lane in 0..<Self.atATime {
                        group.addTask {
                            for number in 0..<Self.count / Self.atATime {
                                _ = try await workshop.issue("many-\(lane)-\(number)")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
        return [
            Figure(name: "issue, one after another", unit: .millisecondsCPU, samples: oneByOne.cpu),
            Figure(name: "issue, one after another", unit: .perSecond, samples: oneByOne.rate),
            Figure(name: "issue, 16 at a time", unit: .millisecondsCPU, samples: together.cpu),
            Figure(name: "issue, 16 at a time", unit: .perSecond, samples: together.rate),
            Figure(name: "write and sync 4 KiB on this disk", unit: .milliseconds, samples: try syncs(rounds)),
        ]
    }

    private struct Samples {
        /// Milliseconds of all threads for each certificate.
        var cpu: [Double] = []
        /// Certificates for each second by the clock.
        var rate: [Double] = []

        mutating func take(_ round: () async throws -> Void) async throws {
            let (cpuBefore, before) = (CPUTime.ofProcess, ContinuousClock.now)
            try await round()
            let elapsed = (ContinuousClock.now - before) / .seconds(1)
            cpu.append((CPUTime.ofProcess - cpuBefore) * 1e3 / Double(IssuanceMeasure.count))
            rate.append(Double(IssuanceMeasure.count) / elapsed)
        }
    }

    /// What durability alone costs here, for comparison: the disk, not the program, may set the rate.
    private func syncs(_ rounds: Int) throws -> [Double] {
        let path = workshop.folder + "/sync"
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw CocoaError(.fileWriteUnknown) }
        let page = Data(count: 4096)
        return try (0..<rounds).map { _ in
            let before = ContinuousClock.now
            for _ in 0..<32 {
                try file.write(contentsOf: page)
                try file.synchronize()
            }
            return (ContinuousClock.now - before) / .milliseconds(32)
        }
    }
}

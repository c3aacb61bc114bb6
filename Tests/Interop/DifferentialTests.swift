import Foundation
import SymbolonTestSupport
import Testing

@Suite("X26: no chain is accepted by us alone")
struct DifferentialTests {
    /// Both can be set for a long run (`make differential`).
    private static let count = Int(ProcessInfo.processInfo.environment["SYMBOLON_CHAINS"] ?? "") ?? 2_000
    private static let seed = UInt64(ProcessInfo.processInfo.environment["SYMBOLON_SEED"] ?? "") ?? 26

    @Test("X26: of mutated chains, OpenSSL, GnuTLS, Java or cryptography accepts each one that we accept")
    func mutated() async throws {
        print("seed \(Self.seed), \(Self.count) chains")
        var random = SeededRandom(seed: Self.seed)
        let good = GoodChains(using: &random)
        let peers = try PeerQuestions()
        var tally = DifferentialTally()
        var asked: (chains: [JudgedChain], answers: [Peer: PeerRun])?
        // While the peers answer one thousand, the next are made and judged here.
        for start in stride(from: 0, to: Self.count, by: 1_000) {
            let chains = await Self.judged(start..<min(start + 1_000, Self.count), from: good)
            if let asked { try tally.count(asked.chains, asked.answers) }
            asked = (chains, try peers.ask(chains.map(\.chain)))
        }
        if let asked { try tally.count(asked.chains, asked.answers) }
        print(tally.text)
        for (number, chain) in tally.looser.prefix(20).enumerated() {
            Issue.record("accepted by us alone: \(chain.title); it is in \(try Self.keep(chain.pem, as: number))")
        }
        #expect(tally.looser.isEmpty)
        for reason in tally.unexplained { Issue.record("refused by us alone, and not explained: \(reason)") }
        // A run in which few chains are good says little of what we accept.
        #expect(tally.accepted * 10 > tally.chains)
    }

    /// Beside the build, for `openssl x509` and the others to look at.
    private static func keep(_ pem: String, as number: Int) throws -> String {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent(".build/differential")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("\(number).pem")
        try Data(pem.utf8).write(to: file)
        return file.path
    }

    /// Made and judged on every processor.
    private static func judged(_ numbers: Range<Int>, from good: GoodChains) async -> [JudgedChain] {
        await withTaskGroup { group in
            for part in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 50) {
                group.addTask {
                    (part..<min(part + 50, numbers.upperBound)).map {
                        JudgedChain(Mutation.chain($0, seed: seed, from: good))
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }
}

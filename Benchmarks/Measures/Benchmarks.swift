import Foundation

/// The measures that run inside one process: verification, issuance and revocation lists. `Benchmarks/run` starts it and
/// reads its lines.
///
///     benchmarks FOLDER ROUNDS            FOLDER is empty and on the disk that a store would be on
///     benchmarks write-list FOLDER        a revocation list of a million entries, and its signer's key
///     benchmarks list FOLDER ROUNDS       what that list costs
///     benchmarks filter ROUNDS            what a revocation filter of a million certificates costs
@main
struct Benchmarks {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.count == 2, arguments.first == "write-list" {
            return try ListMeasure(in: arguments[2]).write()
        }
        if arguments.count == 2, arguments.first == "filter", let rounds = arguments.last.flatMap(Int.init), rounds > 0
        {
            for figure in try FilterMeasure().run(rounds: rounds) { try figure.print() }
            return
        }
        guard (2...3).contains(arguments.count), let rounds = arguments.last.flatMap(Int.init), rounds > 0 else {
            FileHandle.standardError.write(
                Data("usage: benchmarks FOLDER ROUNDS | write-list FOLDER | list FOLDER ROUNDS | filter ROUNDS\n".utf8))
            exit(64)
        }
        if arguments.count == 3 {
            for figure in try ListMeasure(in: arguments[2]).run(rounds: rounds) { try figure.print() }
            return
        }
        let workshop = try await Workshop.open(in: arguments[1])
        for figure in try await IssuanceMeasure(workshop).run(rounds: rounds) { try figure.print() }
        for figure in try await VerificationMeasure(workshop).run(rounds: rounds) { try figure.print() }
    }
}

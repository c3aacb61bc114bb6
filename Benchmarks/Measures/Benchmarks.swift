import Foundation

/// The measures that run inside one process: verification, issuance and revocation lists. `Benchmarks/run` starts it and
/// reads its lines.
///
///     benchmarks FOLDER ROUNDS            FOLDER is empty and on the disk that a store would be on
///     benchmarks write-list FOLDER        an authority, one certificate of it, and its list of a million others
///     benchmarks list FOLDER ROUNDS       what that list costs who reads it
///     benchmarks make-list FOLDER         what it costs to make the list of that authority's store
///     benchmarks filter ROUNDS            what a revocation filter of a million certificates costs
///     benchmarks decisions ROUNDS         what a decision costs under a thousand rules
@main
struct Benchmarks {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.count == 2, arguments.first == "write-list" {
            return try await ListMeasure(in: arguments[2]).write()
        }
        if arguments.count == 2, arguments.first == "make-list" {
            for figure in try await ListMaking(in: arguments[2]).run() { try figure.print() }
            return
        }
        if arguments.count == 2, arguments.first == "filter", let rounds = arguments.last.flatMap(Int.init), rounds > 0
        {
            for figure in try FilterMeasure().run(rounds: rounds) { try figure.print() }
            return
        }
        if arguments.count == 2, arguments.first == "decisions", let rounds = arguments.last.flatMap(Int.init),
            rounds > 0
        {
            for figure in try DecisionMeasure().run(rounds: rounds) { try figure.print() }
            return
        }
        guard (2...3).contains(arguments.count), let rounds = arguments.last.flatMap(Int.init), rounds > 0 else {
            let usage = """
                usage: benchmarks FOLDER ROUNDS | write-list FOLDER | list FOLDER ROUNDS | make-list FOLDER | filter ROUNDS
                       | decisions ROUNDS

                """
            FileHandle.standardError.write(Data(usage.utf8))
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

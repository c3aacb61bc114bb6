import Foundation

/// The measures that run inside one process: verification and issuance. `Benchmarks/run` starts it and reads its lines.
///
///     benchmarks FOLDER ROUNDS     FOLDER is empty and on the disk that a store would be on
@main
struct Benchmarks {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let rounds = Int(arguments[2]), rounds > 0 else {
            FileHandle.standardError.write(Data("usage: benchmarks FOLDER ROUNDS\n".utf8))
            exit(64)
        }
        let workshop = try await Workshop.open(in: arguments[1])
        for figure in try await IssuanceMeasure(workshop).run(rounds: rounds) { try figure.print() }
        for figure in try await VerificationMeasure(workshop).run(rounds: rounds) { try figure.print() }
    }
}

import ArgumentParser
import SymbolonAdministration

/// How long a verb waits for ends to put in force what it changed.
struct ConfirmationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long to wait at most for all ends to confirm, in seconds, 0 to 600 (default: 5).", valueName: "number")
    )
    var wait: Int = 5

    mutating func validate() throws {
        guard (0...600).contains(wait) else { throw ValidationError("--wait is from 0 to 600 seconds.") }
    }

    /// Says who has confirmed a version; with somebody missing the verb ends with `attention`.
    /// - Parameters:
    ///   - version: nil: nothing changed that ends need to know.
    ///   - otherwise: who hears of it where no end is connected.
    func confirm(
        _ version: UInt64?, by administration: any Administration, json: Bool,
        otherwise: String = "those that follow it are told when they are"
    ) async throws {
        guard let version, wait > 0 else { return }
        let confirmations = await Confirmations.await(version, for: .seconds(wait), from: administration)
        try confirmations.write(json: json, otherwise: otherwise)
        if !confirmations.areAll { throw ExitCode(ExitStatus.attention.rawValue) }
    }
}

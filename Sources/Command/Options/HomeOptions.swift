import ArgumentParser
import Foundation
import SymbolonStorage

/// Which home folder a verb works in, and where the passphrase that opens its keys comes from.
struct HomeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The home folder: the authority and this machine's identities (default: $SYMBOLON_HOME, else ./.symbolon).",
            valueName: "dir"))
    var home: String?

    @OptionGroup(title: "Passphrase of the keys (default: the file that `up` made in the home)")
    var passphrase: PassphraseOptions

    var folder: HomeFolder { HomeFolder(path) }

    /// The operator chose it here or by the environment, which outranks a configuration file.
    var isNamed: Bool { home != nil || !Self.environment.isEmpty }

    private static var environment: String { ProcessInfo.processInfo.environment["SYMBOLON_HOME"] ?? "" }

    private var path: String {
        if let home { return home }
        return Self.environment.isEmpty ? ".symbolon" : Self.environment
    }
}

/// Where a passphrase is read from: never an argument or the environment, which other processes can see.
struct PassphraseOptions: ParsableArguments {
    @Option(
        name: .customLong("passphrase-file"), help: ArgumentHelp("A file that only you can read.", valueName: "path"))
    var file: String?

    @Option(
        name: .customLong("passphrase-fd"),
        help: ArgumentHelp("An open file descriptor, read to its end.", valueName: "number"))
    var descriptor: Int32?

    @Option(
        name: .customLong("passphrase-credential"),
        help: ArgumentHelp("A systemd credential (LoadCredential=).", valueName: "name"))
    var credential: String?

    mutating func validate() throws {
        let given = [file != nil, descriptor != nil, credential != nil].count { $0 }
        guard given <= 1 else {
            throw ValidationError("--passphrase-file, --passphrase-fd and --passphrase-credential exclude each other.")
        }
        if let descriptor, descriptor < 3 {
            throw ValidationError("--passphrase-fd is 3 or more: 0, 1 and 2 are in use for other things.")
        }
    }

    /// What the operator named; nil when nothing.
    var source: PassphraseSource? {
        if let file { return .file(file) }
        if let descriptor { return .descriptor(descriptor) }
        return credential.map { .systemdCredential($0) }
    }
}

/// How a verb answers.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON, one object a line.")
    var json = false
}

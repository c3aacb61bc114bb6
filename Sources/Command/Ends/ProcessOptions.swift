import ArgumentParser

/// How a process with ends begins and ends.
struct ProcessOptions: ParsableArguments {
    @Flag(
        name: .customLong("take-over"),
        help:
            "Go on in the place of the running process of this home that serves the same: its sockets are taken over, nobody is refused, and it serves what is live there to its end."
    )
    var takesOver = false
    @Option(
        name: .customLong("drain-time"),
        help: ArgumentHelp(
            "For live connections to finish in when this process is asked to end (default: 10s; where another process takes over: to their end).",
            valueName: "span"))
    var drainTime: Life?

    @Option(
        help: ArgumentHelp(
            "Become this user when the sockets are bound: no right of root is left. The home is that user's.",
            valueName: "name"))
    var user: String?
    @Flag(
        help:
            "Let the process touch nothing but the home and what is configured, execute nothing, and listen nowhere else (Linux: Landlock and seccomp)."
    )
    var confine = false

    func apply(to configuration: RunConfiguration) -> RunConfiguration {
        var result = configuration
        result.drainTime = drainTime?.duration ?? configuration.drainTime
        result.confinement.user = user ?? configuration.confinement.user
        result.confinement.restricts = confine || configuration.confinement.restricts
        return result
    }
}

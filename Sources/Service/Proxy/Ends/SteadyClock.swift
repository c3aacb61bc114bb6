/// The time since the process first asked, by the system's clock that nobody sets and that goes on in sleep.
public enum SteadyClock {
    private static let start = ContinuousClock.now

    @Sendable public static func now() -> Duration { ContinuousClock.now - start }
}

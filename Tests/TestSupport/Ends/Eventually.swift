/// Looks again and again until it is so, for what no event tells: how another program sees it.
///
/// - Returns: whether it was so within the patience.
public func eventually(
    within patience: Duration = Ends.patience, _ isSo: () async throws -> Bool
) async throws -> Bool {
    let end = ContinuousClock.now + patience
    while try await !isSo() {
        guard ContinuousClock.now < end else { return false }
        try await Task.sleep(for: .milliseconds(50))
    }
    return true
}

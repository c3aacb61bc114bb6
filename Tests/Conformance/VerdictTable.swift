/// Right and wrong answers by suite and group. A listed divergence that is right all of a sudden is as wrong as an
/// unlisted one that is not.
struct VerdictTable {
    private struct Row {
        var right = 0
        var diverging = 0
        var wrong = 0
        var skipped = 0
    }

    private let suite: String
    private let listed: [String: Divergence]
    private var rows: [String: Row] = [:]
    /// What should make the test fail, a line each.
    private(set) var complaints: [String] = []

    init(_ suite: String, diverging: [Divergence]) {
        self.suite = suite
        listed = Dictionary(uniqueKeysWithValues: diverging.filter { $0.suite == suite }.map { ($0.id, $0) })
    }

    mutating func count(_ id: String, in group: String, isRight: Bool, _ found: @autoclosure () -> String) {
        switch (isRight, listed[id]) {
        case (true, nil): rows[group, default: Row()].right += 1
        case (false, .some): rows[group, default: Row()].diverging += 1
        case (true, let divergence?):
            rows[group, default: Row()].wrong += 1
            complaints.append("\(id) is right now, and listed: \(divergence.reason)")
        case (false, nil):
            rows[group, default: Row()].wrong += 1
            complaints.append("\(id): \(found())")
        }
    }

    mutating func skip(_ group: String) {
        rows[group, default: Row()].skipped += 1
    }

    var text: String {
        rows.sorted { $0.key < $1.key }
            .map {
                "\(suite) \($0): \($1.right) right, \($1.diverging) diverging, \($1.wrong) wrong, \($1.skipped) skipped"
            }
            .joined(separator: "\n")
    }
}

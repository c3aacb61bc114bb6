import SymbolonAdministration

/// What became of a group, in however many steps.
struct GroupOutcome: Encodable {
    var group = ""
    var added: [String] = []
    var removed: [String] = []
    var isNew = false
    var members = 0
    var isNamed = false
    var changeCounter: UInt64?

    init(_ steps: [ChangeGroup], by administration: any Administration) async throws {
        for step in steps {
            let report = try await administration.perform(step)
            group = report.name
            added += report.added
            removed += report.removed
            isNew = isNew || report.isNew
            members = report.members
            isNamed = report.isNamed
            changeCounter = report.changeCounter ?? changeCounter
        }
    }

    /// - Parameter wish: what is so of those whom nothing was done with.
    func write(asked: [String], wish: String, json: Bool) throws {
        guard !json else { return Lines.write(try JSONOutput.line(self)) }
        let terminal = Terminal.output
        for one in added { Lines.write(terminal.styled("+", .green) + " \(one.printable)") }
        for one in removed { Lines.write(terminal.styled("-", .red) + " \(one.printable)") }
        let done = Set(added + removed)
        for one in asked where !done.contains(one) { Lines.write("  \(one.printable) \(wish)") }
        let count = "\(members) member\(members == 1 ? "" : "s")"
        Lines.write("\(group.printable)   \(count)\(isNew ? ", a new group" : "")")
        if !isNamed, isNew || !done.isEmpty {
            Lines.write("no rule of the policy in force names it: no end needs to know")
        }
    }
}

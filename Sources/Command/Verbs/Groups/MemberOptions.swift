import ArgumentParser
import Foundation
import SymbolonAdministration

/// Who is meant, as the verbs that change a group take it.
struct MemberOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The group.", valueName: "group"))
    var group: String
    @Argument(help: ArgumentHelp("Short names, or whole SPIFFE IDs.", valueName: "identity"))
    var identities: [String] = []
    @Option(help: ArgumentHelp("More of them, one a line, from this file.", valueName: "file"))
    var from: String?

    /// Whole SPIFFE IDs, as the authority takes them.
    func members(_ administration: any Administration) async throws -> [String] {
        let words = identities + (try from.map(Self.lines) ?? [])
        if let pattern = words.first(where: { $0.contains("*") }) {
            throw Complaint(
                what: "\"\(pattern.printable)\" cannot be in a group", why: "a group has identities, and no patterns",
                mend: "name each, or write the pattern in the rule: from: \(pattern.printable)", exit: .undecided)
        }
        guard words.contains(where: { !$0.contains("://") }) else { return words }
        let domain = try await administration.perform(ShowAuthority()).trustDomain
        return words.map { $0.contains("://") ? $0 : "spiffe://\(domain)/\($0)" }
    }

    private static func lines(of path: String) throws -> [String] {
        let text: String
        do {
            text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
        } catch {
            throw Complaint(what: "\(path) cannot be read", why: error.localizedDescription, exit: .undecided)
        }
        return text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }

    /// In steps that each have room in a request; with no members one step, which makes the group.
    static func steps(_ members: [String]) -> [[String]] {
        var steps: [[String]] = [[]]
        var octets = 0
        for member in members {
            if steps[steps.count - 1].count == ChangeGroup.most || octets + member.utf8.count > ChangeGroup.mostOctets {
                steps.append([])
                octets = 0
            }
            steps[steps.count - 1].append(member)
            octets += member.utf8.count
        }
        return steps
    }
}

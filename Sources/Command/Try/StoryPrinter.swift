import Foundation
import SymbolonCertificates
import SymbolonNames
import SymbolonProxy
import SymbolonTransport
import SymbolonVerification

/// Writes the first run as it happens: headings, aligned rows, one line for each trial. Silent when JSON was asked for.
struct StoryPrinter: Sendable {
    let terminal: Terminal
    let isSilent: Bool

    func heading(_ text: String) {
        say("")
        say(terminal.styled(text, .bold))
    }

    func row(_ label: String, _ value: String) {
        say("  " + terminal.styled(label.padded(to: 13), .dim) + " " + value)
    }

    func good(_ text: String) { say("  " + terminal.styled("✓", .green) + " " + text) }
    func bad(_ text: String) { say("  " + terminal.styled("✗", .red, .bold) + " " + text) }

    func proof(_ title: String, _ facts: ConnectionFacts) {
        let left = Moment.span(facts.peer.validUntil.timeIntervalSince(facts.since))
        say("  " + terminal.styled(title, .cyan))
        row("  identity", facts.peer.identity.description)
        let others = facts.peer.names.dropFirst().map(\.description)
        if !others.isEmpty { row("  names", others.joined(separator: ", ")) }
        row("  key", "\(facts.peerKey), signed the handshake with \(facts.session.peerSignatureAlgorithm)")
        row("  certificate", "\(facts.peer.path.leaf.serialNumber)")
        row("  still good", "\(left) of life left, revocation \(facts.revocation)")
        row("  rule", facts.rule)
    }

    /// A refusal that was to come: who tried, what the peer was told, and what the operator reads.
    func refused(_ trial: FirstRunReport.Trial) {
        let told = trial.alert.map { "told \($0)" } ?? "told nothing"
        good("\(trial.who.padded(to: 48)) \(told); \(trial.backendBytes) bytes reached the service")
        reason(trial.explanation.printable + (trial.clause.isEmpty ? "" : " [\(trial.clause)]"))
    }

    /// What an operator reads, below the line that it belongs to.
    func reason(_ text: String) {
        for line in text.wrapped(to: terminal.width.map { $0 - 4 }) {
            say("    " + terminal.styled(line, .dim))
        }
    }

    func say(_ line: String) {
        if !isSilent { Lines.write(line) }
    }
}

import ArgumentParser
import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonRevocation

struct IdentityRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke every live certificate of an identity, a key or a query, or one by serial number.",
        discussion: """
            EXAMPLES
              symbolon identity revoke laptop
              symbolon identity revoke web --reason keyCompromise     also blocks the key, and takes all that use it
              symbolon identity revoke --key stolen.pem --reason keyCompromise --since 2026-06-01T12:00:00Z
              symbolon identity revoke 'job-*' --issued-before 2026-06-01T00:00:00Z --dry-run
              symbolon identity revoke 3f9c…                          one certificate
              symbolon identity revoke --issuer 77ab --reason cACompromise   all below an issuing authority, at once
              symbolon identity revoke laptop --reason certificateHold   until: symbolon identity release laptop
              symbolon identity revoke contractor --at 2026-06-30T18:00:00Z   then; until: symbolon identity scheduled --cancel
              symbolon identity revoke laptop --wait 30               for ends that are slow to be reached

            Ends refuse the identity, and close its live connections, within a second, here and on every machine that is \
            paired. At the end it is said how many have confirmed that, in what time, and who has not (exit code 4: it is \
            revoked, and somebody must look after an end). What is revoked stays so: to let it in again, issue it anew. Only \
            a hold can be lifted, and only the reason keyCompromise can take the place of another one.
            """)

    @Argument(
        help: ArgumentHelp(
            "Short names, identities or serial numbers; an asterisk at the end stands for anything.", valueName: "name")
    )
    var names: [String] = []
    @Option(
        help: ArgumentHelp(
            "Only certificates of this key: a file with a certificate or public key in PEM, or the key's fingerprint.",
            valueName: "file|sha256"))
    var key: String?
    @Option(help: ArgumentHelp("Only what this issuing authority signed: symbolon authority list.", valueName: "name"))
    var issuer: String?
    @Option(help: ArgumentHelp("Only this profile.", valueName: "name"))
    var profile: ProfileName?
    @Option(
        name: .customLong("issued-from"),
        help: ArgumentHelp("Only what was asked for at this time or later.", valueName: "time"))
    var issuedFrom: Moment3339?
    @Option(
        name: .customLong("issued-before"),
        help: ArgumentHelp("Only what was asked for before this time.", valueName: "time"))
    var issuedBefore: Moment3339?
    @Option(
        help: ArgumentHelp(
            "Why: \(RevocationReason.allCases.map(\.rawValue).joined(separator: ", ")) (default: unspecified).",
            valueName: "reason"))
    var reason: RevocationReason = .unspecified
    @Option(
        help: ArgumentHelp(
            "When the key was lost, or the certificate became false, where that is known; lists say so.",
            valueName: "time"))
    var since: Moment3339?
    @Flag(
        name: .customLong("dry-run"),
        help: "Change nothing; say what would be revoked, and how many live connections end.")
    var dryRun = false
    @Option(
        help: ArgumentHelp(
            "Revoke at this time to come: what is named by a name, whatever certificates it has then; what is chosen "
                + "otherwise, the certificates found now.", valueName: "time"))
    var at: Moment3339?
    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard
            !names.isEmpty || key != nil || issuer != nil || profile != nil || issuedFrom != nil || issuedBefore != nil
        else {
            throw ValidationError(
                "Name what to revoke, or choose it by --key, --issuer, --profile, --issued-from or --issued-before.")
        }
        guard at == nil || !dryRun else { throw ValidationError("--dry-run shows what is hit now, without --at.") }
    }

    func run() async throws {
        try await Complaint.reported {
            let fingerprint = try key.map(KeyFile.fingerprint)
            let administration = try await authority.open(.keys)
            var serials: [String] = []
            for report in try await found(administration, fingerprint) where !serials.contains(report.serial) {
                serials.append(report.serial)
            }
            if let at { return try await schedule(serials, at.date, with: administration) }
            var version: UInt64?
            for start in stride(from: 0, to: serials.count, by: RevokeCertificates.most) {
                let part = Array(serials[start..<min(start + RevokeCertificates.most, serials.count)])
                let answer = try await administration.perform(
                    RevokeCertificates(
                        serials: part, reason: reason.rawValue, invalidSince: since?.date, dryRun: dryRun ? true : nil))
                version = answer.changeCounter ?? version
                for outcome in answer.certificates { try write(outcome) }
            }
            try await confirmation.confirm(
                version, by: administration, json: output.json, otherwise: "lists and answers tell it")
        }
    }

    /// Everything is found before anything is revoked.
    private func found(
        _ administration: any Administration, _ key: String?
    ) async throws -> [CertificateReport] {
        func question(_ word: String?) -> ListCertificates {
            ListCertificates(
                of: word, profile: profile?.rawValue, issuer: issuer, key: key, issuedFrom: issuedFrom?.date,
                issuedBefore: issuedBefore?.date, all: true)
        }
        var reports: [CertificateReport] = []
        for word in names.isEmpty ? [nil] : names.map(Optional.some) {
            let found = try await administration.certificates(question(word), atMost: .max)
            guard !found.isEmpty else {
                throw Complaint(
                    what: word.map { "no certificate was issued for \"\($0.printable)\"" }
                        ?? "no certificate is of this kind",
                    why: "nothing in this authority's record is as was asked",
                    mend: "see what there is: symbolon identity list --all", exit: .undecided)
            }
            // By name, what has ended already needs no revocation; by serial number, it gets what was asked for.
            reports += found.count == 1 ? found : found.filter { $0.notAfter >= Date() }
        }
        return reports
    }

    /// By name: an identity that is renewed until then is not forgotten. Where a key, a profile or a date chose, or the name
    /// is a serial number, it is the certificates that were chosen.
    private func schedule(
        _ serials: [String], _ time: Date, with administration: any Administration
    ) async throws {
        let isByName = key == nil && profile == nil && issuedFrom == nil && issuedBefore == nil
        var (identities, others): ([String], [String]) = ([], [])
        if isByName {
            for word in names {
                for report in try await administration.certificates(of: word) {
                    if report.serial == word.lowercased() {
                        others.append(report.serial)
                    } else if !identities.contains(report.identity) {
                        identities.append(report.identity)
                    }
                }
            }
        } else {
            others = serials
        }
        let all = identities.map { (true, $0) } + others.map { (false, $0) }
        for start in stride(from: 0, to: all.count, by: RevokeCertificates.most) {
            let part = all[start..<min(start + RevokeCertificates.most, all.count)]
            let made = try await administration.perform(
                ScheduleRevocation(
                    serials: part.filter { !$0.0 }.map(\.1), identities: part.filter(\.0).map(\.1),
                    reason: reason.rawValue, invalidSince: since?.date, at: time))
            if output.json {
                Lines.write(try JSONOutput.line(made))
            } else {
                Lines.write(
                    "scheduled   \(made.number)  \(made.subjects)  at \(Moment.text(made.at))  (\(made.reason.printable))"
                )
            }
        }
    }

    private func write(_ outcome: RevocationReport) throws {
        if output.json {
            Lines.write(
                try JSONOutput.line(
                    Outcome(
                        identity: outcome.identity, serial: outcome.serial, reason: outcome.reason,
                        wasAlreadyRevoked: outcome.wasAlreadyRevoked, isDryRun: dryRun,
                        connections: outcome.connections)))
            return
        }
        let subject = "\(outcome.identity.printable)  \(outcome.serial.printable)"
        if outcome.wasAlreadyRevoked {
            Lines.write("was already revoked   \(subject)")
        } else {
            let connections = outcome.connections.map { ", \($0) live connection\($0 == 1 ? "" : "s")" } ?? ""
            Lines.write(
                "\(dryRun ? "would be revoked" : "revoked")   \(subject)  (\(outcome.reason.printable)\(connections))")
        }
    }

    private struct Outcome: Encodable {
        let identity: String
        let serial: String
        let reason: String
        let wasAlreadyRevoked: Bool
        let isDryRun: Bool
        /// Only of a dry run: live ones that rest on it, as ends have said within half a minute.
        let connections: Int?
    }
}

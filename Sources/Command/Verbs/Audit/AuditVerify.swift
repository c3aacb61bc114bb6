import ArgumentParser
import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonKeys
import SymbolonStorage

struct AuditVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read the whole record: has any entry been edited, removed, reordered or repeated?",
        discussion: """
            EXAMPLES
              symbolon audit verify                      exit 0 intact, 1 broken, 2 could not tell
              symbolon audit verify --expect 41:9c0d…    also: does the record still contain this head, noted earlier?

            Each entry carries the hash of the one before it; the last hash is signed. The record must also contain the \
            head that is noted in the home (keys/audit.head): so a store that was put back to an earlier day shows. Note \
            the head that is printed somewhere else too: it shows even that the whole home was put back.
            """)

    @Option(
        help: ArgumentHelp(
            "A head that was noted elsewhere, as this verb printed it (default: the one noted in the home).",
            valueName: "head"))
    var expect: String?
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let reading = try await ReadAuthority.open(home.folder)
            let noted = try noted()
            let (key, isOurs) = try auditKey(reading)
            let end: AuditEnd?
            let verdict: AuditVerdict
            do {
                end = try await reading.store.auditEnd()
                verdict = try await Self.read(reading.store, AuditScan(head: end?.head, key: key, noted: noted))
            } catch {
                throw Complaint(
                    what: "the record cannot be read", why: ExplainedError.text(error),
                    mend: "restore \(home.folder.database) from a backup and compare", exit: .undecided)
            }
            try report(Result(verdict, head: end?.head, noted: noted, key: key, isOurs: isOurs))
            if case .broken = verdict { throw ExitCode(ExitStatus.failure.rawValue) }
        }
    }

    /// The head that the record must contain; nil when none was given and none is noted.
    private func noted() throws -> AuditHead? {
        if let expect { return try Input.parse(expect, as: "an audit head", AuditHead.init(noted:)) }
        do {
            return try home.folder.auditHead.read()
        } catch {
            throw Complaint(
                what: "the head that is noted in \(home.folder.path) cannot be read", why: error.explanation,
                mend: "find out what changed it, or give a head noted elsewhere with --expect", exit: .undecided)
        }
    }

    /// Reads page by page, so that memory does not grow with the record.
    private static func read(_ store: AuthorityDatabase, _ scan: consuming AuditScan) async throws -> AuditVerdict {
        var from: Int64 = .min
        while true {
            let page = try await store.auditEntries(from: from, limit: 1000)
            for entry in page { scan.read(entry) }
            guard let last = page.last, page.count == 1000, last.sequence < .max else { return scan.verdict() }
            from = last.sequence + 1
        }
    }

    /// The audit key's public half: from the sealed key when it can be opened, because who can edit the record can also edit
    /// the copy that stands beside it.
    private func auditKey(_ reading: ReadAuthority) throws -> (PublicKey, isOurs: Bool) {
        let recorded = try Input.parse("the recorded audit key", as: "a key") { _ in
            try PublicKey(subjectPublicKeyInfo: reading.record.auditKey)
        }
        let source = home.passphrase.source ?? .file(home.folder.passphraseFile)
        guard let passphrase = try? source.read(),
            let key = try? PrivateKeyFile.load(home.folder.keyFile(.audit), with: passphrase)
        else {
            if home.passphrase.source != nil {
                throw Complaint(
                    what: "the audit key cannot be opened", why: "the passphrase given does not open it",
                    mend: "leave it out to check against the public key in the store", exit: .undecided)
            }
            return (recorded, false)
        }
        guard key.publicKey == recorded else {
            throw Complaint(
                what: "the record is not this authority's",
                why:
                    "the store names another audit key (\(recorded.fingerprint)) than the sealed one (\(key.publicKey.fingerprint))",
                mend: "treat the store as tampered with; compare it with a backup")
        }
        return (key.publicKey, true)
    }

    private func report(_ result: Result) throws {
        if output.json {
            Lines.write(try JSONOutput.line(result))
        } else {
            result.lines(Terminal.output).forEach { Lines.write($0) }
        }
    }

    private struct Result: Encodable {
        let intact: Bool
        let entries: Int64?
        let firstBadEntry: Int64?
        let how: String?
        let explanation: String?
        let head: String?
        /// The entries of the head that was noted earlier, which the record has to contain.
        let notedEntries: Int64?
        let auditKey: String
        /// False when the key came from the store itself.
        let keyWasOpened: Bool

        init(_ verdict: AuditVerdict, head: AuditHead?, noted: AuditHead?, key: PublicKey, isOurs: Bool) {
            notedEntries = noted?.count
            auditKey = key.fingerprint.description
            keyWasOpened = isOurs
            self.head = head?.noted
            switch verdict {
            case .intact(let count, hash: _):
                (intact, entries) = (true, count)
                (firstBadEntry, how, explanation) = (nil, nil, nil)
            case .broken(let sequence, let how):
                (intact, entries) = (false, nil)
                (firstBadEntry, self.how, explanation) = (sequence, how.rawValue, how.explanation)
            }
        }

        func lines(_ terminal: Terminal) -> [String] {
            var lines: [String] = []
            if intact {
                lines.append(
                    terminal.styled(
                        "The record is intact: \(entries ?? 0) entries, none changed since it was written.", .green))
            } else {
                lines.append(terminal.styled("The record is broken at entry \(firstBadEntry ?? 0).", .red, .bold))
                lines.append("  why: \(explanation ?? "")")
                lines.append("  do:  keep the store as it is, and compare it with a backup from that entry on")
            }
            if let head { lines.append("  head       \(head)") }
            if let notedEntries {
                lines.append("  noted      \(notedEntries) \(notedEntries == 1 ? "entry" : "entries")")
            }
            lines.append("  audit key  SHA-256 \(auditKey)")
            if !keyWasOpened {
                lines.append("             (from the store itself: compare it with the one that `symbolon up` printed)")
            }
            return lines
        }
    }
}

import Foundation
import SymbolonAdministration
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys
import SymbolonRevocation
import SymbolonStorage

/// Looks at a home: whether it is closed, whether its keys open, and how long what it holds will last. Changes nothing.
///
/// `HomeExamination+Authority.swift` asks an authority elsewhere.
struct HomeExamination {
    let folder: HomeFolder
    let passphrase: PassphraseSource?
    let now: Date
    private(set) var findings: [Finding] = []

    init(_ folder: HomeFolder, passphrase: PassphraseSource?, at now: Date) {
        self.folder = folder
        self.passphrase = passphrase
        self.now = now
    }

    mutating func run() async -> [Finding] {
        guard FileManager.default.fileExists(atPath: folder.path) else {
            findings.append(
                .failure(
                    "home", "there is no folder \(folder.path)",
                    mend: "make an authority: symbolon up; or join one: symbolon pair CODE@HOST"))
            return findings
        }
        do {
            try folder.check()
            findings.append(.well("home", "\(folder.path) is closed to others"))
        } catch {
            // Nothing in an open home is believed, so there is no use in looking further.
            findings.append(.failure("home", "\(folder.path) is not safe to use", why: error.explanation, mend: nil))
            return findings
        }
        let secret = readPassphrase()
        await examineAuthority(secret)
        let paired = examinePairing()
        let identities = await examineIdentities(secret, paired)
        if let paired { await examineLink(paired, identities) }
        return findings
    }

    mutating func add(_ finding: Finding) { findings.append(finding) }

    // MARK: Passphrase and authority

    private mutating func readPassphrase() -> Passphrase? {
        do {
            let secret = try (passphrase ?? .file(folder.passphraseFile)).read()
            if passphrase == nil {
                findings.append(
                    .note("passphrase", "lies in the home beside the keys: a copy of the home opens by itself"))
            }
            return secret
        } catch {
            findings.append(
                .failure(
                    "passphrase", "the keys stay sealed", why: error.explanation,
                    mend: "name its source: --passphrase-file, --passphrase-fd or --passphrase-credential"))
            return nil
        }
    }

    private mutating func examineAuthority(_ secret: Passphrase?) async {
        guard LocalAuthority.exists(in: folder) else {
            if UnfinishedCreation.isMarked(folder) {
                findings.append(
                    .failure(
                        "authority", "it was not made to its end", mend: "go on: symbolon up --home \(folder.path)"))
            }
            return
        }
        do {
            let authority = try await ReadAuthority.open(folder)
            findings.append(.well("authority", "\(authority.trustDomain), schema and record can be read"))
            examine(authority.root, "root certificate", renewedBy: "make the next: symbolon authority prepare --root")
            examine(authority.issuing, "issuing certificate", renewedBy: "make the next: symbolon authority prepare")
            if let end = try await authority.store.auditEnd() {
                try examine(end)
            }
            try await examineLists(of: authority)
            try await examineIssuers(of: authority, secret)
            try await examineEmergencies(of: authority)
        } catch {
            findings.append(.failure("authority", error))
        }
    }

    private mutating func examineIssuers(of authority: ReadAuthority, _ secret: Passphrase?) async throws {
        let issuers = try await authority.store.issuers()
        for one in issuers where one.replacement != nil && one.isBelieved {
            findings.append(
                .warning(
                    "\(one.role.rawValue) \(one.name)",
                    "was compromised; \(try await authority.store.remaining(below: one.key, at: now)) certificates below it are to be replaced",
                    mend: "see how far that is: symbolon authority compromised \(one.name)"))
        }
        guard let secret else { return }
        let folder = folder
        let keys = HomeIssuerKeys(home: folder, passphrase: secret)
        for issuer in issuers where issuer.state == .active && issuer.role == .issuing {
            examineKey("issuing key") { () throws(KeyFileFailure) in
                if try keys.load(.issuing, issuer.key) == nil {
                    _ = try PrivateKeyFile.load(folder.keyFile(.issuing, issuer.key), with: secret)
                }
            }
        }
        examineKey("audit key") { () throws(KeyFileFailure) in
            _ = try PrivateKeyFile.load(folder.keyFile(.audit), with: secret)
        }
        if issuers.contains(where: { $0.role == .root && $0.isBelieved && keys.isHere($0) }) {
            findings.append(
                .note(
                    "root key",
                    "lies here; it is needed only to make an issuing certificate or the root's list, and may be kept offline"
                ))
        }
    }

    private mutating func examineKey(_ subject: String, _ open: () throws(KeyFileFailure) -> Void) {
        do {
            try open()
            findings.append(.well(subject, "opens"))
        } catch {
            findings.append(.failure(subject, "does not open", why: error.explanation, mend: "restore it"))
        }
    }

    /// A clock that is behind the record issues nothing; a head that is not where it was noted is a store put back.
    private mutating func examine(_ end: AuditEnd) throws {
        let last = try AuditEntry(end.last).event.at
        if now < last - TimeInterval(IssuingAuthority.clockTolerance.components.seconds) {
            findings.append(
                .failure(
                    "clock", "it says \(Moment.text(now)), and the last audit entry is of \(Moment.text(last))",
                    mend: "set the clock right"))
        }
        if let noted = try folder.auditHead.read(), noted.count > end.last.sequence {
            findings.append(
                .failure(
                    "audit record", "the store was put back to an earlier day",
                    why: "\(noted.count) entries were noted, and it has \(end.last.sequence)",
                    mend: "see symbolon up --accept-restored-store"))
        } else {
            findings.append(.well("audit record", "\(end.last.sequence) entries; check them: symbolon audit verify"))
        }
    }

    private mutating func examine(_ certificate: Certificate, _ subject: String, renewedBy mend: String) {
        let life = CertificateLife(of: certificate)
        let left = life.left(at: now)
        let text = "ends in \(Moment.span(left)), on \(Moment.text(life.end))"
        if left < 0 {
            findings.append(.failure(subject, "ended on \(Moment.text(life.end))", mend: mend))
        } else if left < life.length / 10 {
            findings.append(.warning(subject, text, mend: mend))
        } else {
            findings.append(.well(subject, text))
        }
    }

    // MARK: Identities

    private mutating func examinePairing() -> PairedLink? {
        do {
            return try PairedLink.open(folder)
        } catch {
            findings.append(.failure("pairing", error))
            return nil
        }
    }

    /// - Returns: those that can be used now.
    private mutating func examineIdentities(_ secret: Passphrase?, _ paired: PairedLink?) async -> [StoredIdentity] {
        guard let secret else { return [] }
        let names: [IdentityName]
        do {
            names = try folder.identityNames()
        } catch {
            findings.append(.failure("identities", error))
            return []
        }
        var usable: [StoredIdentity] = []
        let known = await revocations(paired)
        for name in names {
            do {
                let identity = try folder.loadIdentity(name, with: secret)
                let isObtained = try examineOrigin(name, secret)
                if examine(identity, known, isOurs: isObtained || paired.map { $0.accounts(for: identity) } ?? true) {
                    usable.append(identity)
                }
            } catch {
                findings.append(
                    .failure("identity \(name)", "cannot be used", why: ExplainedError.text(error), mend: nil))
            }
        }
        return usable
    }

    /// Whether it came from an ACME server, and can be renewed there.
    private mutating func examineOrigin(_ name: IdentityName, _ secret: Passphrase) throws(HomeFailure) -> Bool {
        guard let origin = try folder.acmeOrigin(name) else { return false }
        do {
            _ = try folder.accountKey(name, with: secret)
            findings.append(
                .note(
                    "identity \(name)",
                    "comes from \(origin.directory.printable); renewed by \(origin.challenge), answered at \(origin.listen)"
                ))
        } catch {
            findings.append(
                .failure(
                    "identity \(name)", "cannot be renewed: its ACME account's key does not open",
                    why: error.explanation, mend: "obtain it again: symbolon identity obtain \(name) --from …"))
        }
        return true
    }

    private func revocations(_ paired: PairedLink?) async -> RevocationSnapshot {
        if let paired { return await paired.revocations(at: now) }
        guard LocalAuthority.exists(in: folder) else { return .none }
        return (try? await ReadAuthority.open(folder).revocations(at: now)) ?? .none
    }

    private mutating func examine(_ identity: StoredIdentity, _ known: RevocationSnapshot, isOurs: Bool) -> Bool {
        let subject = "identity \(identity.name)"
        let life = CertificateLife(of: identity.leaf)
        let left = life.left(at: now)
        if let issuer = identity.chain.dropFirst().first?.publicKey?.fingerprint,
            case .revoked(let reason, let since) = known.status(
                of: CertificateIdentifier(issuerKey: issuer, serialNumber: identity.leaf.serialNumber))
        {
            findings.append(
                .failure(
                    subject, "is revoked: \(reason.rawValue), since \(Moment.text(since))",
                    mend: "if it may go on, have it issued anew"))
            return false
        }
        guard left >= 0 else {
            findings.append(
                .failure(
                    subject, "ended \(Moment.span(left)) ago", why: "nothing has renewed it",
                    mend: "symbolon identity renew \(identity.name)"))
            return false
        }
        let text = "ends in \(Moment.span(left)), on \(Moment.text(life.end))"
        // A running end renews before two thirds are over; from then on something keeps it from doing so.
        if isOurs, let window = life.uninformedWindow, now > window.end {
            findings.append(
                .warning(
                    subject, text, why: "it should have been renewed by \(Moment.text(window.end))",
                    mend: "start the end that uses it, or: symbolon identity renew \(identity.name)"))
        } else if !isOurs, left < life.length / 3 {
            findings.append(.warning(subject, text, mend: "put a new one in its place"))
        } else {
            findings.append(.well(subject, text))
        }
        for anchor in identity.anchors where CertificateLife(of: anchor).left(at: now) < life.length {
            findings.append(
                .warning(
                    subject, "its anchor ends on \(Moment.text(anchor.notAfter))",
                    mend: "ask for the authority's next one"))
        }
        return true
    }
}

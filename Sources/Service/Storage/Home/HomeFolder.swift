public import SymbolonKeys

/// Where an authority and the identities on this machine live, and how closed it must be.
///
/// ```text
/// HOME/                  0700
/// ├── authority.sqlite   0600   certificates, revocations, the audit record; not where a database has them
/// ├── store              0600   only where a database has them: which
/// ├── authority.json     0600   only on a machine that was paired: its authority's addresses and anchors
/// ├── passphrase         0600   only where the operator named no other source
/// ├── keys/              0700   root.key.pem, issuing.key.pem, audit.key.pem: sealed, 0600; audit.head: 0600; those of later
/// │                             roots and issuing authorities have the beginning of their fingerprint in their names
/// ├── identities/        0700   NAME.pem: sealed key, chain and anchors in one file, 0600; of one that an ACME server gave
/// │                             also NAME.acme.json and NAME.account-key
/// ├── laptop/            0700   only where `symbolon try` was run: the home of its other machine
/// ├── trust.json         0600   only on a machine that was paired: what its authority said last, and in trust.news what
/// │                             has changed since
/// ├── policy.json        0600   only where ends follow the authority's policy: the version that they judge by
/// ├── ends/              0700   the ids by which its running processes are known to the authority, and the sockets on which
/// │                             they are asked what they do, 0600
/// └── revocation/        0700   lists and answers that were fetched, 0600; only where addresses are configured
/// ```
public struct HomeFolder: Hashable, Sendable {
    /// Absolute, with no slash at the end.
    public let path: String

    /// The database that was named for the authority's store; `nil`: what the home remembers (`HomeFolder+Store.swift`).
    let namedStore: PostgreSQLAddress?

    /// - Parameter path: absolute, or relative to the current folder.
    public init(_ path: String, store: PostgreSQLAddress? = nil) {
        self.path = absolutePath(path)
        namedStore = store
    }

    /// The same home, with the authority's store in this database.
    public func storing(in address: PostgreSQLAddress) -> HomeFolder { HomeFolder(path, store: address) }

    public var database: String { path + "/authority.sqlite" }
    public var passphraseFile: String { path + "/passphrase" }
    public var keysFolder: String { path + "/keys" }
    public var identitiesFolder: String { path + "/identities" }

    /// Of the keys that the authority was made with.
    public func keyFile(_ role: AuthorityKeyRole) -> String { "\(keysFolder)/\(role.rawValue).key.pem" }

    /// Of a root or an issuing authority that came later.
    public func keyFile(_ role: AuthorityKeyRole, _ key: KeyFingerprint) -> String {
        "\(keysFolder)/\(role.rawValue)-\(key.description.prefix(16)).key.pem"
    }

    /// Where the head of the audit record is noted, outside the database that it speaks of.
    public var auditHead: AuditHeadFile { AuditHeadFile(keysFolder + "/audit.head") }

    /// What a folder and a file of the home may be open to: their owner.
    static let folderMode: UInt32 = 0o700
    static let fileMode: UInt32 = 0o600

    /// Makes what is not there yet; what is there is checked, not changed. Returns where the passphrase comes from.
    ///
    /// - Parameter passphrase: the operator's own source. Without one, a file with 256 random bits is made in the home:
    ///   it guards a copy of the keys that travels without it, and nothing against this user's own processes.
    public func create(passphrase: PassphraseSource? = nil) throws(HomeFailure) -> PassphraseSource {
        do throws(FileFailure) {
            for folder in [path, keysFolder, identitiesFolder] { try Self.makeFolderUnlessThere(folder) }
            if passphrase == nil { try makePassphraseUnlessThere() }
        } catch {
            throw .file(error)
        }
        try check()
        return passphrase ?? .file(passphraseFile)
    }

    private static func makeFolderUnlessThere(_ path: String) throws(FileFailure) {
        do {
            try makeFolder(path, mode: folderMode)
        } catch .exists {
            return  // `check` says whether it is good enough.
        }
    }

    private func makePassphraseUnlessThere() throws(FileFailure) {
        do {
            var text = PassphraseSource.randomText()
            defer { wipe(&text) }
            try DurableFile.create(passphraseFile, with: text, mode: Self.fileMode)
        } catch .exists {
            return  // Another start made it, or an earlier one: keys are sealed under it.
        }
    }
}

/// The keys that an authority holds.
public enum AuthorityKeyRole: String, CaseIterable, Sendable {
    case root, issuing, audit
}

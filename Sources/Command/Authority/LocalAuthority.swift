import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonStorage

/// The authority in a home folder, opened with its keys: what the verbs that issue and revoke work with.
struct LocalAuthority: Sendable {
    let home: HomeFolder
    let store: AuthorityDatabase
    let issuing: IssuingAuthority
    /// Seals the keys of the identities that are made here.
    let passphrase: Passphrase

    /// Who the audit record says asked: this user of this machine.
    static let actor = "\(NSUserName())@\(ProcessInfo.processInfo.hostName)"

    // MARK: Opening

    /// True when the home has an authority that was made to its end, without opening any key.
    ///
    /// In a database there may be one that this home has no part in: its keys make the home a node of it.
    static func exists(in home: HomeFolder) -> Bool {
        guard !UnfinishedCreation.isMarked(home) else { return false }
        let sign =
            switch Result(catching: home.store) {
            case .success(.file(let path)): path
            case .success(.postgreSQL): home.keyFile(.issuing)
            // Whoever opens it finds out why.
            case .failure: home.storeFile
            }
        return FileManager.default.fileExists(atPath: sign)
    }

    /// Opens the authority that is there; gives up intents that a killed process left behind.
    ///
    /// The root key is not touched: it may be offline.
    static func open(_ home: HomeFolder, passphrase source: PassphraseSource?) async throws -> LocalAuthority {
        try await open(home, try passphrase(of: home, source))
    }

    /// What opens the keys of an authority that is there.
    static func passphrase(of home: HomeFolder, _ source: PassphraseSource?) throws -> Passphrase {
        try checked(home)
        guard exists(in: home) else {
            throw Complaint(
                what: "there is no authority in \(home.path)", why: Complaint.noAuthority(home),
                mend: "make one: symbolon up --home \(home.path)", exit: .undecided)
        }
        return try readPassphrase(source ?? .file(home.passphraseFile))
    }

    static func open(_ home: HomeFolder, _ passphrase: Passphrase) async throws -> LocalAuthority {
        do {
            // Read before the store is looked at: whatever was noted by then is in it.
            let noted = try home.auditHead.read()
            let (store, keys) = try await unsealed(home, passphrase)
            let issuing = try await IssuingAuthority.open(store, keys: keys, noted: noted, clock: { Date() })
            if let head = try await store.auditEnd()?.head { try home.auditHead.note(head) }
            _ = try await issuing.recover()
            return LocalAuthority(home: home, store: store, issuing: issuing, passphrase: passphrase)
        } catch {
            throw Complaint(opening: home, error)
        }
    }

    static func unsealed(
        _ home: HomeFolder, _ passphrase: Passphrase
    ) async throws -> (AuthorityDatabase, AuthorityKeys) {
        let store = try await AuthorityDatabase.open(home.store(), notingHeadIn: home.auditHead)
        async let issuingKey = issuingKey(home, store, passphrase)
        async let auditKey = PrivateKeyFile.load(home.keyFile(.audit), with: passphrase)
        let kept = HomeIssuerKeys(home: home, passphrase: passphrase)
        let keys = AuthorityKeys(issuing: try await issuingKey, audit: try await auditKey) {
            key throws(KeysUnavailable) in
            try await kept.signer(.issuing, key)
        }
        return (store, keys)
    }

    /// Of the issuing authority that is active now.
    private static func issuingKey(
        _ home: HomeFolder, _ store: AuthorityDatabase, _ passphrase: Passphrase
    ) async throws -> any CertificateSigner {
        guard let active = try await store.issuers().first(where: { $0.role == .issuing && $0.state == .active }) else {
            throw AuthorityFailure.notCreated
        }
        let kept = HomeIssuerKeys(home: home, passphrase: passphrase)
        if let key = try kept.load(.issuing, active.key) { return key }
        if let none = kept.files(.issuing, active.key).first(where: { !FileManager.default.fileExists(atPath: $0) }),
            active.changeCounter > 0
        {
            throw AuthorityFailure.keyNotHere(active.name, because: "\(none) is not there")
        }
        // The key that the authority was made with: it cannot be read, or is another's.
        _ = try PrivateKeyFile.load(home.keyFile(.issuing), with: passphrase)
        throw AuthorityFailure.keyDoesNotFit(.issuing)
    }

    /// Refuses a home that others can read or change; one that is not there is another matter.
    static func checked(_ home: HomeFolder) throws {
        guard FileManager.default.fileExists(atPath: home.path) else { return }
        do {
            try home.check()
        } catch {
            throw Complaint(
                what: "\(home.path) is not safe to use, so nothing was started", why: error.explanation,
                mend: "close it to others with the commands above, then try again", exit: .unsafeHome)
        }
    }

    static func readPassphrase(_ source: PassphraseSource) throws -> Passphrase {
        do {
            return try source.read()
        } catch {
            throw Complaint(
                what: "the keys stay sealed: there is no passphrase", why: error.explanation,
                mend: "name its source: --passphrase-file, --passphrase-fd or --passphrase-credential",
                exit: .unsafeHome)
        }
    }

    // MARK: Making

    /// Makes an authority in a home that has none.
    static func create(
        in home: HomeFolder, _ configuration: AuthorityConfiguration, passphrase source: PassphraseSource?
    ) async throws -> LocalAuthority {
        let passphrase: Passphrase
        do {
            passphrase = try readPassphrase(try home.create(passphrase: source))
        } catch let failure as HomeFailure {
            throw Complaint(
                what: "\(home.path) cannot be used as a home folder", why: failure.explanation,
                mend: "mend that, or choose another folder with --home", exit: .unsafeHome)
        }
        do {
            let unfinished = try UnfinishedCreation(home)
            let store = try await makeStore(in: home)
            if try await store.authority() == nil {
                try unfinished.clear()
                try await make(configuration, in: home, store, passphrase)
            }
            try unfinished.end()
            try refuseWithoutKeys(home, store)
        } catch {
            throw Complaint(opening: home, error)
        }
        return try await open(home, passphrase)
    }

    private static func makeStore(in home: HomeFolder) async throws -> AuthorityDatabase {
        switch try home.store() {
        case .file(let path):
            return try AuthorityDatabase.create(at: path, notingHeadIn: home.auditHead)
        case .postgreSQL(let address):
            let store = try await AuthorityDatabase.open(at: address, notingHeadIn: home.auditHead)
            try home.rememberStore()
            return store
        }
    }

    /// The database had an authority before this home came to it.
    private static func refuseWithoutKeys(_ home: HomeFolder, _ store: AuthorityDatabase) throws {
        guard !FileManager.default.fileExists(atPath: home.keyFile(.issuing)) else { return }
        throw Complaint(
            what: "\(store.place) has an authority, and \(home.path) does not have its keys",
            why: "\(home.keyFile(.issuing)) is not there",
            mend: "copy keys/ and the passphrase from the home of another node, then: symbolon up --home \(home.path)",
            exit: .unsafeHome)
    }

    /// The keys are on disk before anything is signed with them.
    private static func make(
        _ configuration: AuthorityConfiguration, in home: HomeFolder, _ store: AuthorityDatabase,
        _ passphrase: Passphrase
    ) async throws {
        let creation = AuthorityCreation(configuration)
        let keys: [(AuthorityKeyRole, SigningKey)] = [
            (.root, creation.rootKey), (.issuing, creation.issuingKey), (.audit, creation.auditKey),
        ]
        for (role, key) in keys {
            try PrivateKeyFile.create(key, at: home.keyFile(role), under: passphrase)
        }
        // A note of an authority that was here before says nothing of this one.
        try home.auditHead.remove()
        try home.forgetPolicy()
        _ = try await creation.run(in: store, actor: actor, at: Date())
    }

    // MARK: Working

    /// Makes a key, certifies it, and keeps both in the home in the place of an earlier identity of that name.
    @discardableResult
    func issueIdentity(
        _ name: IdentityName, profile: ProfileName, names: [SubjectName] = [], life: Duration? = nil,
        algorithm: KeyAlgorithm = .p256, replacing replaced: SerialNumber? = nil
    ) async throws -> StoredIdentity {
        try await administration.issueIdentity(
            IdentityWish(
                name: name, profile: profile, names: names, life: life, algorithm: algorithm, replaces: replaced),
            in: home,
            under: passphrase
        ).0
    }

    /// The identity that a short name stands for under a profile.
    func subjectName(_ name: String, profile: ProfileName) throws -> SubjectName {
        let domain = issuing.configuration.trustDomain
        switch profile {
        case .person: return .spiffe(try SPIFFEID(trustDomain: domain, path: ["person", name]))
        case .device: return .spiffe(try SPIFFEID(trustDomain: domain, path: ["device", name]))
        default: return .spiffe(try SPIFFEID(trustDomain: domain, path: [name]))
        }
    }
}

import SymbolonAuthority
import SymbolonStorage

extension Complaint {
    /// Why the authority in a home could not be made or opened.
    init(opening home: HomeFolder, _ error: any Error) {
        switch error {
        case let complaint as Complaint:
            self = complaint
        case KeyFileFailure.file(let failure):
            self.init(
                what: "the authority's keys in \(home.path) cannot be read", why: failure.explanation,
                mend: "put the file back from a backup; without it this authority issues nothing", exit: .unsafeHome)
        case let failure as KeyFileFailure:
            self.init(
                what: "the authority's keys in \(home.path) cannot be opened", why: failure.explanation,
                mend: "give the passphrase that they were sealed under (--passphrase-file, -fd or -credential)",
                exit: .unsafeHome)
        case AuthorityFailure.storeWasPutBack(let noted, let found):
            self.init(
                what: "the store \(home.storeName) was put back to an earlier day, so nothing is signed",
                why: AuthorityFailure.storeWasPutBack(noted: noted, found: found).explanation
                    + " (in \(home.auditHead.path)): it has forgotten certificates and revocations",
                mend: "put the latest copy back; without one: symbolon up --accept-restored-store --home \(home.path)")
        case AuthorityFailure.storeWasNotPutBack:
            self.init(
                what: "there is no restored store in \(home.path) to accept",
                why: AuthorityFailure.storeWasNotPutBack.explanation,
                mend: "leave --accept-restored-store out: the authority opens as it is")
        case let failure as AuditHeadFileFailure:
            self.init(
                what:
                    "the head of the audit record, which shows whether the store was put back, cannot be noted or read",
                why: failure.explanation,
                mend: "find out what changed that file; once you know, move it away, and it is noted anew")
        case AuthorityFailure.keyDoesNotFit(let role):
            self.init(
                what: "the authority in \(home.storeName) is another one than the keys in \(home.path) are for",
                why: AuthorityFailure.keyDoesNotFit(role).explanation,
                mend: "put its own keys into \(home.keysFolder), or name another store with symbolon up --store",
                exit: .unsafeHome)
        case let failure as AuthorityFailure:
            self.init(
                what: "the authority in \(home.path) cannot be opened", why: failure.explanation,
                mend: "look at its record: symbolon audit verify --home \(home.path)")
        case let failure as StoreFailure:
            self.init(
                what: "the store \(home.storeName) cannot be used", why: failure.explanation,
                mend: Self.mend(failure) ?? home.storeMend(failure))
        case let failure as FileFailure:
            self.init(what: "a file in \(home.path) cannot be used", why: failure.explanation)
        default:
            self.init(what: "the authority in \(home.path) cannot be used", why: "\(error)")
        }
    }

    /// Why a home has no authority, once it was looked for.
    static func noAuthority(_ home: HomeFolder) -> String {
        UnfinishedCreation.isMarked(home)
            ? "one was being made, and that was not finished" : home.absence
    }

    static func mend(_ failure: StoreFailure) -> String? {
        switch failure {
        case .full: "free space on that volume, then try again: nothing was half written"
        case .readOnly: "make the folder and the file writable for this user"
        case .busy: "try again; if it stays, find the process that holds the file open"
        case .newerSchema: "use the later release that wrote it"
        case .foreign: "choose another folder with --home"
        case .damaged: "restore it from a backup; until then nothing is issued"
        case .outcomeUnknown: "look whether it was done before you ask again: symbolon audit show"
        case .alreadyCreated, .serialTaken, .unknownSerial, .conflict, .overtaken, .audit, .forbidden, .unavailable: nil
        }
    }
}

extension HomeFolder {
    /// What people know the store by; a password is not in it.
    fileprivate var storeName: String {
        if case .success(let store) = Result(catching: store) { store.description } else { storeFile }
    }

    fileprivate var absence: String {
        if case .success(.file(let path)) = Result(catching: store) {
            "\(path) does not exist"
        } else {
            "the keys of the one in \(storeName) are not here"
        }
    }

    fileprivate func storeMend(_ failure: StoreFailure) -> String? {
        guard case .unavailable = failure, case .success(.postgreSQL) = Result(catching: store) else { return nil }
        return "see what the server says: psql \"\(storeName)\"; another place: symbolon up --store …"
    }
}

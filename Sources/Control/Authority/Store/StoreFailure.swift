public import SymbolonAudit
public import SymbolonCertificates

/// Why a store did not do what it was asked. After any of these but `outcomeUnknown` the store is as it was before the
/// call.
public enum StoreFailure: Error, Equatable, Sendable {
    case alreadyCreated
    case serialTaken(SerialNumber)
    case unknownSerial(SerialNumber)
    /// The record is in a state that does not allow this step; `found` is that state's name.
    case conflict(SerialNumber, found: String)
    /// What the change rests on is not as it was when it was decided.
    case overtaken
    case audit(AuditFailure)
    case full(String)
    case readOnly(String)
    /// Another process held the store for longer than the store waits.
    case busy(String)
    /// The schema does not allow the change: it would break what the store always holds to.
    case forbidden(String)
    /// What is stored does not read back as what was written.
    case damaged(String)
    /// The file is some other program's database.
    case foreign(String)
    /// A later release wrote this store.
    case newerSchema(found: Int, known: Int)
    case unavailable(String)
    /// The database was lost while it was told to commit, and could not be asked what became of that in time: the change
    /// was made whole, or not at all.
    case outcomeUnknown(String)

    public var explanation: String {
        switch self {
        case .alreadyCreated: "there is an authority in this store already"
        case .serialTaken(let serial): "serial number \(serial) is taken"
        case .unknownSerial(let serial): "no certificate here has serial number \(serial)"
        case .conflict(let serial, let found): "certificate \(serial) is \(found), which does not allow this step"
        case .overtaken: "somebody else was faster"
        case .audit(let failure): "the audit record cannot be continued: \(failure.explanation)"
        case .full(let cause): "the store is full: \(cause)"
        case .readOnly(let cause): "the store cannot be written: \(cause)"
        case .busy(let cause): "the store is held by another process: \(cause)"
        case .forbidden(let cause): "the store does not allow this change: \(cause)"
        case .damaged(let cause): "the store is damaged: \(cause)"
        case .foreign(let cause): "this is not an authority's store: \(cause)"
        case .newerSchema(let found, let known):
            "the store was written by a later release (schema \(found); this program knows up to \(known))"
        case .unavailable(let cause): "the store cannot be reached: \(cause)"
        case .outcomeUnknown(let cause): "whether the store made the change is not known: \(cause)"
        }
    }
}

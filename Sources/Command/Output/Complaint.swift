import ArgumentParser
import SymbolonAdministration
import SymbolonAuthority
import SymbolonClients

/// A failure as the person at the terminal should read it: what happened, why, and what to do.
struct Complaint: Error, Equatable {
    let what: String
    var why: String?
    var mend: String?
    var exit: ExitStatus = .failure

    /// Three short lines at most; the first begins with the command's name, as other programs' errors do.
    func rendered() -> String {
        var lines = ["symbolon: \(what)"]
        if let why { lines.append("  why: \(why)") }
        if let mend { lines.append("  do:  \(mend)") }
        return lines.joined(separator: "\n")
    }
}

/// The exit codes of every verb, as docs/Reference lists them. Usage errors exit 64 (EX_USAGE), by the argument parser.
enum ExitStatus: Int32 {
    case success = 0
    /// A check came out badly: something was refused, broken or not as it should be.
    case failure = 1
    /// The question could not be answered: input missing or unreadable.
    case undecided = 2
    /// Keys, files or folders are not safe to use; nothing was started.
    case unsafeHome = 3
    /// Nothing is wrong now, and something will be unless somebody sees to it.
    case attention = 4
    /// The configuration is not usable; nothing was started.
    case configuration = 78
}

extension Complaint {
    /// Runs a verb; what goes wrong is written to standard error as a complaint, and the process ends with its status.
    static func reported(_ verb: () async throws -> Void) async throws {
        do {
            try await verb()
        } catch let exit as ExitCode {
            throw exit
        } catch {
            let complaint = Complaint(any: error)
            Lines.complain(complaint.rendered())
            throw ExitCode(complaint.exit.rawValue)
        }
    }

    private init(any error: any Error) {
        switch error {
        case let complaint as Complaint: self = complaint
        case let failure as AdministrationFailure: self.init(failure)
        case let failure as ACMEClientFailure:
            self.init(
                what: "the ACME server gave no certificate", why: failure.explanation.printable, mend: failure.remedy)
        case let failure as IssuanceFailure:
            self.init(what: "no certificate was issued", why: failure.explanation, mend: failure.remedy)
        case let failure as StoreFailure:
            self.init(what: "the store cannot be used", why: failure.explanation, mend: Self.mend(failure))
        default: self.init(what: ExplainedError.text(error))
        }
    }
}

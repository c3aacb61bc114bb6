import Foundation
import SymbolonCertificates

/// The status as clients see it (RFC 8555 §7.1.6).
enum ACMEOrderStatus: String {
    case pending, ready, processing, valid, invalid
}

extension ACMEOrderRecord {
    func status(at now: Date) -> ACMEOrderStatus {
        switch order.state {
        case .processing: return .processing
        case .valid: return .valid
        case .invalid: return .invalid
        case .open: break
        }
        guard now < order.expiresAt else { return .invalid }
        let statuses = authorizations.map { $0.shownStatus(at: now) }
        if statuses.allSatisfy({ $0 == .valid }) { return .ready }
        return statuses.allSatisfy { $0 == .valid || $0 == .pending } ? .pending : .invalid
    }

    /// Why it came to nothing, when it did.
    func problem(at now: Date) -> ACMEProblem? {
        if case .invalid(let problem) = order.state { return problem }
        guard status(at: now) == .invalid else { return nil }
        let failed = authorizations.filter { ![.valid, .pending].contains($0.shownStatus(at: now)) }
        guard !failed.isEmpty else {
            return ACMEProblem(.unauthorized, "the order's time is over; make a new one")
        }
        let subproblems = failed.map { authorization in
            let problem = authorization.problem
            return ACMEProblem.Subproblem(
                problem?.kind ?? .unauthorized,
                problem?.detail ?? "the authorization is \(authorization.shownStatus(at: now).rawValue)",
                for: authorization.identifier)
        }
        let kinds = Set(subproblems.map(\.kind))
        return ACMEProblem(
            kinds.count == 1 ? subproblems[0].kind : .compound,
            "\(failed.map(\.identifier.description).joined(separator: ", ")) not authorized; make a new order",
            subproblems: subproblems)
    }
}

extension ACMEOrder {
    /// ready → processing. RFC 8555 §7.4: the caller has seen that it is ready.
    mutating func begin(_ finalization: Finalization) {
        state = .processing(finalization)
        revision += 1
    }

    /// processing → valid.
    mutating func complete(with certificate: SerialNumber) {
        state = .valid(certificate)
        revision += 1
    }

    /// processing → invalid.
    mutating func fail(_ problem: ACMEProblem) {
        state = .invalid(problem)
        revision += 1
    }
}

import Foundation
public import SymbolonAuthority
import SymbolonCertificates
import SymbolonRevocation

/// Schedules revocations for operators, and calls them off.
public struct ScheduleDesk: Sendable {
    let authority: IssuingAuthority
    let schedule: any RevocationScheduleStore

    public init(authority: IssuingAuthority, schedule: any RevocationScheduleStore) {
        self.authority = authority
        self.schedule = schedule
    }

    func make(_ wish: ScheduleRevocation, in call: Call) async throws(AdministrationFailure) -> ScheduledReport {
        let serials = try (wish.serials ?? []).map { text throws(AdministrationFailure) in try SerialNumber(asked: text)
        }
        let identities = wish.identities ?? []
        guard (1...RevokeCertificates.most).contains(serials.count + identities.count),
            identities.allSatisfy({ (1...1024).contains($0.utf8.count) && !$0.utf8.contains(0) })
        else {
            throw AdministrationFailure(
                .malformed, what: "1 to \(RevokeCertificates.most) serial numbers and identities are scheduled at once")
        }
        let reason = try Asked.parse(wish.reason ?? RevocationReason.unspecified.rawValue, "a reason") {
            RevocationReason(rawValue: $0)
        }
        let now = authority.now
        guard wish.at > now else {
            throw AdministrationFailure(
                .malformed, what: "\(CertificateTime(wish.at)) has passed", mend: "name a moment to come, or revoke now"
            )
        }
        if let since = wish.invalidSince, since > wish.at {
            throw AdministrationFailure(
                .malformed, what: "what is invalid since \(CertificateTime(since)) is revoked before that")
        }
        let order = ScheduledRevocation.Order(
            serials: serials, identities: identities, reason: reason, invalidSince: wish.invalidSince, due: wish.at,
            madeAt: now, actor: call.actor)
        do throws(RevocationFailure) {
            let number = try await authority.schedule(order, in: schedule)
            return ScheduledReport(ScheduledRevocation(number: number, order: order, state: .pending))
        } catch {
            throw AdministrationFailure(error)
        }
    }

    func list(all: Bool) async throws(AdministrationFailure) -> ScheduledReports {
        do throws(StoreFailure) {
            return ScheduledReports(
                revocations: try await schedule.scheduledRevocations(all: all).prefix(ScheduledReports.most)
                    .map(ScheduledReport.init))
        } catch {
            throw AdministrationFailure(error)
        }
    }

    func cancel(_ text: String, in call: Call) async throws(AdministrationFailure) -> Done {
        guard let number = Int64(text), number > 0 else {
            throw AdministrationFailure(.malformed, what: "\(text.debugDescription) is no number of a revocation")
        }
        let isCancelled: Bool?
        do throws(RevocationFailure) {
            isCancelled = try await authority.cancelRevocation(number, in: schedule, actor: call.actor)
        } catch {
            throw AdministrationFailure(error)
        }
        switch isCancelled {
        case true?: return Done()
        case false?:
            throw AdministrationFailure(
                .conflict, what: "scheduled revocation \(number) is not pending any more",
                why: "its time has come, or it was called off", mend: "see: symbolon identity scheduled --all")
        case nil:
            throw AdministrationFailure(
                .notFound, what: "there is no scheduled revocation \(number)",
                mend: "see which there are: symbolon identity scheduled")
        }
    }
}

import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonStorage

/// The lists that certificates name.
extension HomeExamination {
    mutating func examineLists(of authority: ReadAuthority) async throws {
        guard let address = authority.record.configuration.publishedAt.first,
            let key = authority.issuing.publicKey?.fingerprint
        else { return }
        let mend = "start the authority: symbolon up"
        let standings = try await authority.store.listStandings(of: key)
        guard let first = standings.min(by: { $0.nextUpdate < $1.nextUpdate }) else {
            add(
                .failure(
                    "revocation lists", "there are none, and certificates say that they are at \(address)", mend: mend))
            return
        }
        let left = first.nextUpdate.timeIntervalSince(now)
        let schedule = ListSchedule()
        let late = standings.count { schedule.isLate($0, at: now) }
        if left < 0 {
            add(
                .failure(
                    "revocation lists", "the first lapsed \(Moment.span(-left)) ago",
                    why: "whoever asks for a list refuses every certificate that names it", mend: mend))
        } else if late > 0 {
            add(
                .failure(
                    "revocation lists", "\(late) of \(standings.count) should have been made anew long ago",
                    why: "the first lapses in \(Moment.span(left))", mend: mend))
        } else {
            add(
                .well(
                    "revocation lists",
                    "\(standings.count) at \(address); each is made anew long before it ends, the first in "
                        + Moment.span(left)))
        }
    }
}

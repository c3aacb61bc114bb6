import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonStorage

/// The lists and the responder that certificates name.
extension HomeExamination {
    mutating func examineLists(of authority: ReadAuthority) async throws {
        guard let address = authority.record.configuration.publishedAt.first,
            let key = authority.issuing.publicKey?.fingerprint
        else { return }
        try await examineRootLists(of: authority)
        let mend = "start the authority: symbolon up"
        try await examineResponder(of: authority, at: address, mend: mend)
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

    /// Its key is in the memory of the authority's process; what it was certified for is in the store.
    private mutating func examineResponder(
        of authority: ReadAuthority, at address: PublicationAddress, mend: String
    ) async throws {
        let query = CertificateQuery(profile: ProfileName.responder.rawValue, states: [.issued], limit: 1)
        guard let last = try await authority.store.certificates(matching: query).first else {
            add(.failure("OCSP responder", "there is none, and certificates say that it is at \(address)", mend: mend))
            return
        }
        let left = last.intent.notAfter.timeIntervalSince(now)
        if left < 0 {
            add(
                .failure(
                    "OCSP responder", "its certificate ended \(Moment.span(-left)) ago", why: "it answers nobody",
                    mend: mend))
        } else if AnswerSchedule().isLate(certificateEnding: last.intent.notAfter, at: now) {
            add(
                .failure(
                    "OCSP responder", "its certificate should have been renewed long ago",
                    why: "it ends in \(Moment.span(left))", mend: mend))
        } else {
            add(.well("OCSP responder", "at \(address); its certificate holds for \(Moment.span(left))"))
        }
    }

    private mutating func examineRootLists(of authority: ReadAuthority) async throws {
        for (root, standing) in try await RootListPublisher.standings(of: authority.store, authority.store, at: now) {
            let mend = "with the root's key in keys/: symbolon authority publish-root-list"
            switch standing {
            case .good(let list), .due(let list?):
                add(
                    .well(
                        "list of root \(root.name)",
                        "holds for another \(Moment.span(list.nextUpdate.timeIntervalSince(now)))"))
            case .due(nil), .late(nil):
                add(.warning("list of root \(root.name)", "there is none", mend: mend))
            case .late(let list?):
                let left = list.nextUpdate.timeIntervalSince(now)
                add(
                    left < 0
                        ? .failure("list of root \(root.name)", "lapsed \(Moment.span(-left)) ago", mend: mend)
                        : .warning(
                            "list of root \(root.name)", "should have been made anew",
                            why: "it lapses in \(Moment.span(left))",
                            mend: mend))
            }
        }
    }
}

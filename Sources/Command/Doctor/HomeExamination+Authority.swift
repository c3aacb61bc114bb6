import Foundation
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonCertificates
import SymbolonClients
import SymbolonNames
import SymbolonStorage

/// The authority elsewhere, as it can be reached from here.
extension HomeExamination {
    /// 30 s between two clocks: less than the minute by which certificates are backdated.
    private static let clockTolerance: TimeInterval = 30

    /// What is permitted beyond the rules, and what waits for a second word.
    mutating func examineEmergencies(of authority: ReadAuthority) async throws {
        for one in try await authority.store.emergencies(limit: EmergencyList.most) {
            let who = "\(one.wish.subjects.joined(separator: ", ")) to \(one.wish.services.joined(separator: ", "))"
            switch one.state(at: now) {
            case .asked:
                add(
                    .warning(
                        "emergency \(one.number)", "waits for a second word: \(who)", why: one.wish.reason,
                        mend: "symbolon policy emergency approve \(one.number); or decline it: … end \(one.number)"))
            case .inForce:
                let until = one.approval.map { Moment.text($0.until) } ?? ""
                add(
                    .warning(
                        "emergency \(one.number)", "is in force until \(until): \(who)", why: one.wish.reason,
                        mend: "end it when it is over: symbolon policy emergency end \(one.number)"))
            case .lapsed, .over, .ended: break
            }
        }
    }

    /// The same, as ends of this home know it.
    private mutating func examineEmergencies(of paired: PairedLink) {
        guard let held = try? folder.heldPolicy(of: paired.trustDomain) else { return }
        for one in held.statement.emergencies where !one.isOver(at: now) {
            add(
                .warning(
                    "emergency \(one.number)",
                    "is in force until \(Moment.text(one.until)): "
                        + "\(one.subjects.map(\.description).joined(separator: ", ")) to "
                        + one.services.joined(separator: ", "), why: one.reason,
                    mend: "it ends by itself; earlier, at the authority: symbolon policy emergency end \(one.number)"))
        }
    }

    mutating func examineLink(_ paired: PairedLink, _ identities: [StoredIdentity]) async {
        examineEmergencies(of: paired)
        let place = paired.link.addresses.map(\.description).joined(separator: ", ")
        var reached = false
        for address in paired.link.addresses {
            do {
                let answer = try await paired.link.client(to: address, as: nil).send(HTTPSRequest(.get, "/health"))
                reached = true
                add(.well("authority", "\(address) proves itself and answers"))
                if answer.status != 200 {
                    add(
                        .warning(
                            "authority", "\(address) says that it is not well (status \(answer.status))",
                            mend: "look there: symbolon doctor"))
                }
                if let text = answer.field("date"), let time = Self.httpDate(text) { examine(clock: time) }
            } catch {
                let failure = (error as? HTTPSFailure).map { ($0.explanation, $0.remedy) }
                add(
                    .failure(
                        "authority", "\(address) cannot be asked",
                        why: failure?.0 ?? (error as? AdministrationFailure)?.why ?? ExplainedError.text(error),
                        mend: failure?.1))
            }
        }
        if let heard = await paired.heardAt {
            let silence = now.timeIntervalSince(heard)
            let text = "was heard last \(Moment.span(max(0, silence))) ago"
            let isLong = silence > PairedLink.longestSilence
            add(
                isLong && !reached
                    ? .failure("trust", text, why: "peers that live long are not let in any more", mend: "see above")
                    : .well("trust", text))
        } else {
            add(.note("trust", "nothing was heard of the authority at \(place) yet; running ends listen to it"))
        }
        guard reached else { return }
        guard
            let witness = identities.first(where: { identity in
                paired.accounts(for: identity)
                    && identity.leaf.extensions.extendedKeyUsage?.contains(.clientAuth) ?? true
            })
        else {
            add(
                .warning(
                    "identities",
                    "none can prove this machine to its authority: renewal goes by signature, and what is"
                        + " revoked is not heard",
                    mend: "have one with profile workload or client: symbolon invite NAME"))
            return
        }
        do throws(AdministrationFailure) {
            let report = try await paired.ask(ShowSelf(), as: witness)
            add(.well("identity \(witness.name)", "the authority knows it as \(report.identity)"))
        } catch {
            add(.failure("identity \(witness.name)", error.what, why: error.why, mend: error.mend))
        }
    }

    private mutating func examine(clock theirs: Date) {
        let difference = Date().timeIntervalSince(theirs)
        let text = "\(Moment.span(difference)) \(difference < 0 ? "behind" : "ahead of") the authority's"
        if abs(difference) > Self.clockTolerance {
            add(
                .warning(
                    "clock", text, why: "certificates begin and end by it", mend: "set both clocks by a time source"))
        } else {
            add(.well("clock", "agrees with the authority's"))
        }
    }

    /// RFC 9110 §5.6.7: IMF-fixdate.
    private static func httpDate(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.date(from: text)
    }
}

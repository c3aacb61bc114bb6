internal import Foundation
internal import SymbolonAccessPolicy
internal import SymbolonAudit
internal import SymbolonAuthority
internal import SymbolonNames

/// Two words make a permission: whoever asks gives the first, and an administrator, somebody else, the second. What both said is
/// part of the statement that is signed, so that ends keep its end without anybody.
extension PolicyDesk {
    /// 200: what a line of a list, and a rule's name, still shows.
    private static let longestReason = 200

    func ask(_ wish: AskEmergency, in call: Call) async throws(AdministrationFailure) -> EmergencyReport {
        let made = try self.wish(wish, in: call)
        guard try await hasPolicy() else {
            throw AdministrationFailure(
                .refused, what: "nothing is permitted for an emergency",
                why: "no policy was published, so that no end follows one",
                mend: "publish it first: symbolon policy publish FILE")
        }
        let pending = try await known(limit: EmergencyList.most).count {
            [.asked, .inForce].contains($0.state(at: made.at))
        }
        guard pending < EmergencyPermission.mostAtOnce else {
            throw AdministrationFailure(
                .refused, what: "nothing is permitted for an emergency",
                why: "\(EmergencyPermission.mostAtOnce) are asked for or in force, which is the limit",
                mend: "end one: symbolon policy emergency end NUMBER")
        }
        let event = AuditEvent(
            .emergencyAsked, at: made.at, actor: call.actor, subject: made.subjects.joined(separator: " "),
            details: Self.details(made))
        do throws(StoreFailure) {
            let number = try await store.ask(made, audit: authority.sealed(event))
            return EmergencyReport(
                Emergency(number: number, wish: made, approval: nil, ending: nil), at: made.at)
        } catch {
            throw AdministrationFailure(error)
        }
    }

    private func wish(_ wish: AskEmergency, in call: Call) throws(AdministrationFailure) -> Emergency.Wish {
        let what = "nothing is permitted for an emergency"
        guard (1...EmergencyPermission.most).contains(wish.subjects.count),
            (1...EmergencyPermission.most).contains(wish.services.count)
        else {
            throw AdministrationFailure(
                .malformed, what: what, why: "it names 1 to \(EmergencyPermission.most) identities and as many services"
            )
        }
        let subjects = try wish.subjects.map { text throws(AdministrationFailure) in
            let identity = try Asked.parse(text, "a SPIFFE ID") { text throws(NameFailure) in try SPIFFEID(text) }
            guard !identity.path.isEmpty else {
                throw AdministrationFailure(
                    .malformed, what: "\(text.debugDescription) is a trust domain, and no identity in it")
            }
            return identity.description
        }
        if let service = wish.services.first(where: { !Self.isService($0) }) {
            throw AdministrationFailure(
                .malformed, what: "\(service.debugDescription) is no short name of a service",
                why: "it has 1 to 64 letters, digits, dots, hyphens and underscores")
        }
        guard (60...EmergencyPermission.longest).contains(wish.seconds) else {
            throw AdministrationFailure(
                .malformed, what: what, why: "it lasts a minute to four hours", mend: "ask again when it is over")
        }
        let isLine = wish.reason.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control && $0.value != 0x2028 && $0.value != 0x2029
        }
        guard (1...Self.longestReason).contains(wish.reason.utf8.count), isLine,
            wish.reason.contains(where: { !$0.isWhitespace })
        else {
            throw AdministrationFailure(
                .malformed, what: what, why: "its reason is one line of 1 to \(Self.longestReason) octets")
        }
        return Emergency.Wish(
            subjects: Set(subjects).sorted(), services: Set(wish.services).sorted(), seconds: wish.seconds,
            reason: wish.reason, at: authority.now, by: call.voice)
    }

    private static func isService(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { octet in
                (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
                    || [0x2D, 0x2E, 0x5F].contains(octet)
            }
    }

    private static func details(_ wish: Emergency.Wish) -> [String: String] {
        [
            "services": wish.services.joined(separator: " "), "seconds": "\(wish.seconds)", "reason": wish.reason,
        ]
    }

    // MARK: The second word

    func approve(_ id: String, in call: Call) async throws(AdministrationFailure) -> EmergencyReport {
        let number = try Self.number(id)
        return try await changing { () throws(StepFailure) in try await approve(number, in: call) }
    }

    private func approve(_ number: Int64, in call: Call) async throws(StepFailure) -> EmergencyReport {
        let ledger = try await ledger()
        let (found, now) = (try await emergency(number), authority.now)
        try Self.require(.asked, found, at: now)
        let voice = call.voice
        guard voice.identity != found.wish.by.identity else {
            throw .refused(
                AdministrationFailure(
                    .forbidden, what: "emergency \(number) is not approved",
                    why: "it takes two: \(voice.identity) has asked for it",
                    mend: "let another administrator approve it"))
        }
        guard let policy = ledger.policy else { throw .overtaken }
        let document = try read(policy.text, with: ledger.groups, wish: "approved")
        var subjects: [SPIFFEID] = []
        for text in found.wish.subjects {
            guard let identity = try? SPIFFEID(text) else {
                throw .refused(AdministrationFailure(.unavailable, what: "emergency \(number) does not read back"))
            }
            subjects.append(identity)
        }
        let permission = EmergencyPermission(
            number: number, subjects: subjects, services: found.wish.services, reason: found.wish.reason, from: now,
            until: now + Double(found.wish.seconds), askedBy: found.wish.by.identity, approvedBy: voice.identity)
        let numbers = PolicyNumbers(policy: ledger.numbers.policy, groups: ledger.numbers.groups + 1)
        let signed = try sign(
            statement(
                numbers, policy.text, document, ledger.groups, ledger.emergencies + [permission], at: now))
        var details = Self.details(found.wish)
        details["number"] = "\(number)"
        details["askedBy"] = found.wish.by.actor
        details["until"] = permission.until.formatted(.iso8601)
        let event = AuditEvent(
            .emergencyApproved, at: now, actor: call.actor, subject: found.wish.subjects.joined(separator: " "),
            details: details)
        do throws(StoreFailure) {
            let counter = try await store.approve(
                permission, by: voice, at: now, signed: signed, after: ledger.numbers, audit: authority.sealed(event))
            let approved = Emergency(
                number: number, wish: found.wish,
                approval: Emergency.Approval(at: now, by: voice, until: permission.until), ending: nil)
            return EmergencyReport(approved, at: now, changeCounter: counter)
        } catch {
            throw StepFailure(error)
        }
    }

    // MARK: The end

    func end(_ id: String, in call: Call) async throws(AdministrationFailure) -> EmergencyReport {
        let number = try Self.number(id)
        return try await changing { () throws(StepFailure) in try await end(number, in: call) }
    }

    private func end(_ number: Int64, in call: Call) async throws(StepFailure) -> EmergencyReport {
        let ledger = try await ledger()
        let (found, now) = (try await emergency(number), authority.now)
        let state = found.state(at: now)
        if state != .asked { try Self.require(.inForce, found, at: now) }
        var signed: SignedPolicy?
        if state == .inForce, let policy = ledger.policy {
            let document = try read(policy.text, with: ledger.groups, wish: "ended")
            let numbers = PolicyNumbers(policy: ledger.numbers.policy, groups: ledger.numbers.groups + 1)
            signed = try sign(
                statement(
                    numbers, policy.text, document, ledger.groups, ledger.emergencies.filter { $0.number != number },
                    at: now))
        }
        var details = Self.details(found.wish)
        details["number"] = "\(number)"
        details["wasInForce"] = "\(state == .inForce)"
        let event = AuditEvent(
            .emergencyEnded, at: now, actor: call.actor, subject: found.wish.subjects.joined(separator: " "),
            details: details)
        do throws(StoreFailure) {
            let counter = try await store.end(
                number, by: call.actor, at: now, signed: signed, after: ledger.numbers, audit: authority.sealed(event))
            let ended = Emergency(
                number: number, wish: found.wish, approval: found.approval,
                ending: Emergency.Ending(at: now, actor: call.actor))
            return EmergencyReport(ended, at: now, changeCounter: signed == nil ? nil : counter)
        } catch {
            throw StepFailure(error)
        }
    }

    // MARK: Steps

    private static func number(_ text: String) throws(AdministrationFailure) -> Int64 {
        guard let number = Int64(text), number > 0, "\(number)" == text else {
            throw AdministrationFailure(
                .malformed, what: "\(text.debugDescription) is no number of an emergency",
                mend: "see which there are: symbolon policy emergency list")
        }
        return number
    }

    private func emergency(_ number: Int64) async throws(StepFailure) -> Emergency {
        let found: Emergency?
        do throws(StoreFailure) {
            found = try await store.emergency(number)
        } catch {
            throw .refused(AdministrationFailure(error))
        }
        guard let found else {
            throw .refused(
                AdministrationFailure(
                    .notFound, what: "there is no emergency \(number)",
                    mend: "see which there are: symbolon policy emergency list"))
        }
        return found
    }

    private static func require(_ state: Emergency.State, _ found: Emergency, at now: Date) throws(StepFailure) {
        let current = found.state(at: now)
        guard current != state else { return }
        let why =
            switch current {
            case .asked: "nobody has approved it"
            case .lapsed: "nobody approved it within an hour, and a wish that old is none any more"
            case .inForce: "it is in force already"
            case .over: "its time is over"
            case .ended: "it was ended by \(found.ending?.actor ?? "somebody")"
            }
        throw .refused(
            AdministrationFailure(
                .conflict, what: "emergency \(found.number) stays as it is", why: why,
                mend: "ask anew: symbolon policy emergency ask"))
    }

    private func hasPolicy() async throws(AdministrationFailure) -> Bool {
        do throws(StoreFailure) {
            return try await store.policyInForce() != nil
        } catch {
            throw AdministrationFailure(error)
        }
    }

    private func known(limit: Int) async throws(AdministrationFailure) -> [Emergency] {
        do throws(StoreFailure) {
            return try await store.emergencies(limit: limit)
        } catch {
            throw AdministrationFailure(error)
        }
    }
}

extension PolicyLibrary {
    func emergencies() async throws(AdministrationFailure) -> EmergencyList {
        do throws(StoreFailure) {
            let now = Date()
            return EmergencyList(
                emergencies: try await store.emergencies(limit: EmergencyList.most).map { EmergencyReport($0, at: now) }
            )
        } catch {
            throw AdministrationFailure(error)
        }
    }
}

extension Call {
    /// Whoever holds the authority's keys is one voice, under whichever name of the machine's users: keys do not make two people.
    fileprivate var voice: Emergency.Voice {
        switch caller {
        case .keyholder: Emergency.Voice(identity: "keyholder", actor: actor)
        case .peer: Emergency.Voice(identity: caller.identity, actor: actor)
        }
    }
}

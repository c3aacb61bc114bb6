internal import Crypto
internal import Foundation
internal import SymbolonAccessPolicy
internal import SymbolonAudit
public import SymbolonAuthority
internal import SymbolonCertificates
internal import SymbolonKeys
internal import SymbolonNames
internal import SymbolonTokens
internal import SymbolonWire

/// Publishes versions of the policy and changes groups. Each change that ends need is signed before it is stored, so that what
/// is in force is never without its signature.
public struct PolicyDesk: Sendable {
    /// How often a change is begun anew because somebody else was faster. 8: who changes rules is a person.
    private static let mostTries = 8
    /// 500: what a line of a list still shows.
    private static let longestNote = 500

    let authority: IssuingAuthority
    public let library: PolicyLibrary

    var store: any PolicyStore & EmergencyStore { library.store }

    public init(authority: IssuingAuthority, library: PolicyLibrary) {
        self.authority = authority
        self.library = library
    }

    // MARK: Versions

    func publish(_ wish: PublishPolicy, in call: Call) async throws(AdministrationFailure) -> PolicyPublication {
        if let note = wish.note { try Self.check(note: note) }
        let text = try await text(of: wish)
        return try await changing { () throws(StepFailure) in try await publish(text, wish, in: call) }
    }

    private func text(of wish: PublishPolicy) async throws(AdministrationFailure) -> String {
        switch (wish.text, wish.again) {
        case (let text?, nil):
            guard text.utf8.count <= PolicyStatement.mostTextOctets, !text.utf8.contains(0) else {
                throw AdministrationFailure(
                    .refused, what: "the policy is not published",
                    why: "it has more than \(PolicyStatement.mostTextOctets >> 10) KiB, or a NUL")
            }
            return text
        case (nil, let number?): return try await library.show("\(number)").text
        default:
            throw AdministrationFailure(
                .malformed, what: "either a text is published or an earlier version again, one of them")
        }
    }

    private static func check(note: String) throws(AdministrationFailure) {
        let isLine = note.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0.value != 0x2028 }
        guard (1...longestNote).contains(note.utf8.count), isLine else {
            throw AdministrationFailure(
                .malformed, what: "the note is not taken", why: "it is one line of 1 to \(longestNote) octets")
        }
    }

    private func publish(
        _ text: String, _ wish: PublishPolicy, in call: Call
    ) async throws(StepFailure) -> PolicyPublication {
        let ledger = try await ledger()
        let document = try read(text, with: ledger.groups, wish: "published")
        let before = ledger.policy.flatMap { try? library.document($0.text, with: ledger.groups).policy } ?? .empty
        let comparison = PolicyComparison(from: before, to: document.policy)
        let now = authority.now
        let findings = document.findings(at: now)
        if let known = ledger.policy, known.text == text {
            return PolicyPublication(known.version, isPublished: false, comparison, findings, changeCounter: nil)
        }
        let version = PolicyVersion(
            number: ledger.numbers.policy + 1, digest: Array(SHA256.hash(data: Array(text.utf8))),
            ruleCount: document.policy.rules.count, publishedAt: now, publishedBy: call.actor, note: wish.note,
            again: wish.again)
        guard wish.dryRun != true else {
            return PolicyPublication(version, isPublished: false, comparison, findings, changeCounter: nil)
        }
        let numbers = PolicyNumbers(policy: version.number, groups: ledger.numbers.groups)
        let signed = try sign(statement(numbers, text, document, ledger.groups, ledger.emergencies, at: now))
        var details = [
            "version": "\(version.number)", "digest": Hex.encode(version.digest), "rules": "\(version.ruleCount)",
            "added": "\(comparison.added.count)", "removed": "\(comparison.removed.count)",
            "changed": "\(comparison.changed.count)", "signer": signed.signer.description,
        ]
        details["note"] = wish.note
        details["again"] = wish.again.map { "\($0)" }
        let event = AuditEvent(
            .policyPublished, at: now, actor: call.actor,
            subject: authority.configuration.trustDomain.description, details: details)
        do throws(StoreFailure) {
            let counter = try await store.publish(
                PublishedPolicy(version: version, text: text), signed: signed, after: ledger.numbers,
                audit: authority.sealed(event))
            return PolicyPublication(version, isPublished: true, comparison, findings, changeCounter: counter)
        } catch {
            throw StepFailure(error)
        }
    }

    // MARK: Steps

    /// Why one try of a change came to nothing.
    enum StepFailure: Error {
        case refused(AdministrationFailure)
        /// What it began from is not so any more.
        case overtaken

        init(_ failure: StoreFailure) {
            self = failure == .overtaken ? .overtaken : .refused(AdministrationFailure(failure))
        }
    }

    func changing<Value>(
        _ step: () async throws(StepFailure) -> Value
    ) async throws(AdministrationFailure) -> Value {
        for _ in 0..<Self.mostTries {
            do throws(StepFailure) {
                return try await step()
            } catch {
                if case .refused(let failure) = error { throw failure }
            }
        }
        throw AdministrationFailure(
            .conflict, what: "nothing was changed", why: "others changed the policy or a group again and again",
            mend: "try again")
    }

    func ledger() async throws(StepFailure) -> PolicyLedger {
        do throws(StoreFailure) {
            return try await store.policyLedger()
        } catch {
            throw .refused(AdministrationFailure(error))
        }
    }

    /// - Parameter wish: what is not done where it cannot be read.
    func read(
        _ text: String, with groups: [GroupName: Set<SPIFFEID>], wish: String
    ) throws(StepFailure) -> PolicyDocument {
        do throws(PolicyFaults) {
            return try library.document(text, with: groups)
        } catch {
            let faults = error.faults
            throw .refused(
                AdministrationFailure(
                    .refused,
                    what: "\(faults.count) fault\(faults.count == 1 ? "" : "s") in the policy, so nothing was \(wish)",
                    // 20: the first ones are mended first.
                    why: faults.prefix(20).map(\.told).joined(separator: "\n       "),
                    mend: "mend them all; see the form: symbolon policy check --help"))
        }
    }

    /// With the groups that its rules name, and what is permitted for emergencies and not over.
    func statement(
        _ numbers: PolicyNumbers, _ text: String, _ document: PolicyDocument, _ groups: [GroupName: Set<SPIFFEID>],
        _ emergencies: [EmergencyPermission], at now: Date
    ) -> PolicyStatement {
        PolicyStatement(
            of: authority.configuration.trustDomain, numbers, at: now, text: text,
            groups: groups.filter { document.authorityGroups.contains($0.key) },
            emergencies: emergencies.filter { !$0.isOver(at: now) })
    }

    /// The issuing key's other use, as with lists. What its own public key does not verify does not leave.
    func sign(_ statement: PolicyStatement) throws(StepFailure) -> SignedPolicy {
        let issuer = authority.signingIssuer
        let key = issuer.signer.publicKey
        do {
            let octets = try statement.signed(for: key) { message throws(KeyFailure) in
                try issuer.signer.sign(message)
            }
            _ = try PresentedPolicy(octets).verify(by: [key], of: statement.trustDomain)
            return SignedPolicy(numbers: statement.numbers, signer: key.fingerprint, octets: octets)
        } catch {
            let why =
                (error as? JWSFailure)?.explanation ?? (error as? PolicyStatementFailure)?.explanation ?? "\(error)"
            throw .refused(AdministrationFailure(.unavailable, what: "the policy cannot be signed", why: why))
        }
    }

    // MARK: Another issuing key

    /// Signs what is in force with the key that issues now, where another has signed it: ends that start when that one is
    /// believed no more could not verify it.
    /// - Returns: whether that was needed.
    @discardableResult
    public func signAnew(actor: String) async throws(AdministrationFailure) -> Bool {
        try await changing { () throws(StepFailure) in
            let signed: SignedPolicy?
            do throws(StoreFailure) {
                signed = try await store.signedPolicy()
            } catch {
                throw .refused(AdministrationFailure(error))
            }
            guard let signed, signed.signer != authority.signingIssuer.key else { return false }
            let next = try sign(try known(signed))
            let event = AuditEvent(
                .policySigned, at: authority.now, actor: actor,
                subject: authority.configuration.trustDomain.description,
                details: [
                    "version": "\(next.numbers.policy)", "groups": "\(next.numbers.groups)",
                    "signer": next.signer.description, "before": signed.signer.description,
                ])
            do throws(StoreFailure) {
                try await store.sign(anew: next, audit: authority.sealed(event))
                return true
            } catch {
                throw StepFailure(error)
            }
        }
    }

    private func known(_ signed: SignedPolicy) throws(StepFailure) -> PolicyStatement {
        let keys = authority.allIssuers.filter { $0.role == .issuing }.compactMap(\.certificate.publicKey)
        do throws(PolicyStatementFailure) {
            return try PresentedPolicy(signed.octets)
                .verify(by: keys, of: authority.configuration.trustDomain).statement
        } catch {
            throw .refused(
                AdministrationFailure(
                    .unavailable, what: "the policy in force is not signed anew", why: error.explanation,
                    mend: "publish it again: symbolon policy publish FILE"))
        }
    }
}

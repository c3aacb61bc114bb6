import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonProxy
import SymbolonStorage

/// The policy that the authority publishes: taken when it is signed by its own key and later than what is known, kept on the
/// disk before it is in force, and never taken back.
extension TrustKeeper {
    /// From now on the authority's policy is followed.
    /// - Returns: the rules that are known; nobody is let in by rules that are not.
    func followPolicy(for end: String) async throws -> Policy {
        if followed == nil {
            guard let home, let domain = home.trustDomain else {
                throw Complaint(
                    what: "\(end) cannot follow an authority's policy",
                    why: "there is no authority in the home, and it is paired with none",
                    mend: "name a file: --policy FILE; or pair this machine: symbolon pair CODE@HOST", exit: .undecided)
            }
            var following = FollowedPolicy()
            do {
                following.held = try home.folder.heldPolicy(of: domain)
            } catch {
                throw Complaint(
                    what: "which policy was in force here is not known any more", why: error.explanation,
                    exit: .unsafeHome)
            }
            following.document = following.held.flatMap { held in
                do throws(PolicyFaults) {
                    return try held.statement.document()
                } catch {
                    report.tell(
                        .policyRefused(
                            service: nil, file: "authority", faults: error.faults.map(\.told)))
                    return nil
                }
            }
            followed = following
            await home.paired?.followPolicy(having: following.held?.numbers)
            await lookAtFollowedPolicy()
        }
        if let held = followed?.held {
            report.tell(
                .policyVersion(
                    service: end, held.numbers, rules: followed?.document?.policy.rules.count ?? 0))
        } else {
            report.warn(
                end, "no policy of the authority is known here yet: whom no --allow names is refused",
                why: "no rule means no", mend: "publish one there: symbolon policy publish FILE")
        }
        return followed.map { $0.policy } ?? .empty
    }

    /// Whether an end judges by an older policy than the one that the authority has in force.
    func lacksPolicy(_ wish: Wish) -> Bool { wish.rules.followsAuthority && followed?.isBehind ?? false }

    /// Takes up what the authority publishes, where that is news. What is taken is in force with the next `publish`.
    func lookAtFollowedPolicy() async {
        guard followed != nil, let home, let domain = home.trustDomain else { return }
        let offered: OfferedPolicy
        do {
            offered = try await home.offeredPolicy(having: followed?.held?.numbers)
        } catch {
            followed?.isBehind = true
            return tellPolicyFailure(ExplainedError.text(error))
        }
        if let statement = offered.statement { take(statement, by: offered.signers, of: domain) }
        let held = followed?.held?.numbers ?? PolicyNumbers(policy: 0, groups: 0)
        followed?.isBehind = offered.numbers?.follow(held) ?? false
        await home.paired?.followPolicy(having: held)
    }

    /// Once for each reason, until a policy is taken again.
    func tellPolicyFailure(_ why: String) {
        guard followed?.failureTold != why else { return }
        followed?.failureTold = why
        report.warn(nil, "the authority's policy cannot be read; the last one stays in force", why: why)
    }

    private func take(_ octets: [UInt8], by signers: [PublicKey], of domain: TrustDomain) {
        guard octets != followed?.held?.octets else { return }
        do {
            let policy = try PresentedPolicy(octets).verify(by: signers, of: domain)
            guard try policy.replaces(followed?.held) else { return }
            let document = try policy.statement.document()
            note(policy)
            followed?.held = policy
            followed?.document = document
            followed?.failureTold = nil
            putInForce(document.policy.permitting(policy.statement.emergencies), policy.numbers)
        } catch let failure as PolicyStatementFailure {
            refuse(octets, [failure.explanation])
        } catch let faults as PolicyFaults {
            refuse(octets, faults.faults.map(\.told))
        } catch {
            refuse(octets, ["\(error)"])
        }
    }

    private func refuse(_ octets: [UInt8], _ faults: [String]) {
        // It is tried again with each look: who signed it may be believed by then.
        guard followed?.refused?.statement != octets || followed?.refused?.faults != faults else { return }
        followed?.refused = (octets, faults)
        report.tell(.policyRefused(service: nil, file: "authority", faults: faults))
    }

    /// Before it is in force: what comes back after a restart is not older than what was.
    private func note(_ policy: VerifiedPolicy) {
        do {
            try home?.folder.note(policy)
        } catch {
            report.warn(
                nil, "the policy that is in force cannot be kept, so that an older one could come back after a restart",
                why: error.explanation, mend: "let this user write to the home")
        }
    }

    private func putInForce(_ policy: Policy, _ numbers: PolicyNumbers) {
        for (index, one) in kept.enumerated() {
            guard case .authority(let base) = one.wish.rules else { continue }
            kept[index].wish.admission = base.admission(policy)
            report.tell(.policyVersion(service: one.end.name, numbers, rules: policy.rules.count))
        }
    }
}

extension PolicyStatement {
    /// As rules, with the groups that came with them.
    func document() throws(PolicyFaults) -> PolicyDocument {
        try PolicyDocument(try PolicyText.node(text), defaultDomain: trustDomain, groups: groups)
    }
}

extension EndsHome {
    /// What the authority of this home, or the one that it is paired with, offers now.
    /// - Parameter known: which one is had already; its statement need not be read again.
    func offeredPolicy(having known: PolicyNumbers?) async throws -> OfferedPolicy {
        if let paired { return await paired.offeredPolicy }
        guard let authority else { return OfferedPolicy(numbers: nil, statement: nil, signers: []) }
        guard let numbers = try await authority.store.policyInForce(), numbers != known else {
            return OfferedPolicy(numbers: known, statement: nil, signers: [])
        }
        let signed = try await authority.store.signedPolicy()
        let signers = try await authority.store.issuers().filter {
            $0.role == .issuing && $0.isBelieved && $0.replacement == nil
        }.compactMap(\.certificate.publicKey)
        return OfferedPolicy(numbers: signed?.numbers, statement: signed?.octets, signers: signers)
    }
}

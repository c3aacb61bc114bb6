import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonTokens

/// What goes on beside the requests: looking whether challenges are answered (RFC 8555 §8.2), and finishing what a server
/// that ended left behind.
extension ACMEServer {
    /// A look and its storing are over well before: whoever implements the looking bounds it to less.
    static let lease: TimeInterval = 60
    /// An issuance takes milliseconds; one that has not ended after this long has nobody that works on it.
    static let finalizationLease: TimeInterval = 30

    /// Works until the task is cancelled. A look that is under way then is not stored, and is taken up again by another
    /// server or at the next start.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.pollStore() }
            await withTaskGroup(of: Void.self) { looks in
                var running = 0
                for await waiting in validations.waiting {
                    if running >= ValidationQueue.concurrent {
                        await looks.next()
                        running -= 1
                    }
                    running += 1
                    looks.addTask { await self.look(waiting.authorization, begun: waiting.begun) }
                }
                looks.cancelAll()
            }
            group.cancelAll()
        }
    }

    /// Every second what is due is taken from the store: a retry, or a look that a server which ended had begun.
    private func pollStore() async {
        var count = 0
        while !Task.isCancelled {
            await takeUpDueValidations()
            await takeUpUnfinishedOrders()
            if count.isMultiple(of: 10) { await giveUpIntents() }
            count += 1
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func takeUpDueValidations() async {
        await takeUpDue { validations.add($0) }
    }

    /// Takes what is due and looks at all of it, one after the other; for tests, which run no task beside.
    package func validateDue() async {
        await takeUpDue { await look($0) }
    }

    /// A store that cannot be read now is asked again in a second.
    private func takeUpDue(_ act: (ACMEAuthorization) async -> Void) async {
        let now = clock()
        guard let due = try? await store.dueAuthorizations(at: now, limit: ValidationQueue.concurrent) else { return }
        for authorization in due {
            var taken = authorization
            guard taken.takeUp(at: now, lease: Self.lease) else { continue }
            var decision = ACMEDecision()
            decision.authorizations = [taken]
            // Who was faster looks.
            guard (try? await store.commit(decision)) == .done else { continue }
            await act(taken)
        }
    }

    /// One look, and what it decides. Nothing is decided when the authorization has changed meanwhile: deactivated, or
    /// taken up by another server after the lease.
    package func look(_ authorization: ACMEAuthorization) async { await look(authorization, begun: nil) }

    private func look(_ authorization: ACMEAuthorization, begun: FirstLook?) async {
        guard let account = try? await store.account(authorization.account), account.status == .valid else { return }
        let seen: FirstLook.Seen
        if let begun {
            guard let found = await begun.seen() else { return }
            seen = found
        } else {
            seen = await see(authorization, account)
        }
        // Cancelled at the end of the process: another look is taken when the lease is over.
        if case .failure = seen, Task.isCancelled { return }
        _ = try? await store.commit(conclusion(from: seen, on: authorization, account).decision)
    }

    /// The look itself.
    func see(_ authorization: ACMEAuthorization, _ account: ACMEAccount) async -> FirstLook.Seen {
        guard let attempt = authorization.attempt, let challenge = authorization.challenge(attempt.kind),
            let thumbprint = JWK.thumbprint(account.key)
        else { return .failure(ValidationFailure(.serverInternal, "there is nothing to look at", isTransient: false)) }
        do throws(ValidationFailure) {
            let seen = try await validation.validate(
                ChallengeQuestion(
                    kind: attempt.kind, identifier: authorization.identifier, token: challenge.token,
                    keyAuthorization: "\(challenge.token).\(thumbprint)"))
            try await caa.check(
                CAAQuestion(
                    identifier: authorization.identifier, method: attempt.kind, accountURL: accountURL(account.id)))
            return .success(seen)
        } catch {
            return .failure(error)
        }
    }

    /// What a look decides.
    /// - Parameter stored: the revision that this follows in the store; that of `authorization` unless told.
    func conclusion(
        from seen: FirstLook.Seen, on authorization: ACMEAuthorization, _ account: ACMEAccount,
        after stored: Int64? = nil
    ) -> (authorization: ACMEAuthorization, decision: ACMEDecision) {
        guard let attempt = authorization.attempt else { return (authorization, ACMEDecision()) }
        var next = authorization
        var decision = ACMEDecision()
        let now = clock()
        switch seen {
        case .success(let evidence):
            next.validated(at: now, life: configuration.authorizationLife.seconds)
            decision.audit = [authority.sealed(.acmeAuthorizationValidated(next, account, attempt, evidence, at: now))]
        case .failure(let failure):
            next.failed(failure, at: now, retries: configuration.retries)
            if next.status == .invalid {
                decision.audit = [
                    authority.sealed(.acmeAuthorizationFailed(next, account, attempt, failure.problem, at: now))
                ]
            }
        }
        if let stored { next.revision = stored + 1 }
        decision.authorizations = [next]
        return (next, decision)
    }

    /// As CAA records name it (RFC 8657 §3). Without a configured URL there is no one name for it, and the path stands alone.
    func accountURL(_ id: ResourceID) -> String {
        (configuration.externalURL ?? "") + ACMEResource.account(id).path
    }

    // MARK: Orders

    private func takeUpUnfinishedOrders() async {
        let since = clock() - Self.finalizationLease
        guard let orders = try? await store.unfinishedOrders(since: since, limit: 16) else { return }
        for order in orders { await finish(order) }
    }

    /// A serial number that a server meant to sign when it ended, and whose order another one has finished with its own.
    private func giveUpIntents() async {
        _ = try? await authority.recover(olderThan: .seconds(Self.finalizationLease))
    }

    /// Finishes every order that nobody works on any more; for tests, which run no task beside.
    package func finishUnfinishedOrders() async { await takeUpUnfinishedOrders() }
}

public import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys

/// How far a replacement has come.
public struct ReplacementProgress: Equatable, Sendable {
    /// The one that is replaced.
    public let issuer: Issuer
    /// Certificates below it that are live, and were replaced by none.
    public let remaining: Int
    /// Ends that live, and have not confirmed the one that took its place.
    public let stragglers: [String]

    public var isOver: Bool { issuer.state == .retired }
}

/// An issuer whose key is in strange hands, or may be: another takes its place at once, its holders are told to renew now, and it
/// is taken back when all have, or at a deadline.
extension Succession {
    /// How long ends are waited for before the new one issues, although nobody else can be waited for: it is told to them within
    /// a second.
    public static let patience: Duration = .seconds(5)

    /// Begins a replacement; one that has begun goes on, with this deadline.
    ///
    /// One that is prepared takes its place; where there is none, one is made. A root is replaced by a root, with what is below
    /// it.
    public func replace(
        compromised word: String, by deadline: Date, patience: Duration = Self.patience, actor: String
    ) async throws(SuccessionFailure) -> Issuer {
        var issuers = try await issuers()
        let found = try Self.found(word, issuers)
        let now = authority.now
        guard deadline >= now else { throw .deadlinePassed(deadline) }
        guard found.state == .active || found.state == .superseded else {
            throw .notFrom(name: found.name, found.state, wish: "replaced")
        }
        var steps: [IssuerStep] = []
        var about = [found]
        if found.state == .active {
            let next = try await successor(of: found, issuers, actor: actor)
            await waitForEnds(before: next.changeCounter, patience)
            issuers = try await self.issuers()
            steps = try Self.activation(of: next, issuers, at: now)
            about.append(next)
        }
        let replacement = Issuer.Replacement(begun: found.replacement?.begun ?? now, by: deadline)
        let below = found.role == .root ? issuers.under(found.key) : []
        for one in [found] + below where one.state == .active || one.state == .superseded {
            // After the steps that made room for the next one, where there are any.
            steps.append(
                IssuerStep(one.key, from: .superseded, to: .superseded, at: now, replacement: replacement))
        }
        try await change(
            IssuerChange(steps: steps), .issuerCompromised, about, actor: actor,
            details: ["by": CertificateTime(deadline).description])
        try await refresh()
        return try await self.issuers().first { $0.key == found.key } ?? found
    }

    private func successor(
        of found: Issuer, _ issuers: [Issuer], actor: String
    ) async throws(SuccessionFailure) -> Issuer {
        guard let root = issuers.active(.root) else { throw .authority(.notCreated) }
        if let prepared = issuers.last(where: {
            $0.role == .issuing && $0.state == .prepared && (found.role == .root) == ($0.root != root.key)
        }) {
            return prepared
        }
        let made = try await make(found.role, below: try await signing(root))
        try await change(IssuerChange(prepared: made), .issuerPrepared, made, actor: actor, details: [:])
        try await refresh()
        guard let next = try await self.issuers().first(where: { $0.key == made.last?.key }) else {
            throw .authority(.notCreated)
        }
        return next
    }

    /// Ends that know the new one before it issues refuse nobody for being unknown.
    private func waitForEnds(before counter: UInt64, _ patience: Duration) async {
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end, !Task.isCancelled {
            guard let behind = try? await ends.stragglers(before: counter), !behind.isEmpty else { return }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    // MARK: Going on

    /// How the replacements stand that have begun and are not over.
    public func replacements() async throws(SuccessionFailure) -> [ReplacementProgress] {
        var found: [ReplacementProgress] = []
        for issuer in try await issuers() where issuer.replacement != nil && issuer.isBelieved {
            found.append(try await progress(of: issuer))
        }
        return found
    }

    public func progress(of name: String) async throws(SuccessionFailure) -> ReplacementProgress {
        try await progress(of: try Self.found(name, try await issuers()))
    }

    private func progress(of issuer: Issuer) async throws(SuccessionFailure) -> ReplacementProgress {
        let issuers = try await issuers()
        var remaining = 0
        for one in issuer.role == .root ? issuers.under(issuer.key) : [issuer] where one.isBelieved {
            remaining += try await self.remaining(below: one)
        }
        let since = issuers.active(.issuing)?.changeCounter ?? 0
        return ReplacementProgress(
            issuer: issuer, remaining: remaining, stragglers: try await stragglers(before: since, evenSo: true))
    }

    /// Takes back what was replaced: everybody has changed over, or its time is over. Any node may ask, as often as it likes.
    /// - Returns: what was taken back by this call.
    public func finishReplacements(actor: String) async throws(SuccessionFailure) -> [ReplacementProgress] {
        var over: [ReplacementProgress] = []
        // A root comes after what is below it.
        let standing = try await replacements().sorted { $0.issuer.role == .issuing && $1.issuer.role == .root }
        for one in standing {
            guard let replacement = one.issuer.replacement, one.issuer.state == .superseded else { continue }
            let isLate = authority.now >= replacement.by
            guard isLate || (one.remaining == 0 && one.stragglers.isEmpty) else { continue }
            let below = try await issuers().under(one.issuer.key)
            guard one.issuer.role == .issuing || !below.contains(where: \.isBelieved) else { continue }
            do {
                try await retire(
                    [one.issuer], .issuerReplaced, actor: actor,
                    details: ["remaining": "\(one.remaining)", "stragglers": "\(one.stragglers.count)"])
            } catch .store(.overtaken) {
                // Another node was faster.
                continue
            }
            over.append(one)
        }
        return over
    }
}

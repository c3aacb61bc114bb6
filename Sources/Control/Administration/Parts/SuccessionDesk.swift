internal import Foundation
public import SymbolonAuthority
internal import SymbolonCertificates
internal import SymbolonKeys
internal import SymbolonRevocation

/// Prepares, activates, retires and replaces issuers for administrators.
public struct SuccessionDesk: Sendable {
    private let succession: Succession
    private let authority: IssuingAuthority
    private let reader: AuthorityReader
    private let policies: PolicyDesk

    /// An hour: what renews by itself has changed over by then, many times over.
    static let standardReplacement: TimeInterval = 3600

    public init(
        _ succession: Succession, of authority: IssuingAuthority, reader: AuthorityReader, policies: PolicyDesk
    ) {
        self.succession = succession
        self.authority = authority
        self.reader = reader
        self.policies = policies
    }

    func show(_ word: String) async throws(AdministrationFailure) -> IssuerReport {
        do throws(SuccessionFailure) {
            let progress = try await succession.progress(of: word)
            return try await reader.report(on: progress.issuer, stragglers: progress.stragglers)
        } catch {
            throw AdministrationFailure(error, wish: "shown")
        }
    }

    func prepare(_ wish: PrepareIssuer, in call: Call) async throws(AdministrationFailure) -> IssuerList {
        let role = try Asked.parse(wish.role ?? Issuer.Role.issuing.rawValue, "a role of an issuer") {
            Issuer.Role(rawValue: $0)
        }
        do throws(SuccessionFailure) {
            var reports: [IssuerReport] = []
            for one in try await succession.prepare(role, actor: call.actor) {
                reports.append(try await reader.report(on: one))
            }
            return IssuerList(issuers: reports)
        } catch {
            throw AdministrationFailure(error, wish: "prepared")
        }
    }

    func activate(_ wish: ActivateIssuer, in call: Call) async throws(AdministrationFailure) -> IssuerReport {
        let report: IssuerReport
        do throws(SuccessionFailure) {
            report = try await reader.report(
                on: try await succession.activate(wish.issuer, evenSo: wish.evenSo ?? false, actor: call.actor))
        } catch {
            throw AdministrationFailure(error, wish: "activated")
        }
        try await policies.signAnew(actor: call.actor)
        return report
    }

    func retire(_ wish: RetireIssuer, in call: Call) async throws(AdministrationFailure) -> IssuerReport {
        do throws(SuccessionFailure) {
            return try await reader.report(
                on: try await succession.retire(wish.issuer, evenSo: wish.evenSo ?? false, actor: call.actor))
        } catch {
            throw AdministrationFailure(error, wish: "retired")
        }
    }

    func replace(_ wish: ReplaceIssuer, in call: Call) async throws(AdministrationFailure) -> IssuerReport {
        let report: IssuerReport
        do throws(SuccessionFailure) {
            let deadline = wish.by ?? authority.now + Self.standardReplacement
            let issuer = try await succession.replace(compromised: wish.issuer, by: deadline, actor: call.actor)
            let progress = try await succession.progress(of: issuer.name)
            report = try await reader.report(on: progress.issuer, stragglers: progress.stragglers)
        } catch {
            throw AdministrationFailure(error, wish: "replaced")
        }
        try await policies.signAnew(actor: call.actor)
        return report
    }

    /// - Returns: how it stands after that.
    func finish(_ word: String, in call: Call) async throws(AdministrationFailure) -> IssuerReport {
        do throws(SuccessionFailure) {
            _ = try await succession.finishReplacements(actor: call.actor)
        } catch {
            throw AdministrationFailure(error, wish: "taken back")
        }
        return try await show(word)
    }

    func publishRootLists(
        _ wish: PublishRootLists, in call: Call
    ) async throws(AdministrationFailure) -> RootListReports {
        let longest = Int(RootListPublisher.longestLife.components.seconds / 86_400)
        let days = wish.days ?? Int(RootListPublisher.standardLife.components.seconds / 86_400)
        guard (1...longest).contains(days) else {
            throw AdministrationFailure(
                .malformed, what: "a root's list for \(days) days", why: "it holds for 1 to \(longest) days")
        }
        do throws(SuccessionFailure) {
            let issuers = try await succession.issuers()
            let made = try await succession.publishLists(life: .seconds(days * 86_400), actor: call.actor)
            return RootListReports(
                lists: made.published.map { list in
                    RootListReports.List(
                        root: issuers.first { $0.key == list.issuerKey }?.name ?? list.issuerKey.description,
                        number: list.number, entries: list.count, thisUpdate: list.thisUpdate,
                        nextUpdate: list.nextUpdate)
                }, keysAway: made.keysAway.map(\.name))
        } catch {
            throw AdministrationFailure(error, wish: "listed")
        }
    }
}

extension AuthorityReader {
    func issuers() async throws(AdministrationFailure) -> IssuerList {
        do throws(StoreFailure) {
            var reports: [IssuerReport] = []
            for one in try await store.issuers() { reports.append(try await made(one, nil)) }
            return IssuerList(issuers: reports)
        } catch {
            throw AdministrationFailure(error)
        }
    }

    func report(on issuer: Issuer, stragglers: [String]? = nil) async throws(SuccessionFailure) -> IssuerReport {
        do {
            return try await made(issuer, stragglers)
        } catch {
            throw .store(error)
        }
    }

    private func made(_ issuer: Issuer, _ stragglers: [String]?) async throws(StoreFailure) -> IssuerReport {
        IssuerReport(
            name: issuer.name, role: issuer.role.rawValue, state: issuer.state.rawValue, since: issuer.since,
            root: issuer.rootName, certificate: AuthorityCertificateReport(issuer.certificate),
            remaining: issuer.role == .root ? nil : try await store.remaining(below: issuer.key, at: clock()),
            revokedAt: issuer.revocation?.since, reason: issuer.revocation?.reason.rawValue,
            replacedBy: issuer.replacement?.by, stragglers: stragglers)
    }
}

extension AdministrationFailure {
    public init(_ failure: SuccessionFailure, wish: String) {
        let kind: Kind
        var mend: String?
        switch failure {
        case .unknown, .ambiguous: (kind, mend) = (.notFound, "see what there is: symbolon authority list")
        case .notFrom, .compromised: (kind, mend) = (.conflict, "see how it stands: symbolon authority list")
        case .rootInUse: (kind, mend) = (.conflict, "activate another first: symbolon authority prepare --root")
        case .stragglers:
            (kind, mend) = (
                .conflict,
                "wait until they are there or end; what is lost with them is theirs: --even-so does it, and is written down"
            )
        case .inUse:
            (kind, mend) = (
                .conflict,
                "wait until their holders have renewed them or they have ended; --even-so does it, and is written down"
            )
        case .keyNotHere(let role, _, _):
            (kind, mend) = (
                .unavailable,
                role == .root
                    ? "bring the root's key into keys/ of the authority's home for as long as this takes"
                    : "copy its file from keys/ of the node that prepared it"
            )
        case .deadlinePassed: (kind, mend) = (.malformed, "name a time that is to come")
        case .keys, .lists, .authority: kind = .unavailable
        case .issuance(let issuance):
            self.init(issuance)
            return
        case .store(let store):
            self.init(store)
            return
        }
        self.init(kind, what: "nothing was \(wish)", why: failure.explanation, mend: mend)
    }
}

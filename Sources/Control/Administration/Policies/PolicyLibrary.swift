public import SymbolonAccessPolicy
internal import SymbolonAuthority
public import SymbolonNames

/// Shows the versions of the policy, and the groups. No key is needed for it.
public struct PolicyLibrary: Sendable {
    /// Takes a text apart, in whatever syntax policies are written.
    public typealias Parser = @Sendable (_ text: String) throws(PolicyFaults) -> PolicyNode

    let store: any PolicyStore & EmergencyStore
    let trustDomain: TrustDomain
    let parse: Parser

    public init(store: any PolicyStore & EmergencyStore, trustDomain: TrustDomain, parse: @escaping Parser) {
        self.store = store
        self.trustDomain = trustDomain
        self.parse = parse
    }

    /// As rules with the authority's groups.
    func document(
        _ text: String, with groups: [GroupName: Set<SPIFFEID>]
    ) throws(PolicyFaults) -> PolicyDocument {
        try PolicyDocument(try parse(text), defaultDomain: trustDomain, groups: groups)
    }

    func versions() async throws(AdministrationFailure) -> PolicyVersionList {
        do throws(StoreFailure) {
            return PolicyVersionList(
                versions: try await store.policyVersions(limit: PolicyVersionList.most).map(PolicyVersionReport.init))
        } catch {
            throw AdministrationFailure(error)
        }
    }

    func show(_ word: String) async throws(AdministrationFailure) -> PolicyTextReport {
        let found: PublishedPolicy?
        do throws(StoreFailure) {
            found =
                word == "current"
                ? try await store.policyLedger().policy : try await published(Int64(word) ?? 0)
        } catch {
            throw AdministrationFailure(error)
        }
        guard let found else { throw Self.noVersion(word) }
        return PolicyTextReport(version: PolicyVersionReport(found.version), text: found.text)
    }

    private func published(_ number: Int64) async throws(StoreFailure) -> PublishedPolicy? {
        number > 0 ? try await store.publishedPolicy(number) : nil
    }

    static func noVersion(_ word: String) -> AdministrationFailure {
        word == "current"
            ? AdministrationFailure(
                .notFound, what: "no policy was published yet", why: "ends that follow it let nobody in",
                mend: "publish one: symbolon policy publish FILE")
            : AdministrationFailure(
                .notFound, what: "there is no version \(word.debugDescription) of the policy",
                mend: "see which there are: symbolon policy list")
    }

    func inForce() async throws(AdministrationFailure) -> PolicyInForceReport {
        do throws(StoreFailure) {
            let signed = try await store.signedPolicy()
            return PolicyInForceReport(statement: signed.map { String(decoding: $0.octets, as: UTF8.self) })
        } catch {
            throw AdministrationFailure(error)
        }
    }

    // MARK: Groups

    func groups() async throws(AdministrationFailure) -> GroupList {
        do throws(StoreFailure) {
            let named = named(in: try await store.policyLedger())
            return GroupList(
                groups: try await store.groups().map {
                    GroupList.Entry($0.name, members: $0.members, isNamed: named.contains($0.name))
                })
        } catch {
            throw AdministrationFailure(error)
        }
    }

    /// What the policy in force asks for. It was read when it was published.
    func named(in ledger: PolicyLedger) -> Set<GroupName> {
        guard let text = ledger.policy?.text, let document = try? document(text, with: ledger.groups) else { return [] }
        return document.authorityGroups
    }

    func group(_ word: String) async throws(AdministrationFailure) -> GroupReport {
        let name = try Self.groupName(word)
        let found: [GroupMember]?
        do throws(StoreFailure) {
            found = try await store.members(of: name)
        } catch {
            throw AdministrationFailure(error)
        }
        guard let found else {
            throw AdministrationFailure(
                .notFound, what: "there is no group \(word.debugDescription)",
                mend: "see which there are: symbolon group list; or make it: symbolon group add \(name) IDENTITY")
        }
        return GroupReport(name, found)
    }

    static func groupName(_ word: String) throws(AdministrationFailure) -> GroupName {
        guard let name = GroupName(word) else {
            throw AdministrationFailure(
                .malformed, what: "\(word.debugDescription) is no name of a group",
                why: "it has 1 to 64 lower-case letters, digits and hyphens", mend: "write it like night-shift")
        }
        return name
    }
}

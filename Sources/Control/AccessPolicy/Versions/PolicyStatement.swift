public import Foundation
public import SymbolonKeys
public import SymbolonNames
public import SymbolonTokens
import SymbolonWire

/// What an authority says of who may pass: one version of its policy, and the members of the groups that it names.
///
/// It travels as a JSON Web Signature by the key that certificates are issued with. docs/Decisions/0016 says why.
public struct PolicyStatement: Equatable, Sendable {
    /// Of the authority, and of the policy's short names.
    public let trustDomain: TrustDomain
    public let numbers: PolicyNumbers
    /// Whole seconds.
    public let madeAt: Date
    /// The document, as it was published.
    public let text: String
    public let groups: [GroupName: Set<SPIFFEID>]
    /// By number. What is over by an end's own clock is nothing to it.
    public let emergencies: [EmergencyPermission]

    public init(
        of trustDomain: TrustDomain, _ numbers: PolicyNumbers, at madeAt: Date, text: String,
        groups: [GroupName: Set<SPIFFEID>], emergencies: [EmergencyPermission] = []
    ) {
        self.trustDomain = trustDomain
        self.numbers = numbers
        self.madeAt = Date(timeIntervalSince1970: madeAt.timeIntervalSince1970.rounded(.down))
        self.text = text
        self.groups = groups
        self.emergencies = emergencies.sorted { $0.number < $1.number }
    }

    /// 1 MiB: ten times what a thousand rules need.
    public static let mostTextOctets = 1 << 20
    /// In all groups together. 100,000: some 6 MiB.
    public static let mostMembers = 100_000

    /// RFC 7515 §4.1.9, and RFC 8725 §3.11: what is signed for this is taken for nothing else.
    static let type = "symbolon-policy+jws"
    /// The same with permissions for emergencies: releases that do not know them refuse it, and know no allowance beyond rules.
    static let emergencyType = "symbolon-policy-emergency+jws"
    private static let limits = JSONReader.Limits(octets: 1 << 26, depth: 5, values: 2 * mostMembers)

    // MARK: Signing

    /// The compact text of the flattened form (RFC 7515 §7.2.2).
    /// - Parameter sign: with the key of the authority that issues.
    public func signed(
        for key: PublicKey, by sign: ([UInt8]) throws(KeyFailure) -> [UInt8]
    ) throws(JWSFailure) -> [UInt8] {
        try FlattenedJWS.sign(
            payload: payload,
            header: [
                JSONMember("kid", .string(key.fingerprint.description)),
                JSONMember("typ", .string(emergencies.isEmpty ? Self.type : Self.emergencyType)),
            ], for: key, by: sign
        ).json.bytes
    }

    private var payload: [UInt8] {
        let groups = groups.sorted { $0.key < $1.key }.map { name, members in
            JSONMember(name.description, .array(members.map(\.description).sorted().map { .string($0) }))
        }
        let permissions =
            emergencies.isEmpty ? [] : [JSONMember("emergencies", .array(emergencies.map(\.json)))]
        let members = [
            JSONMember("trustDomain", .string(trustDomain.description)),
            JSONMember("policyVersion", .integer(numbers.policy)),
            JSONMember("groupsVersion", .integer(numbers.groups)),
            JSONMember("iat", .integer(Int64(madeAt.timeIntervalSince1970))), JSONMember("policy", .string(text)),
            JSONMember("groups", .object(groups)),
        ]
        return JSONValue.object(members + permissions).bytes
    }

    // MARK: Reading

    /// A member that nobody knows is none of this form: a later one has another type.
    /// - Parameter isEmergency: by its type: it has permissions for emergencies.
    init(payload: [UInt8], isEmergency: Bool) throws(PolicyStatementFailure) {
        let value: JSONValue
        do throws(JSONFailure) {
            value = try JSONReader.parse(payload, limits: Self.limits)
        } catch {
            throw .malformed(error.explanation)
        }
        guard let members = value.members, members.count == (isEmergency ? 7 : 6),
            let policy = value["policyVersion"]?.integer, policy > 0,
            let groupsVersion = value["groupsVersion"]?.integer, groupsVersion >= 0,
            let seconds = value["iat"]?.integer, let text = value["policy"]?.string,
            let groups = value["groups"]?.members, let domain = value["trustDomain"]?.string
        else { throw .malformed("a member is missing, or is no such thing") }
        numbers = PolicyNumbers(policy: policy, groups: groupsVersion)
        madeAt = Date(timeIntervalSince1970: TimeInterval(seconds))
        self.text = text
        do throws(NameFailure) {
            trustDomain = try TrustDomain(domain)
            self.groups = try Self.groups(groups)
        } catch {
            throw .malformed(error.explanation)
        }
        guard self.groups.count == groups.count else { throw .malformed("a group's name is none") }
        var permissions: [EmergencyPermission] = []
        if isEmergency {
            guard let values = value["emergencies"]?.array,
                (1...EmergencyPermission.mostAtOnce).contains(values.count)
            else { throw .malformed("permissions for emergencies are none, or too many") }
            for one in values { permissions.append(try EmergencyPermission(one)) }
        }
        emergencies = permissions
    }

    private static func groups(_ members: [JSONMember]) throws(NameFailure) -> [GroupName: Set<SPIFFEID>] {
        var groups: [GroupName: Set<SPIFFEID>] = [:]
        for member in members {
            guard let name = GroupName(member.name), let texts = member.value.array?.compactMap(\.string) else {
                continue
            }
            var identities: Set<SPIFFEID> = []
            for text in texts { identities.insert(try SPIFFEID(text)) }
            groups[name] = identities
        }
        return groups
    }

    static func presented(_ octets: [UInt8]) throws(PolicyStatementFailure) -> FlattenedJWS {
        do throws(JWSFailure) {
            return try FlattenedJWS(octets, limits: limits)
        } catch {
            throw .signature(error)
        }
    }
}

import Foundation
import SymbolonAccessPolicy
import SymbolonCertificates
import SymbolonHTTPServices
import SymbolonProxy
import SymbolonStorage

/// What the command itself has to tell while ends run, beside their events. Encodes as one flat object, as those do.
enum EndNotice: Sendable, Encodable {
    enum IdentityChange: String, Sendable, Encodable {
        case issued, renewed, replaced
    }

    case identity(IdentityChange, StoredIdentity)
    /// A service is reached as the only identity of the home, where none is named.
    case chosen(IdentityName, for: String)
    /// It is tried again.
    case renewalFailed(StoredIdentity, failures: Int, secondsLeft: Double, next: Date, why: String)
    /// The authority elsewhere answers again, after so many seconds.
    case authorityHeard(after: Double)
    /// A collector takes spans again; so many were lost.
    case tracesRecovered(collector: String, lost: UInt64)
    /// A changed file of rules is in force.
    case policy(service: String, file: String, rules: Int)
    /// Changed keys of one whose tokens are believed are in force.
    case issuerKeys(service: String, issuer: String, keys: Int)
    /// A version that the authority has published is in force.
    case policyVersion(service: String, PolicyNumbers, rules: Int)
    /// A changed file of rules is none, or what the authority publishes is not taken; what was in force stays so.
    case policyRefused(service: String?, file: String, faults: [String])
    /// A changed file of those by whom the service behind an end is believed is in force.
    case backendAnchors(service: String, file: String, count: Int)
    case warning(service: String?, what: String, why: String?, mend: String?)
    /// An end that was asked to stop takes no more connections and lets the live ones finish, for so long, or to their end.
    case draining(service: String, role: EndRole, live: UInt64, seconds: Int64?)
    case counters(service: String, role: EndRole, Counters)
    /// Live connections were ended over the control socket, by this user of the machine.
    case closedByHand(service: String, role: EndRole, count: Int, user: UInt32, why: String?, filter: ConnectionFilter)
    /// A page of metrics is served there.
    case metrics(address: String)
    /// This process has gone on in the place of others, at so many of their sockets.
    case tookOver(from: [Int32], sockets: Int)
    /// Another process goes on in the place of this one, which serves what is live here to its end.
    case retired(ends: [String])
    /// What is reported of a peer's machine is in force, until then; nil: it was withdrawn.
    case posture(PostureReport, until: Date?, user: UInt32)
    /// Leave beyond the rules: asked for at an authority, begun or ended there or at the ends here.
    case emergency(EmergencyNotice.Change, EmergencyNotice)
    /// It has given up what it does not need. Landlock's version; nil: files are as open as to any process of the user.
    case confined(user: UInt32, landlock: Int32?)
    /// It keeps the rights of root, which nobody asked it to.
    case unconfined
    /// What may have changed was looked at because somebody asked.
    case reloaded
    /// Of the authority's own server.
    case server(ServerEvent)

    static let asRoot = (
        what: "this process keeps all rights of root, which it needs no longer",
        remedy: "--user NAME, of one who has no other rights and whose home this is"
    )

    var name: String {
        switch self {
        case .identity, .chosen: "identity"
        case .renewalFailed: "renewalFailed"
        case .authorityHeard: "authorityHeard"
        case .tracesRecovered: "tracesRecovered"
        case .issuerKeys: "issuerKeys"
        case .policy, .policyVersion: "policy"
        case .policyRefused: "policyRefused"
        case .backendAnchors: "backendAnchors"
        case .warning: "warning"
        case .draining: "draining"
        case .counters: "counters"
        case .closedByHand: "closedByHand"
        case .metrics: "metrics"
        case .tookOver: "tookOver"
        case .retired: "retired"
        case .posture: "posture"
        case .emergency: "emergency"
        case .confined: "confined"
        case .unconfined: "unconfined"
        case .reloaded: "reloaded"
        case .server: "authority"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case event = "event_type"
        case service, role, change, name, serial, validUntil
        case what, why, remedy = "do"
        case live, seconds
        case closed, user, filter, address
        case file, rules, faults, version, groupsVersion
        case failures, secondsLeft, next
        case processes, sockets, ends, landlock, anchors
        case issuer, keys
        case collector, lost
        case peer, signals, until
    }

    func encode(to encoder: any Encoder) throws {
        if case .server(let event) = self { return try ServerNotice(event: event).encode(to: encoder) }
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(name, forKey: .event)
        switch self {
        case .identity(let change, let identity):
            try object.encode(change, forKey: .change)
            try object.encode(identity.name.description, forKey: .name)
            try object.encode(identity.leaf.serialNumber.description, forKey: .serial)
            try object.encode(identity.leaf.notAfter, forKey: .validUntil)
        case .chosen(let identity, let service):
            try object.encode("chosen", forKey: .change)
            try object.encode(identity.description, forKey: .name)
            try object.encode(service, forKey: .service)
        case .renewalFailed(let identity, let failures, let secondsLeft, let next, let why):
            try object.encode(identity.name.description, forKey: .name)
            try object.encode(identity.leaf.serialNumber.description, forKey: .serial)
            try object.encode(identity.leaf.notAfter, forKey: .validUntil)
            try object.encode(failures, forKey: .failures)
            try object.encode(Int64(secondsLeft), forKey: .secondsLeft)
            try object.encode(next, forKey: .next)
            try object.encode(why, forKey: .why)
        case .authorityHeard(let seconds):
            try object.encode(Int64(seconds), forKey: .seconds)
        case .tracesRecovered(let collector, let lost):
            try object.encode(collector, forKey: .collector)
            try object.encode(lost, forKey: .lost)
        case .issuerKeys(let service, let issuer, let keys):
            try object.encode(service, forKey: .service)
            try object.encode(issuer, forKey: .issuer)
            try object.encode(keys, forKey: .keys)
        case .policy(let service, let file, let rules):
            try object.encode(service, forKey: .service)
            try object.encode(file, forKey: .file)
            try object.encode(rules, forKey: .rules)
        case .policyVersion(let service, let numbers, let rules):
            try object.encode(service, forKey: .service)
            try object.encode("authority", forKey: .file)
            try object.encode(numbers.policy, forKey: .version)
            try object.encode(numbers.groups, forKey: .groupsVersion)
            try object.encode(rules, forKey: .rules)
        case .policyRefused(let service, let file, let faults):
            try object.encodeIfPresent(service, forKey: .service)
            try object.encode(file, forKey: .file)
            try object.encode(faults, forKey: .faults)
        case .backendAnchors(let service, let file, let count):
            try object.encode(service, forKey: .service)
            try object.encode(file, forKey: .file)
            try object.encode(count, forKey: .anchors)
        case .warning(let service, let what, let why, let mend):
            try object.encodeIfPresent(service, forKey: .service)
            try object.encode(what, forKey: .what)
            try object.encodeIfPresent(why, forKey: .why)
            try object.encodeIfPresent(mend, forKey: .remedy)
        case .draining(let service, let role, let live, let seconds):
            try object.encode(service, forKey: .service)
            try object.encode(role, forKey: .role)
            try object.encode(live, forKey: .live)
            try object.encodeIfPresent(seconds, forKey: .seconds)
        case .counters(let service, let role, let counters):
            try object.encode(service, forKey: .service)
            try object.encode(role, forKey: .role)
            try counters.encode(to: encoder)
        case .closedByHand(let service, let role, let count, let user, let why, let filter):
            try object.encode(service, forKey: .service)
            try object.encode(role, forKey: .role)
            try object.encode(count, forKey: .closed)
            try object.encode(user, forKey: .user)
            try object.encodeIfPresent(why, forKey: .why)
            try object.encode(filter, forKey: .filter)
        case .metrics(let address): try object.encode(address, forKey: .address)
        case .tookOver(let processes, let sockets):
            try object.encode(processes, forKey: .processes)
            try object.encode(sockets, forKey: .sockets)
        case .retired(let ends): try object.encode(ends, forKey: .ends)
        case .posture(let said, let until, let user):
            try object.encode(said.peer, forKey: .peer)
            try object.encode(said.signals, forKey: .signals)
            try object.encodeIfPresent(until, forKey: .until)
            try object.encode(user, forKey: .user)
        case .emergency(let change, let notice):
            try object.encode(change, forKey: .change)
            try notice.encode(to: encoder)
        case .confined(let user, let landlock):
            try object.encode(user, forKey: .user)
            try object.encodeIfPresent(landlock, forKey: .landlock)
        case .unconfined:
            try object.encode(Self.asRoot.what, forKey: .what)
            try object.encode(Self.asRoot.remedy, forKey: .remedy)
        case .reloaded, .server: break
        }
    }
}

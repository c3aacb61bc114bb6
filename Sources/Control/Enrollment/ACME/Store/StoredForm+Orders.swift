import Foundation
public import SymbolonAuthority
import SymbolonCertificates
import SymbolonWire

extension ACMEOrder: StoredForm {
    public var stored: [UInt8] {
        var members: [JSONMember] = [
            JSONMember("id", .id(id)), JSONMember("account", .id(account)),
            JSONMember("identifiers", .texts(identifiers.map(\.description))),
            JSONMember("profile", .string(profile)),
            JSONMember("authorizations", .texts(authorizations.map(\.description))),
            JSONMember("createdAt", .time(createdAt)), JSONMember("expiresAt", .time(expiresAt)),
            JSONMember("revision", .integer(revision)), JSONMember("state", .string(state.name.rawValue)),
        ]
        if let replaces { members.append(JSONMember("replaces", .string(replaces.description))) }
        switch state {
        case .open: break
        case .processing(let finalization):
            members.append(JSONMember("request", .octets(finalization.request)))
            members.append(JSONMember("since", .time(finalization.since)))
        case .valid(let serialNumber): members.append(JSONMember("certificate", .string(serialNumber.description)))
        case .invalid(let problem): members.append(JSONMember("problem", problem.json))
        }
        return JSONValue.object(members).bytes
    }

    public init(stored text: [UInt8]) throws(StoreFailure) {
        let reader = try StoredReader(text, "an ACME order")
        let state: State =
            switch try reader.parsed("state", State.Name.init(rawValue:)) {
            case .open: .open
            case .processing:
                .processing(Finalization(request: try reader.octets("request"), since: try reader.time("since")))
            case .valid: .valid(try reader.parsed("certificate") { SerialNumber($0) })
            case .invalid: .invalid(try ACMEProblem.read(reader.inside("problem")))
            }
        self.init(
            id: try reader.id("id"), account: try reader.id("account"),
            identifiers: try reader.values("identifiers") { ACMEIdentifier($0) },
            profile: try reader.text("profile"),
            authorizations: try reader.values("authorizations") { ResourceID($0) },
            replaces: reader.has("replaces") ? try reader.parsed("replaces") { SerialNumber($0) } : nil,
            createdAt: try reader.time("createdAt"), expiresAt: try reader.time("expiresAt"), state: state,
            revision: try reader.integer("revision"))
    }
}

extension ACMEAuthorization: StoredForm {
    public var stored: [UInt8] {
        JSONValue.stored([
            "id": .id(id), "account": .id(account), "identifier": .string(identifier.description),
            "createdAt": .time(createdAt), "expiresAt": .time(expiresAt), "status": .string(status.rawValue),
            "challenges": .array(challenges.map(\.json)),
            "attempt": attempt.map { attempt in
                .stored([
                    "kind": .string(attempt.kind.rawValue), "number": .integer(Int64(attempt.number)),
                    "dueAt": .time(attempt.dueAt),
                ])
            },
            "revision": .integer(revision),
        ]).bytes
    }

    public init(stored text: [UInt8]) throws(StoreFailure) {
        let reader = try StoredReader(text, "an ACME authorization")
        var challenges: [ACMEChallenge] = []
        for element in try reader.elements("challenges") {
            challenges.append(try ACMEChallenge.read(StoredReader(element, "an ACME challenge")))
        }
        var attempt: Attempt?
        if let inside = try reader.insideIfAny("attempt") {
            attempt = Attempt(
                kind: try inside.parsed("kind", ChallengeKind.init(rawValue:)),
                number: Int(try inside.integer("number")), dueAt: try inside.time("dueAt"))
        }
        self.init(
            id: try reader.id("id"), account: try reader.id("account"),
            identifier: try reader.parsed("identifier") { ACMEIdentifier($0) },
            createdAt: try reader.time("createdAt"), expiresAt: try reader.time("expiresAt"),
            status: try reader.parsed("status", Status.init(rawValue:)), challenges: challenges, attempt: attempt,
            revision: try reader.integer("revision"))
    }
}

extension ACMEChallenge {
    fileprivate var json: JSONValue {
        let (state, at, problem): (String, Date?, ACMEProblem?) =
            switch self.state {
            case .pending: ("pending", nil, nil)
            case .processing(let problem): ("processing", nil, problem)
            case .valid(let at): ("valid", at, nil)
            case .invalid(let problem): ("invalid", nil, problem)
            }
        return .stored([
            "kind": .string(kind.rawValue), "token": .string(token), "state": .string(state),
            "at": at.map(JSONValue.time), "problem": problem?.json,
        ])
    }

    fileprivate static func read(_ reader: StoredReader) throws(StoreFailure) -> ACMEChallenge {
        let state: State
        switch try reader.text("state") {
        case "pending": state = .pending
        case "processing":
            state = .processing(try reader.has("problem") ? ACMEProblem.read(reader.inside("problem")) : nil)
        case "valid": state = .valid(at: try reader.time("at"))
        case "invalid": state = .invalid(try ACMEProblem.read(reader.inside("problem")))
        default: throw reader.damaged("state")
        }
        return ACMEChallenge(
            kind: try reader.parsed("kind", ChallengeKind.init(rawValue:)), token: try reader.text("token"),
            state: state)
    }
}

extension ACMEProblem {
    fileprivate var json: JSONValue {
        .stored([
            "kind": .string(kind.rawValue), "detail": .string(detail),
            "subproblems": subproblems.isEmpty
                ? nil
                : .array(
                    subproblems.map { one in
                        [
                            "kind": .string(one.kind.rawValue), "detail": .string(one.detail),
                            "identifier": .string(one.identifier.description),
                        ]
                    }),
        ])
    }

    fileprivate static func read(_ reader: StoredReader) throws(StoreFailure) -> ACMEProblem {
        var subproblems: [Subproblem] = []
        for element in reader.has("subproblems") ? try reader.elements("subproblems") : [] {
            let inside = StoredReader(element, "a subproblem")
            subproblems.append(
                Subproblem(
                    try inside.parsed("kind", Kind.init(rawValue:)), try inside.text("detail"),
                    for: try inside.parsed("identifier") { ACMEIdentifier($0) }))
        }
        return ACMEProblem(
            try reader.parsed("kind", Kind.init(rawValue:)), try reader.text("detail"), subproblems: subproblems)
    }
}

import Foundation
import SymbolonAuthority
import SymbolonTokens
import SymbolonWire

/// A request that is not done: the problem, and what goes with it on the wire.
struct ACMERefusal: Error {
    let problem: ACMEProblem
    var status: Int
    var headers: [(name: String, value: String)] = []
    /// RFC 8555 §6.2: with `badSignatureAlgorithm` go the algorithms that are taken.
    var members: [JSONMember] = []

    init(_ problem: ACMEProblem, status: Int? = nil) {
        self.problem = problem
        self.status = status ?? problem.kind.status
    }

    init(_ kind: ACMEProblem.Kind, _ detail: String, status: Int? = nil) {
        self.init(ACMEProblem(kind, detail), status: status)
    }

    /// E02: what is not there and what is another's look alike.
    static func notThere(_ what: String) -> ACMERefusal {
        ACMERefusal(.unauthorized, "this account has no such \(what)")
    }

    static func later(_ detail: String, after seconds: TimeInterval) -> ACMERefusal {
        var refusal = ACMERefusal(.rateLimited, detail)
        refusal.headers = [("Retry-After", "\(Int(max(1, seconds.rounded(.up))))")]
        return refusal
    }

    /// The client is told no more than that it may come again.
    init(_ failure: StoreFailure) {
        self.init(.serverInternal, "the authority's store cannot be used now; try again later", status: 503)
        headers = [("Retry-After", "5")]
        cause = failure
    }

    /// For our own log, never for the client.
    private(set) var cause: StoreFailure?

    init(_ failure: JWSFailure) {
        switch failure {
        case .algorithm, .algorithmDoesNotFitKey:
            self.init(.badSignatureAlgorithm, failure.explanation)
            members = [JSONMember("algorithms", .texts(JWSAlgorithm.allCases.map(\.rawValue)))]
        default: self.init(.malformed, failure.explanation)
        }
    }

    var response: ACMEResponse {
        var response = ACMEResponse(
            status, contentType: "application/problem+json",
            JSONValue.object((problem.document(status: status).members ?? []) + members).bytes)
        response.headers = headers
        return response
    }
}

extension ACMEProblem.Kind {
    /// RFC 8555 §6.7 leaves the status free but for `rateLimited`; these are what other servers send.
    fileprivate var status: Int {
        switch self {
        case .unauthorized, .orderNotReady, .userActionRequired, .caa: 403
        case .rateLimited: 429
        case .alreadyReplaced: 409
        case .serverInternal: 500
        default: 400
        }
    }

    /// RFC 8555 §6.7: the registered URN.
    var urn: String { "urn:ietf:params:acme:error:\(rawValue)" }
}

extension ACMEProblem {
    /// RFC 7807, RFC 8555 §6.7.1.
    func document(status: Int? = nil) -> JSONValue {
        var members = [JSONMember("type", .string(kind.urn)), JSONMember("detail", .string(detail))]
        if let status { members.append(JSONMember("status", .integer(Int64(status)))) }
        if !subproblems.isEmpty {
            members.append(
                JSONMember(
                    "subproblems",
                    .array(
                        subproblems.map { one in
                            [
                                "type": .string(one.kind.urn), "detail": .string(one.detail),
                                "identifier": [
                                    "type": .string(one.identifier.type), "value": .string(one.identifier.value),
                                ],
                            ]
                        })))
        }
        return .object(members)
    }
}

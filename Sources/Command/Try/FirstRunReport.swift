import Foundation
import SymbolonProxy
import SymbolonWire

/// What the first run did and saw: the one object of `symbolon try --json`.
struct FirstRunReport: JSONMembers {
    var home = ""
    var trustDomain = ""
    var authorityIsNew = false
    /// Nil: the client's machine was introduced by a run before.
    var pairing: Pairing?
    /// From the start of the command to both ends proved and the page read.
    var firstExchangeMilliseconds = 0.0
    /// What the client proved to the service's end.
    var clientProof: ConnectionFacts?
    /// What the service proved to the client's end.
    var serviceProof: ConnectionFacts?
    var page = ""
    var impostors: [Trial] = []
    var revocation: Cut?
    /// What was not as it should be; empty when all was.
    var failures: [String] = []
    var passed: Bool { failures.isEmpty }

    /// How the client's machine became known.
    struct Pairing {
        let invitation: Int
        let identity: String
        let home: String
        /// Used by the time that anybody reads it.
        let code: String
        let milliseconds: Double
    }

    /// One impostor and what became of it.
    struct Trial {
        let who: String
        /// Which end refused: `protect` or `reach`.
        let refusedBy: String
        let reason: String
        let clause: String
        let explanation: String
        /// The TLS alert that the impostor was sent.
        let alert: String?
        /// Bytes that reached the service because of it.
        let backendBytes: Int
    }

    /// The live connection that a revocation ended.
    struct Cut {
        let reason: String
        /// From the durable revocation to the closed connection.
        let closedAfterMilliseconds: Double
        /// Why the next attempt was refused.
        let nextRefusal: String
    }

    func write(to object: inout JSONText) {
        object.member("home", home)
        object.member("trustDomain", trustDomain)
        object.member("authorityIsNew", authorityIsNew)
        if let pairing { object.member("pairing", object: pairing) }
        object.member("firstExchangeMilliseconds", firstExchangeMilliseconds)
        if let clientProof { object.member("clientProof", object: clientProof) }
        if let serviceProof { object.member("serviceProof", object: serviceProof) }
        object.member("page", page)
        object.member("impostors", objects: impostors)
        if let revocation { object.member("revocation", object: revocation) }
        object.member("failures", failures)
        object.member("passed", passed)
    }
}

extension FirstRunReport.Pairing: JSONMembers {
    func write(to object: inout JSONText) {
        object.member("invitation", invitation)
        object.member("identity", identity)
        object.member("home", home)
        object.member("milliseconds", milliseconds)
    }
}

extension FirstRunReport.Trial: JSONMembers {
    func write(to object: inout JSONText) {
        object.member("who", who)
        object.member("refusedBy", refusedBy)
        object.member("reason", reason)
        object.member("clause", clause)
        object.member("explanation", explanation)
        object.member("alert", alert)
        object.member("backendBytes", backendBytes)
    }
}

extension FirstRunReport.Cut: JSONMembers {
    func write(to object: inout JSONText) {
        object.member("reason", reason)
        object.member("closedAfterMilliseconds", closedAfterMilliseconds)
        object.member("nextRefusal", nextRefusal)
    }
}

import Foundation
import SymbolonProxy

/// What the first run did and saw: the one object of `symbolon try --json`.
struct FirstRunReport: Encodable {
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
    struct Pairing: Encodable {
        let invitation: Int
        let identity: String
        let home: String
        /// Used by the time that anybody reads it.
        let code: String
        let milliseconds: Double

        private enum CodingKeys: String, CodingKey { case invitation, identity, home, milliseconds }
    }

    /// One impostor and what became of it.
    struct Trial: Encodable {
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
    struct Cut: Encodable {
        let reason: String
        /// From the durable revocation to the closed connection.
        let closedAfterMilliseconds: Double
        /// Why the next attempt was refused.
        let nextRefusal: String
    }

    private enum CodingKeys: String, CodingKey {
        case home, trustDomain, authorityIsNew, pairing, firstExchangeMilliseconds, clientProof, serviceProof, page,
            impostors
        case revocation, failures, passed
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(home, forKey: .home)
        try object.encode(trustDomain, forKey: .trustDomain)
        try object.encode(authorityIsNew, forKey: .authorityIsNew)
        try object.encodeIfPresent(pairing, forKey: .pairing)
        try object.encode(firstExchangeMilliseconds, forKey: .firstExchangeMilliseconds)
        try object.encodeIfPresent(clientProof, forKey: .clientProof)
        try object.encodeIfPresent(serviceProof, forKey: .serviceProof)
        try object.encode(page, forKey: .page)
        try object.encode(impostors, forKey: .impostors)
        try object.encodeIfPresent(revocation, forKey: .revocation)
        try object.encode(failures, forKey: .failures)
        try object.encode(passed, forKey: .passed)
    }
}

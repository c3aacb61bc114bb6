internal import Foundation
internal import NIOHTTP1
public import SymbolonAccessPolicy
internal import SymbolonCertificates
internal import SymbolonNames
public import SymbolonTokens
internal import SymbolonVerification
internal import SymbolonWire
internal import Synchronization

/// One whose tokens are believed of persons for whom peers act, and how such a person is known to rules.
public struct PersonIssuer: Equatable, Sendable {
    public var issuer: TokenIssuer
    public var person: PersonReading

    public init(_ issuer: TokenIssuer, person: PersonReading) {
        self.issuer = issuer
        self.person = person
    }
}

/// The person for whom a peer asks, by a token that is bound to what the peer has proved.
struct ActingPerson: Sendable {
    let token: VerifiedAccessToken
    /// As rules see the person.
    let party: Party
    let name: SubjectName
    /// For the next proof, where this one was made with a number that ends soon.
    let nextNumber: String?
}

/// Takes proofs that come with tokens, each once at all event loops. Only where a token is bound to a key is anything locked.
final class ProofDesk: Sendable {
    private let desk: Mutex<DPoPDesk>

    init(at steady: Duration) { desk = Mutex(DPoPDesk(at: steady)) }

    func number(at steady: Duration) -> String { desk.withLock { $0.number(at: steady) } }

    func verify(
        _ proof: String, for request: DPoPDesk.Request, at now: Date, _ steady: Duration
    ) throws(TokenFailure) -> VerifiedDPoPProof {
        try desk.withLock { (desk) throws(TokenFailure) in
            try desk.verify(proof, for: request, at: now, steady: steady)
        }
    }
}

/// Finds out for whom a request is (RFC 6750 §2.1, RFC 8705 §3, RFC 9449 §7.1).
struct PersonInRequest {
    let issuers: [PersonIssuer]
    let desk: ProofDesk
    /// The service's short name.
    let realm: String
    let now: Date
    let steady: Duration

    /// Nil: the request carries no access token, and is the peer's own.
    func person(
        in fields: HTTPHeaders, of request: CanonicalRequest, from peer: VerifiedPeer
    ) throws(RequestFault) -> ActingPerson? {
        let authorizations = fields["authorization"]
        guard let authorization = authorizations.first else { return nil }
        guard authorizations.count == 1 else { throw .malformed("it has more than one Authorization") }
        // RFC 9110 §11.4. Whatever a backend could take for the end of the scheme's name ends it: no token goes on unseen.
        let given = authorization.drop { $0 == " " || $0 == "\t" }
        let name = given.prefix { $0.utf8.allSatisfy(FieldName.isTokenCharacter) }
        let scheme = name.lowercased()
        guard scheme == "bearer" || scheme == "dpop" else { return nil }
        let isDPoP = scheme == "dpop"
        let text = given.dropFirst(name.count).drop { $0 == " " }
        do throws(TokenFailure) {
            let token = try PresentedToken(text)
            let named = token.claims["iss"]?.string ?? ""
            guard let trusted = issuers.first(where: { $0.issuer.name == named }) else { throw .unknownIssuer(named) }
            let signed = try trusted.issuer.verify(token, at: now)
            let proof = isDPoP ? try self.proof(in: fields, of: request, for: String(text)) : nil
            let verified = try signed.verify(certificate: peer.path.leaf.fingerprint.bytes, proof: proof)
            return try person(of: verified, trusted.person, isNumberFormer: proof?.isNumberFormer ?? false)
        } catch {
            throw refusal(error, isDPoP: isDPoP || error == .needsProof)
        }
    }

    private func person(
        of token: VerifiedAccessToken, _ reading: PersonReading, isNumberFormer: Bool
    ) throws(TokenFailure) -> ActingPerson {
        let party: Party
        do throws(PersonFailure) { party = try reading.party(of: token) } catch { throw .form(error.explanation) }
        guard let name = party.names.first else { throw .claim("sub") }
        return ActingPerson(
            token: token, party: party, name: name, nextNumber: isNumberFormer ? desk.number(at: steady) : nil)
    }

    /// RFC 9449 §4.3: exactly one.
    private func proof(
        in fields: HTTPHeaders, of request: CanonicalRequest, for token: String
    ) throws(TokenFailure) -> VerifiedDPoPProof {
        let proofs = fields["dpop"]
        guard let proof = proofs.first else { throw .needsProof }
        guard proofs.count == 1 else { throw .form("it came with more than one DPoP proof") }
        let wanted = DPoPDesk.Request(method: request.method.rawValue, token: token) { request.isAddressed(as: $0) }
        return try desk.verify(proof, for: wanted, at: now, steady)
    }

    private func refusal(_ failure: TokenFailure, isDPoP: Bool) -> RequestFault {
        .unproved(
            TokenRefusal(
                code: failure.code, explanation: failure.explanation, realm: realm,
                number: isDPoP ? desk.number(at: steady) : nil))
    }
}

/// Why an access token was not taken, and what the peer is asked for in its place.
struct TokenRefusal: Equatable, Sendable {
    /// RFC 6750 §3.1, RFC 9449 §9.
    let code: String
    let explanation: String
    let realm: String
    /// For the next DPoP proof; nil: none is asked for.
    let number: String?

    /// RFC 6750 §3, RFC 9449 §7.1, §9.
    func add(to fields: inout HTTPHeaders) {
        // RFC 6750 §3: printable ASCII, and neither quotation mark nor backslash.
        let said = String(
            explanation.unicodeScalars.map { scalar in
                switch scalar {
                case "\"", "\\": "'"
                case " "..."~": Character(scalar)
                default: "?"
                }
            })
        let scheme = number == nil ? "Bearer" : "DPoP"
        var challenge = "\(scheme) realm=\"\(realm)\", error=\"\(code)\", error_description=\"\(said)\""
        if let number {
            challenge += ", algs=\"\(TokenAlgorithm.allCases.map(\.rawValue).joined(separator: " "))\""
            fields.add(name: "dpop-nonce", value: number)
        }
        fields.add(name: "www-authenticate", value: challenge)
    }
}

extension CanonicalRequest {
    /// Whether this is its address (RFC 9449 §4.3): without query and fragment, in any spelling that is the same.
    func isAddressed(as address: String) -> Bool {
        let scheme = "https://"
        guard address.prefix(scheme.count).lowercased() == scheme else { return false }
        let rest = address.dropFirst(scheme.count).prefix { $0 != "?" && $0 != "#" }
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let named = RequestAuthority(String(rest[..<end])), named.host == authority.host,
            named.port ?? 443 == authority.port ?? 443
        else { return false }
        let path = rest[end...]
        return (try? RequestPath(path.isEmpty ? "/" : path)) == self.path
    }
}

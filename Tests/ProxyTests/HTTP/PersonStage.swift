import Foundation
import SymbolonAccessPolicy
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonProxy
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonTokens
import SymbolonTransport
import SymbolonWire

/// A protected HTTP service that believes an issuer's tokens, and the client `alice` with one certificate.
struct PersonStage {
    static let key = TestKeys.key("issuer of tokens")
    let http: HTTPStage
    /// Alice's, always the same: what a token is bound to is its octets.
    let chain: [Certificate]

    /// alice acts below /open for whom it likes; bob reads there, and dora where she was verified lately.
    static func rules() throws -> Policy {
        try Policy {
            deny("carol is away") { peer(in: "spiffe://example.internal/person/carol") }
            allow("the till") {
                peer(in: "spiffe://example.internal/alice")
                request([.get, .post], ["/open/**"])
            }
            allow("the counter") {
                peer(in: "spiffe://example.internal/alice")
                request(.get, "/own")
            }
            allow("readers") {
                peer(in: "spiffe://example.internal/person/bob", "spiffe://example.internal/person/erin")
                request(.get, "/open/**", "/closed")
            }
            allow("the careful") {
                peer(in: "spiffe://example.internal/person/dora")
                request(.get, "/open/**")
                assurance(atLeast: .userVerified)
                proof(youngerThan: .seconds(600))
            }
        }
    }

    init(_ adjust: (inout HTTPService) -> Void = { _ in }) async throws {
        http = try await HTTPStage(try Self.rules(), adjust)
        chain = try http.stage.chain(http.stage.leaf("alice"))
        try http.end.replace(try trust())
        await http.end.settled()
    }

    /// - Parameter second: another issuer that is believed, and its key.
    func trust(
        keys: [UInt8]? = nil, under policy: Policy? = nil, and second: (name: String, key: SigningKey)? = nil
    ) throws -> TrustState {
        let published = try keys ?? Self.published()
        let issuer = TokenIssuer(
            "https://idp.example", audience: "https://api.example", keys: try TokenKeySet(published))
        let person = try PersonReading("person/{sub}", in: http.stage.domain, assurances: ["phr": .userVerified])
        var issuers = [PersonIssuer(issuer, person: person)]
        if let second {
            let keys = try TokenKeySet(Self.published(of: second.key))
            issuers.append(
                PersonIssuer(TokenIssuer(second.name, audience: "https://api.example", keys: keys), person: person))
        }
        return try TrustState(
            identity: try http.stage.identity("web"), anchors: [http.stage.anchor],
            admission: .clients(CompiledPolicy(try policy ?? Self.rules())),
            revocation: RevocationSources(snapshot: try http.stage.revocation()),
            issuers: issuers)
    }

    static func published(_ name: String = "one", of key: SigningKey = key) throws -> [UInt8] {
        let members = JWK.json(key.publicKey)?.members ?? []
        let key = JSONValue.object(members + [JSONMember("kid", .string(name))])
        return JSONValue.object([JSONMember("keys", .array([key]))]).bytes
    }

    /// A good token about this person, bound to alice's certificate.
    func token(of person: String) -> TokenSpec {
        var spec = TokenSpec.access(signedBy: Self.key)
        spec[claim: "sub"] = .string(person)
        spec[claim: "cnf"] = ["x5t#S256": .string(Base64URL.encode(chain[0].fingerprint.bytes))]
        return spec
    }

    func client() async throws -> Peer {
        var settings = TLSSettings()
        settings.alpn = ["http/1.1"]
        let identity = try TLSIdentity(
            chain: chain.map(\.der), pkcs8: http.stage.leaf("alice").key.pkcs8())
        return try await tlsClient(http.end.port, identity, serverName: HTTPStage.host, settings: settings)
    }

    /// The answer to one request on a connection of its own.
    func answer(_ line: String, _ fields: String...) async throws -> String {
        let client = try await client()
        let head = [line + " HTTP/1.1", "Host: \(HTTPStage.host)", "Connection: close"] + fields
        client.send(head.joined(separator: "\r\n") + "\r\n\r\n")
        let text = String(decoding: await client.inputEnded().bytes, as: UTF8.self)
        client.close()
        return text
    }

    func stop() async throws { try await http.stop() }
}

extension String {
    /// The value of a field of an answer.
    func field(_ name: String) -> String? {
        components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("\(name): ") }.map {
            String($0.dropFirst(name.count + 2))
        }
    }
}

import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonTokens
import SymbolonWire
import Testing

@testable import SymbolonEnrollment

/// A client that says exactly what it is told, right or wrong.
struct ACMEClient: Sendable {
    let server: ACMEServer
    let key: SigningKey
    var account: String?
    var network = "192.0.2.1"

    init(_ house: ACMEHouse, key: SigningKey = .make(.p256)) {
        server = house.server
        self.key = key
    }

    init(_ server: ACMEServer, key: SigningKey, account: String?) {
        self.server = server
        self.key = key
        self.account = account
    }

    static let base = "https://" + ACMEHouse.host

    func url(_ path: String) -> String { Self.base + "/acme/" + path }

    func get(_ url: String, _ method: ACMERequest.Method = .get) async -> ACMEResponse {
        await server.answer(
            ACMERequest(
                method, authority: ACMEHouse.host, path: String(url.dropFirst(Self.base.count)), contentType: nil,
                body: [], network: network))
    }

    func nonce() async throws -> String {
        try #require(await get(url("new-nonce"), .head)["Replay-Nonce"])
    }

    /// A signed POST; `nil` payload is POST-as-GET.
    func post(_ url: String, _ payload: JSONValue?) async throws -> ACMEResponse {
        let header = [
            JSONMember("nonce", .string(try await nonce())), JSONMember("url", .string(url)), try signer(),
        ]
        let jws = try FlattenedJWS.sign(payload: payload?.bytes ?? [], header: header, by: key)
        return await send(url, jws.json.bytes)
    }

    func signer() throws -> JSONMember {
        if let account { return JSONMember("kid", .string(account)) }
        return JSONMember("jwk", try #require(JWK.json(key.publicKey)))
    }

    func send(
        _ url: String, _ body: [UInt8], contentType: String = "application/jose+json"
    ) async -> ACMEResponse {
        await server.answer(
            ACMERequest(
                .post, authority: ACMEHouse.host, path: String(url.dropFirst(Self.base.count)),
                contentType: contentType, body: body, network: network))
    }

    // MARK: The honest way

    mutating func register(_ payload: JSONValue = ["contact": ["mailto:ops@example.internal"]]) async throws {
        var anonymous = self
        anonymous.account = nil
        let response = try await anonymous.post(url("new-account"), payload)
        try #require(response.status == 201 || response.status == 200, "\(response.text)")
        account = response["Location"]
    }

    func order(_ names: [String], profile: String? = nil, replaces: String? = nil) async throws -> ACMEResponse {
        var members = [JSONMember("identifiers", .array(names.map(Self.identifier)))]
        if let profile { members.append(JSONMember("profile", .string(profile))) }
        if let replaces { members.append(JSONMember("replaces", .string(replaces))) }
        return try await post(url("new-order"), .object(members))
    }

    static func identifier(_ name: String) -> JSONValue {
        [
            "type": (try? IPAddress(name)) == nil ? "dns" : "ip",
            "value": .string(name),
        ]
    }

    /// Answers one challenge of every pending authorization, and has the server look.
    func authorize(_ order: ACMEResponse, _ kind: String? = nil) async throws {
        for url in try order.json.texts("authorizations") {
            let authorization = try await post(url, nil).json
            guard authorization["status"] == "pending" else { continue }
            let challenges = try #require(authorization["challenges"]?.array)
            let challenge = try #require(challenges.first { kind == nil || $0["type"] == .string(kind ?? "") })
            let response = try await post(try #require(challenge["url"]?.string), [:])
            #expect(response.status == 200, "\(response.text)")
        }
    }

    func finalize(_ order: ACMEResponse, _ request: CertificateRequest) async throws -> ACMEResponse {
        try await post(
            try #require(order.json["finalize"]?.string), ["csr": .string(Base64URL.encode(request.der))])
    }

    static func request(_ names: [String], key: SigningKey = .make(.p256)) throws -> CertificateRequest {
        try CertificateRequest.make(
            subject: .empty,
            names: names.map { name in
                if let address = try? IPAddress(name) { return .ip(address) }
                return .dns(try DNSPattern(name))
            }, key: key)
    }

    /// From an order to the certificate's URL.
    func obtain(
        _ names: [String], in house: ACMEHouse, key: SigningKey = .make(.p256), profile: String? = nil
    ) async throws -> (order: ACMEResponse, certificate: Certificate) {
        let order = try await order(names, profile: profile)
        try #require(order.status == 201, "\(order.text)")
        try await authorize(order)
        await house.validate()
        let finished = try await finalize(order, Self.request(names, key: key))
        try #require(finished.json["status"] == "valid", "\(finished.text)")
        return (finished, try await download(finished))
    }

    func download(_ order: ACMEResponse) async throws -> Certificate {
        let response = try await post(try #require(order.json["certificate"]?.string), nil)
        #expect(response.contentType == "application/pem-certificate-chain")
        return try #require(try CertificateBundle(pem: response.text).certificates.first)
    }
}

extension ACMEHouse {
    /// A client with a new account, and its order for this name, which is shown.
    func readyOrder(_ name: String) async throws -> (client: ACMEClient, order: ACMEResponse) {
        var client = ACMEClient(self)
        try await client.register()
        let order = try await client.order([name])
        try await client.authorize(order)
        await validate()
        return (client, order)
    }

    /// Lets the lease of the looks that answers began run out, and takes them.
    func validate() async {
        clock.advance(by: ACMEServer.lease + 1)
        await server.validateDue()
    }
}

extension ACMEResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { (try? JSONReader.parse(body)) ?? .null }
    /// The last part of the problem's type.
    var problem: String? { json["type"]?.string.flatMap { $0.split(separator: ":").last.map(String.init) } }
}

extension JSONValue {
    func texts(_ name: String) throws -> [String] {
        try #require(self[name]?.array).map { try #require($0.string) }
    }
}

extension ACMEClient {
    /// RFC 8555 §7.3.5, with whatever a test puts in the place of a part.
    func changeKey(
        to next: SigningKey, signedBy signer: SigningKey? = nil, oldKey: PublicKey? = nil, account named: String? = nil,
        innerURL: String? = nil, nonce: String? = nil
    ) async throws -> ACMEResponse {
        let url = url("key-change")
        var header = [
            JSONMember("jwk", try #require(JWK.json(next.publicKey))), JSONMember("url", .string(innerURL ?? url)),
        ]
        if let nonce { header.append(JSONMember("nonce", .string(nonce))) }
        let payload: JSONValue = [
            "account": .string(try #require(named ?? account)),
            "oldKey": try #require(JWK.json(oldKey ?? key.publicKey)),
        ]
        let inner = try FlattenedJWS.sign(payload: payload.bytes, header: header, by: signer ?? next)
        return try await post(url, inner.json)
    }
}

import Foundation
import SymbolonCertificates
import SymbolonClients
import SymbolonKeys
import SymbolonTestSupport
import SymbolonTokens
import SymbolonTransport
import SymbolonWire
import Synchronization

/// An ACME server that lets every order through, in the way of RFC 8555, unless a test spoils an answer.
final class MoodyServer: Sendable {
    /// What was asked for.
    enum Resource: String, Sendable {
        case directory, newNonce, newAccount, newOrder, order, authorization, challenge, finalize, certificate
        case renewalInformation
    }

    /// One request.
    struct Call: Sendable {
        let resource: Resource
        /// How often it was asked for before.
        let before: Int
        let header: JSONValue
        let payload: JSONValue
        /// The order's status as it is now.
        let status: String
    }

    /// What goes back.
    struct Answer: Sendable {
        var status = 200
        var type = "application/json"
        var nonce: String?
        var fields: [String] = []
        var body: [UInt8] = []

        var json: JSONValue {
            get { (try? JSONReader.parse(body)) ?? .null }
            set { body = newValue.bytes }
        }

        /// RFC 8555 §6.7.
        static func problem(_ kind: String, _ status: Int, _ fields: String...) -> Answer {
            var answer = Answer()
            answer.status = status
            answer.type = "application/problem+json"
            answer.fields = fields
            answer.json = ["type": .string("urn:ietf:params:acme:error:" + kind), "detail": "as the test wants it"]
            return answer
        }

        fileprivate var text: String {
            let lines = ["HTTP/1.1 \(status) Moody", "Content-Type: \(type)", "Content-Length: \(body.count)"]
            let all = lines + (nonce.map { ["Replay-Nonce: \($0)"] } ?? []) + fields
            return all.joined(separator: "\r\n") + "\r\n\r\n" + String(decoding: body, as: UTF8.self)
        }
    }

    typealias Spoil = @Sendable (inout Answer, Call) -> Void

    fileprivate struct State {
        var counts: [Resource: Int] = [:]
        var nonces = 0
        var status = "pending"
        var isProved = false
        var identifiers = JSONValue.array([])
        var chain = ""
        var calls: [Call] = []
    }

    private let server: ScriptedServer
    private let state: Shared
    let base: String

    private final class Shared: Sendable {
        let state = Mutex(State())
        let base = Mutex("")
    }

    /// - Parameters:
    ///   - pki: signs what is asked for, at `noon`.
    ///   - spoil: changes an honest answer.
    ///   - certificate: changes an honest certificate.
    static func start(
        _ pki: TestPKI = .goodChain(), spoil: @escaping Spoil = { _, _ in },
        certificate: @escaping @Sendable (inout CertificateSpec) -> Void = { _ in }
    ) async throws -> MoodyServer {
        let shared = Shared()
        let server = try await ScriptedServer.start(pki, demanding: .optional) { _, request in
            let base = shared.base.withLock { $0 }
            return .answer(shared.state.withLock { $0.answer(request, base, pki, certificate, spoil) }.text)
        }
        let moody = MoodyServer(server, shared)
        shared.base.withLock { $0 = moody.base }
        return moody
    }

    private init(_ server: ScriptedServer, _ state: Shared) {
        self.server = server
        self.state = state
        base = "https://\(server.address)"
    }

    var directory: String { base + "/directory" }
    var calls: [Call] { state.state.withLock { $0.calls } }
    func count(_ resource: Resource) -> Int { calls.count { $0.resource == resource } }
}

extension MoodyServer.State {
    fileprivate mutating func answer(
        _ request: String, _ base: String, _ pki: TestPKI, _ adjust: (inout CertificateSpec) -> Void,
        _ spoil: MoodyServer.Spoil
    ) -> MoodyServer.Answer {
        let words = request.prefix { $0 != "\r\n" }.split(separator: " ")
        let name = words.count > 1 ? words[1].split(separator: "/").first.map(String.init) ?? "" : ""
        guard let resource = MoodyServer.Resource(rawValue: name) else { return .problem("malformed", 404) }
        let body = request.firstRange(of: "\r\n\r\n").map { request[$0.upperBound...] } ?? ""
        let jws = try? FlattenedJWS(Array(body.utf8))
        let payload = jws.flatMap { try? JSONReader.parse($0.payload) } ?? .null
        let call = MoodyServer.Call(
            resource: resource, before: counts[resource, default: 0], header: jws?.header ?? .null, payload: payload,
            status: status)
        counts[resource, default: 0] += 1
        calls.append(call)
        nonces += 1
        var answer = honest(call, base, pki, adjust)
        answer.nonce = Base64URL.encode(Array("nonce \(nonces)".utf8))
        spoil(&answer, call)
        return answer
    }

    private mutating func honest(
        _ call: MoodyServer.Call, _ base: String, _ pki: TestPKI, _ adjust: (inout CertificateSpec) -> Void
    ) -> MoodyServer.Answer {
        var answer = MoodyServer.Answer()
        switch call.resource {
        case .directory:
            answer.json = [
                "newNonce": .string(base + "/newNonce"), "newAccount": .string(base + "/newAccount"),
                "newOrder": .string(base + "/newOrder"), "renewalInfo": .string(base + "/renewalInformation"),
                "meta": ["profiles": ["short": "a day", "long": "a year"]],
            ]
        case .newNonce: break
        case .newAccount:
            answer.status = 201
            answer.fields = ["Location: \(base)/account/1"]
            answer.json = ["status": "valid"]
        case .newOrder:
            answer.status = 201
            answer.fields = ["Location: \(base)/order/1"]
            identifiers = call.payload["identifiers"] ?? .array([])
            (status, isProved) = ("pending", false)
            answer.json = order(base)
        case .order:
            if status == "processing" { status = "valid" }
            answer.json = order(base)
        case .authorization:
            if isProved { status = "ready" }
            answer.json = [
                "status": isProved ? "valid" : "pending", "identifier": identifiers.array?.first ?? .null,
                "challenges": [
                    [
                        "type": "http-01", "status": "pending", "url": .string(base + "/challenge/1"),
                        "token": "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA",
                    ], ["type": "unheard-of-02", "status": "pending", "url": .string(base + "/challenge/2")],
                ],
            ]
        case .challenge:
            isProved = true
            answer.json = ["type": "http-01", "status": "processing", "url": .string(base + "/challenge/1")]
        case .finalize:
            if status == "ready", certify(call, pki, adjust) { status = "processing" }
            answer.json = order(base)
        case .certificate:
            answer.type = "application/pem-certificate-chain"
            answer.fields = ["Link: <\(base)/certificate/2>;rel=\"alternate\""]
            answer.body = Array(chain.utf8)
        case .renewalInformation:
            answer.fields = ["Retry-After: 3600"]
            answer.json = [
                "suggestedWindow": ["start": "2026-06-02T04:00:00Z", "end": "2026-06-02T05:00:00.5Z"]
            ]
        }
        return answer
    }

    private func order(_ base: String) -> JSONValue {
        var members = [
            JSONMember("status", .string(status)), JSONMember("identifiers", identifiers),
            JSONMember("authorizations", .array([.string(base + "/authorization/1")])),
            JSONMember("finalize", .string(base + "/finalize/1")),
        ]
        if status == "valid" { members.append(JSONMember("certificate", .string(base + "/certificate/1"))) }
        return .object(members)
    }

    private mutating func certify(
        _ call: MoodyServer.Call, _ pki: TestPKI, _ adjust: (inout CertificateSpec) -> Void
    ) -> Bool {
        guard let der = call.payload["csr"]?.string.flatMap({ try? Base64URL.decode($0) }),
            let request = try? CertificateRequest(der: der)
        else { return false }
        var leaf = TestPKI.leaf("whoever", serialNumber: [0x21])
        leaf.subjectPublicKeyInfo = request.publicKey.subjectPublicKeyInfo
        leaf.subjectKeyIdentifier = nil
        leaf.names = (identifiers.array ?? []).compactMap { $0["value"]?.string.map { .dns($0) } }
        adjust(&leaf)
        chain =
            CertificateBundle(
                [leaf.der(signedBy: pki.issuing), pki.issuingDER].compactMap { try? Certificate(der: $0) }
            ).pem
        return true
    }
}

public import Foundation
public import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
public import SymbolonEnrollment
public import SymbolonKeys
public import SymbolonNames
public import SymbolonStorage
import SymbolonTransport
public import SymbolonVerification
import SymbolonWire

/// The way from a machine to the authority that it was introduced to: its addresses, and what its server must prove.
public struct AuthorityLink: Sendable {
    public let addresses: [ServerAddress]
    private var verifier: Verifier

    private let expectation: Expectation

    /// - Parameters:
    ///   - addresses: the first that answers is used.
    ///   - trustDomain: the server is this domain's authority, wherever it listens.
    ///   - anchors: what the server's path must end in.
    public init(
        to addresses: [ServerAddress], of trustDomain: TrustDomain, trusting anchors: [TrustAnchor]
    ) throws(NameFailure) {
        self.addresses = addresses
        verifier = Verifier(anchors: anchors)
        expectation = try .authority(of: trustDomain)
    }

    /// The same, where the authority has other roots now.
    public func trusting(_ anchors: [TrustAnchor]) -> AuthorityLink {
        var next = self
        next.verifier = Verifier(anchors: anchors)
        return next
    }

    // MARK: Asking

    /// Asks an operation, at one address after the other until one answers. An answer that says no is an answer.
    public func perform<Operation: AdministrativeOperation>(
        _ operation: Operation, as identity: StoredIdentity, within limits: HTTPSLimits = HTTPSLimits()
    ) async throws(AdministrationFailure) -> Operation.Answer {
        try await atEachAddress { address throws(AdministrationFailure) in
            let client = try client(to: address, as: identity, within: limits)
            return try await RemoteAdministration(client).perform(operation)
        }
    }

    private func atEachAddress<Answer: Sendable>(
        _ ask: (ServerAddress) async throws(AdministrationFailure) -> Answer
    ) async throws(AdministrationFailure) -> Answer {
        var failure = AdministrationFailure(.unreachable, what: "no address of the authority is known")
        for address in addresses {
            do throws(AdministrationFailure) {
                return try await ask(address)
            } catch {
                guard !error.isAnswer else { throw error }
                failure = error
            }
        }
        throw failure
    }

    /// One connection, which is kept for the next request.
    /// - Parameter identity: nil: the client stays unknown.
    public func client(
        to address: ServerAddress, as identity: StoredIdentity?, within limits: HTTPSLimits = HTTPSLimits()
    ) throws(AdministrationFailure) -> HTTPSClient {
        do {
            let shown = try identity.map { try TLSIdentity(chain: $0.chain.map(\.der), pkcs8: $0.key.pkcs8()) }
            return HTTPSClient(
                to: address, proving: try HTTPSProof(identity: shown, trusting: verifier, expecting: expectation),
                limits: limits)
        } catch {
            throw AdministrationFailure(
                .malformed, what: "the identity cannot be shown to an authority",
                why: (error as? TLSFailure)?.explanation)
        }
    }

    // MARK: Renewing

    /// Asks for an identity's certificate once more, for a new key: over a connection that the identity proves, or, where
    /// no handshake takes its certificate for a client's any more, by a signature of its key.
    public func renew(
        _ identity: StoredIdentity, for key: SigningKey, at now: Date
    ) async throws(AdministrationFailure) -> RenewalReport {
        let request = try Self.request(identity, key)
        let canProveClient = identity.leaf.extensions.extendedKeyUsage?.contains(.clientAuth) ?? true
        guard canProveClient, now < identity.leaf.notAfter + 1 else {
            return try await atEachAddress { address throws(AdministrationFailure) in
                try await comeBack(identity, request, to: address)
            }
        }
        return try await perform(RenewCertificate(request: request.pem), as: identity)
    }

    /// The subject and names that the certificate has, no more and no less.
    private static func request(
        _ identity: StoredIdentity, _ key: SigningKey
    ) throws(AdministrationFailure) -> SymbolonCertificates.CertificateRequest {
        do {
            let names = try (identity.leaf.extensions.subjectAlternativeNames ?? []).compactMap { try $0.subjectName() }
            return try SymbolonCertificates.CertificateRequest.make(
                subject: identity.leaf.subject, names: names, key: key)
        } catch {
            throw AdministrationFailure(
                .malformed, what: "no request can be made for \(identity.name)",
                why: (error as? CertificateFailure)?.explanation)
        }
    }

    /// Nonce and return over one connection: a nonce is good at the node that gave it.
    private func comeBack(
        _ identity: StoredIdentity, _ request: SymbolonCertificates.CertificateRequest, to address: ServerAddress
    ) async throws(AdministrationFailure) -> RenewalReport {
        let client = try client(to: address, as: nil)
        let given = try await post([UInt8]("{}".utf8), LapsedRenewal.noncePath, over: client)
        let nonce: RenewalNonce
        let signature: [UInt8]
        do {
            nonce = try JSONDecoder().decode(RenewalNonce.self, from: Data(given))
            signature = try LapsedStatement.sign(
                certificate: identity.leaf, request: request, nonce: try Base64URL.decode(nonce.nonce),
                with: identity.key)
        } catch {
            throw AdministrationFailure(.notUnderstood, what: "the authority at \(address) gave no nonce")
        }
        let question = LapsedRenewal(
            certificate: identity.leaf.pem, request: request.pem, nonce: nonce.nonce,
            signature: Base64URL.encode(signature))
        return try RenewCertificate.answer(try await post(question.json, LapsedRenewal.path, over: client))
    }

    /// What nobody has to prove a certificate for.
    private func post(
        _ body: [UInt8], _ path: String, over client: HTTPSClient
    ) async throws(AdministrationFailure) -> [UInt8] {
        let response: HTTPSResponse
        do throws(HTTPSFailure) {
            response = try await client.send(
                HTTPSRequest(.post, path, fields: [HTTPSField("content-type", "application/json")], body: body))
        } catch {
            throw AdministrationFailure(asking: client.address, error)
        }
        guard response.status == 201 else {
            throw AdministrationFailure(
                problem: response.body, status: response.status,
                retryAfter: response.field("retry-after").flatMap(Int.init))
        }
        return response.body
    }

    // MARK: What came back

    /// The identity with its next key and certificate, when that is what was asked for: the same names, the new key, and
    /// an issuer that this end believes already.
    public func renewed(
        _ identity: StoredIdentity, _ key: SigningKey, _ report: RenewalReport, at now: Date
    ) throws(AdministrationFailure) -> StoredIdentity {
        do {
            let next = try StoredIdentity(
                name: identity.name, chain: CertificateBundle(pem: report.chain).certificates, key: key,
                anchors: CertificateBundle(pem: report.anchors).certificates)
            guard next.leaf.subject == identity.leaf.subject,
                next.leaf.extensions.subjectAlternativeNames == identity.leaf.extensions.subjectAlternativeNames,
                next.leaf.extensions.extendedKeyUsage == identity.leaf.extensions.extendedKeyUsage
            else { throw AdministrationFailure(.notUnderstood, what: "the certificate that came back is another one") }
            _ = try verifier.verify(
                PresentedChain(der: next.chain.map(\.der)),
                expecting: Expectation(.any, revocation: .bestEffort(because: "it was made this moment")), at: now)
            return next
        } catch let failure as AdministrationFailure {
            throw failure
        } catch {
            throw AdministrationFailure(
                .notUnderstood, what: "what the authority answered is no identity, and is not kept",
                why: (error as? Refusal)?.explanation ?? (error as? SymbolonStorage.IdentityFailure)?.explanation
                    ?? (error as? CertificateFailure)?.explanation)
        }
    }
}

extension AdministrationFailure {
    /// Whether an authority said so: another of its addresses says the same.
    public var isAnswer: Bool { ![.unreachable, .untrusted, .notUnderstood].contains(kind) }
}

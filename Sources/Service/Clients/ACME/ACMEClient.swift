public import Foundation
public import NIOCore
public import SymbolonCertificates
public import SymbolonEnrollment
public import SymbolonKeys
import SymbolonNames
import SymbolonTokens
import SymbolonTransport
public import SymbolonVerification
import SymbolonWire

/// A client of one ACME server (RFC 8555): an account, and certificates by orders that it proves names for.
///
/// ```swift
/// let client = try ACMEClient(directory: "https://ca.example.internal:8443/acme/directory", trusting: verifier)
/// let account = try await client.register(accountKey)
/// let chain = try await client.obtain(ACMEWish([identifier]), for: key, as: account, proving: proof)
/// ```
public final class ACMEClient: Sendable {
    /// Makes the way to a server that its URLs name. Requests over it go one after the other.
    public typealias Connect = @Sendable (FetchAddress) throws(HTTPSFailure) -> HTTPSClient

    /// Time, passed in.
    public struct Environment: Sendable {
        public var now: @Sendable () -> Date = { Date() }
        /// Waits for so many seconds.
        public var pause: @Sendable (Double) async throws(ACMEClientFailure) -> Void = {
            (seconds) async throws(ACMEClientFailure) in
            do {
                try await Task.sleep(for: .seconds(seconds))
            } catch {
                throw .cancelled
            }
        }
        /// How long one order may take, in seconds. 300: a server that looks from several places, and looks again.
        public var patience: TimeInterval = 300

        public init() {}
    }

    private let place: FetchAddress
    private let conversation: ACMEConversation
    private let environment: Environment

    /// - Parameters:
    ///   - directory: the URL of the directory.
    ///   - verifier: what the server's own certificate must lead to; it must be for the URL's host.
    public convenience init(
        directory: String, trusting verifier: Verifier, environment: Environment = Environment(),
        group: (any EventLoopGroup)? = nil
    ) throws(ACMEClientFailure) {
        let clock = environment.now
        try self.init(directory: directory, environment: environment) { (address) throws(HTTPSFailure) in
            do {
                let proof = try HTTPSProof(
                    identity: nil, trusting: verifier, expecting: try Self.expectation(address), clock: clock)
                var limits = HTTPSLimits()
                limits.bodyOctets = ACMEConversation.largestAnswer
                return HTTPSClient(
                    to: ServerAddress(host: address.host, port: address.port), proving: proof, limits: limits,
                    group: group)
            } catch {
                throw .request(
                    (error as? NameFailure)?.explanation ?? (error as? TLSFailure)?.explanation ?? "\(error)")
            }
        }
    }

    /// - Parameter connect: the way to the server, where a name stands for several.
    public init(
        directory: String, environment: Environment = Environment(), connecting connect: @escaping Connect
    ) throws(ACMEClientFailure) {
        place = try FetchAddress(acme: directory, named: "the directory")
        self.environment = environment
        conversation = ACMEConversation(connecting: connect, environment)
    }

    /// RFC 8555 §6.1, RFC 9525: the host that the URL names, proved. Nothing tells a client of its server's revocation.
    private static func expectation(_ address: FetchAddress) throws(NameFailure) -> Expectation {
        let name: ReferenceName =
            if let number = try? IPAddress(address.host) { .ip(number) } else {
                .dns(try DNSName(operatorInput: address.host))
            }
        return Expectation(
            .server, names: [name], revocation: .bestEffort(because: "an ACME server's certificate has no list here"))
    }

    // MARK: Directory

    /// RFC 8555 §7.1.1.
    public func directory() async throws(ACMEClientFailure) -> ACMEDirectory {
        let directory = try ACMEDirectory(try Self.json(try await conversation.get(place)))
        await conversation.takeNonces(from: directory.newNonce)
        return directory
    }

    // MARK: Account

    /// Makes an account for a key, or finds the one it has (RFC 8555 §7.3, §7.3.1).
    ///
    /// - Parameters:
    ///   - binding: the key that the server's operator gave out.
    ///   - agrees: to the terms of service, where there are any.
    public func register(
        _ key: SigningKey, binding: ExternalAccountBinding? = nil, agreeingToTerms agrees: Bool = false
    ) async throws(ACMEClientFailure) -> ACMEClientAccount {
        let directory = try await directory()
        if let terms = directory.termsOfService, !agrees { throw .termsNotAgreedTo(terms) }
        if directory.requiresExternalAccount, binding == nil { throw .externalAccountNeeded }
        var members: [JSONMember] = []
        if directory.termsOfService != nil { members.append(JSONMember("termsOfServiceAgreed", true)) }
        if let binding { members.append(try binding.member(key, directory.newAccount)) }
        let response = try await conversation.post(
            directory.newAccount, .object(members), by: .key(key), until: environment.now() + environment.patience)
        guard let url = response.field("location") else { throw .notUnderstood("a new account has no URL") }
        return ACMEClientAccount(url: try FetchAddress(acme: url, named: "the account").description, key: key)
    }

    // MARK: Certificates

    /// Orders, proves and fetches a certificate.
    ///
    /// - Parameters:
    ///   - key: the key to be certified.
    ///   - proof: how, and where the server's look is awaited; nothing listens before there is something to prove.
    public func obtain(
        _ wish: ACMEWish, for key: SigningKey, as account: ACMEClientAccount, proving proof: ACMEProof,
        on group: (any EventLoopGroup)? = nil, telling tell: @Sendable (ACMEProgress) -> Void = { _ in }
    ) async throws(ACMEClientFailure) -> [Certificate] {
        let responder = ChallengeResponder(proof, on: group)
        do throws(ACMEClientFailure) {
            let chain = try await enroll(wish, key, account, proof, responder, tell)
            await responder.stop()
            return chain
        } catch {
            await responder.stop()
            throw error
        }
    }

    private func enroll(
        _ wish: ACMEWish, _ key: SigningKey, _ account: ACMEClientAccount, _ proof: ACMEProof,
        _ responder: ChallengeResponder, _ tell: @Sendable (ACMEProgress) -> Void
    ) async throws(ACMEClientFailure) -> [Certificate] {
        let deadline = environment.now() + environment.patience
        let directory = try await directory()
        if let profile = wish.profile, !directory.profiles.contains(profile) {
            throw .profileNotOffered(profile, offered: directory.profiles)
        }
        let request = try Self.request(wish, key)
        var wish = wish
        if directory.renewalInformation == nil { wish.replaces = nil }
        var machine = ACMEEnrollment(wish, by: proof.way.kind)
        var action = machine.begin()
        var order: FetchAddress?
        while true {
            switch action {
            case .placeOrder(let payload):
                tell(.ordered(wish.identifiers))
                let response: HTTPSResponse
                do throws(ACMEClientFailure) {
                    response = try await post(directory.newOrder, payload, account, deadline)
                } catch {
                    guard case .refused(let problem) = error, payload["replaces"] != nil,
                        machine.mayOrderWithoutReplacing(problem)
                    else { throw error }
                    action = machine.begin(replacing: false)
                    continue
                }
                guard let location = response.field("location") else { throw .notUnderstood("an order has no URL") }
                order = try FetchAddress(acme: location, named: "the order")
                action = try machine.received(order: try PresentedOrder(Self.json(response)), retryAfter: nil)
            case .lookAtAuthorization(let place, let after):
                try await wait(after, for: "an authorization", until: deadline)
                let response = try await post(place, nil, account, deadline)
                action = try machine.received(
                    try PresentedAuthorization(Self.json(response)),
                    retryAfter: response.retryAfter(at: environment.now()))
            case .prove(let identifier, let token, let place):
                tell(.proving(identifier, proof.way.kind))
                try await responder.answer(identifier, token: token, key: account.key.publicKey)
                // RFC 8555 §7.5.1: "an empty JSON object".
                let response = try await post(place, [:], account, deadline)
                action = try machine.toldOfAnswer(retryAfter: response.retryAfter(at: environment.now()))
            case .finalize(let place):
                tell(.finalizing)
                do throws(ACMEClientFailure) {
                    let response = try await post(place, ["csr": .string(request)], account, deadline)
                    action = try machine.received(
                        order: try PresentedOrder(Self.json(response)),
                        retryAfter: response.retryAfter(at: environment.now()))
                } catch {
                    guard case .refused(let problem) = error, machine.mayLookAfter(problem) else { throw error }
                    action = machine.finalizedBefore()
                }
            case .lookAtOrder(let after):
                guard let order else { throw .notUnderstood("there is no order to look at") }
                try await wait(after, for: "the order", until: deadline)
                let response = try await post(order, nil, account, deadline)
                action = try machine.received(
                    order: try PresentedOrder(Self.json(response)),
                    retryAfter: response.retryAfter(at: environment.now()))
            case .download(let place):
                tell(.downloading)
                let response = try await post(place, nil, account, deadline)
                // RFC 8555 §9.1. Links to alternate chains (§7.4.2) are not followed: the first is the server's choice.
                try Self.require(response, "application/pem-certificate-chain")
                return try ObtainedChain.check(
                    response.body, for: key.publicKey, wish.identifiers, at: environment.now())
            }
        }
    }

    private func post(
        _ place: FetchAddress, _ payload: JSONValue?, _ account: ACMEClientAccount, _ deadline: Date
    ) async throws(ACMEClientFailure) -> HTTPSResponse {
        try await conversation.post(place, payload, by: .account(account), until: deadline)
    }

    private func wait(
        _ seconds: Double, for what: String, until deadline: Date
    ) async throws(ACMEClientFailure) {
        guard environment.now() + seconds < deadline else { throw .notDone(what, within: environment.patience) }
        if seconds > 0 { try await environment.pause(seconds) }
    }

    /// RFC 8555 §7.4: all identifiers as subject alternative names; the DER in base64url.
    private static func request(_ wish: ACMEWish, _ key: SigningKey) throws(ACMEClientFailure) -> String {
        do throws(CertificateFailure) {
            let request = try CertificateRequest.make(
                subject: .empty, names: wish.identifiers.map(\.subjectName), key: key)
            return Base64URL.encode(request.der)
        } catch {
            throw .cannotSign(error.explanation)
        }
    }

    // MARK: Renewal information

    /// When the server would have this certificate renewed (RFC 9773 §4.2), and in how many seconds to ask again; nil where
    /// it does not say.
    public func renewalInformation(
        of certificate: Certificate
    ) async throws(ACMEClientFailure) -> (window: RenewalWindow, askAgainAfter: TimeInterval?)? {
        guard let base = try await directory().renewalInformation, let name = certificate.renewalName else {
            return nil
        }
        let slash = base.description.hasSuffix("/") ? "" : "/"
        let response = try await conversation.get(
            try FetchAddress(acme: base.description + slash + name, named: "renewal information"))
        let json = try Self.json(response)["suggestedWindow"]
        guard let start = json?["start"]?.string.flatMap(Self.moment),
            let end = json?["end"]?.string.flatMap(Self.moment),
            let window = RenewalWindow(start: start, end: end)
        else { throw .notUnderstood("renewal information has no window of RFC 9773 §4.2") }
        return (window, response.retryAfter(at: environment.now()))
    }

    /// RFC 3339, with or without a fraction of the second.
    private static func moment(_ text: String) -> Date? {
        (try? Date.ISO8601FormatStyle().parse(text))
            ?? (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text))
    }

    // MARK: Reading

    private static func require(_ response: HTTPSResponse, _ type: String) throws(ACMEClientFailure) {
        guard response.mediaType == type else { throw .contentType(found: response.mediaType, wanted: type) }
    }

    private static func json(_ response: HTTPSResponse) throws(ACMEClientFailure) -> JSONValue {
        try require(response, "application/json")
        do throws(JSONFailure) {
            let json = try JSONReader.parse(response.body)
            guard json.members != nil else { throw JSONFailure.truncated }
            return json
        } catch {
            throw .notUnderstood(error.explanation)
        }
    }
}

public import SymbolonAdministration
import SymbolonTransport

/// An authority at the other end of a connection. What may be asked, and what became of it, are the same values as with
/// one in this process.
public struct RemoteAdministration: Administration {
    private let client: HTTPSClient

    /// - Parameter client: shows the identity of an operator, and expects the authority's own.
    public init(_ client: HTTPSClient) {
        self.client = client
    }

    public func perform<Operation: AdministrativeOperation>(
        _ operation: Operation
    ) async throws(AdministrationFailure) -> Operation.Answer {
        let message = try OperationMessage(operation)
        let response: HTTPSResponse
        do {
            response = try await client.send(HTTPSRequest(message))
        } catch {
            throw AdministrationFailure(asking: client.address, error)
        }
        guard response.status == Operation.endpoint.status else {
            throw AdministrationFailure(
                problem: response.body, status: response.status,
                retryAfter: response.field("retry-after").flatMap(Int.init))
        }
        return try Operation.answer(response.body)
    }
}

extension HTTPSRequest {
    /// An operation's message as a request.
    init(_ message: OperationMessage) {
        let method: Method =
            switch message.method {
            case .get: .get
            case .post: .post
            case .put: .put
            case .delete: .delete
            }
        var fields = [HTTPSField("accept", "application/json, application/problem+json")]
        if message.body != nil { fields.append(HTTPSField("content-type", "application/json")) }
        self.init(method, message.target, fields: fields, body: message.body ?? [])
    }
}

extension AdministrationFailure {
    /// Why an authority could not be asked.
    init(asking address: ServerAddress, _ failure: HTTPSFailure) {
        let kind: Kind
        let what: String
        switch failure {
        case .serverNotProved, .certificateInsteadOfCode, .tls(.possessionNotProved):
            (kind, what) = (.untrusted, "\(address) did not prove to be the authority, and was told nothing")
        case .tls(.peerAlert(let alert)) where alert.isAboutOurCertificate:
            (kind, what) = (.unauthenticated, "the authority at \(address) refused the identity shown to it")
        case .malformed, .headTooLarge, .bodyTooLarge:
            (kind, what) = (.notUnderstood, "whoever answers at \(address) does not speak this API")
        default:
            (kind, what) = (.unreachable, "the authority at \(address) cannot be asked")
        }
        self.init(kind, what: what, why: failure.explanation, mend: failure.remedy)
    }
}

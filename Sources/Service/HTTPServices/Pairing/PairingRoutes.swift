internal import Foundation
internal import HTTPTypes
public import Hummingbird
internal import NIOCore
public import SymbolonEnrollment
internal import SymbolonWire

/// What goes on inside a connection that a code proved. Nobody else is let in, and who is, nowhere else.
public struct PairingRoutes: HTTPRoutes {
    private let desk: PairingDesk

    /// 64 KiB: a request of any key, with all the names that it may have.
    private static let bodyLimit = 1 << 16

    public init(_ desk: PairingDesk) { self.desk = desk }

    public func add(to router: Router<AuthorityRequestContext>) {
        let desk = desk
        let pairing = router.group("/pairing/v1")
        pairing.get { _, context in
            try await Self.answer(context) { code throws(PairingFailure) in try await desk.offer(code) }
        }
        pairing.post("certificate") { request, context in
            let wish = try await Self.read(PairingRequest.self, request, context)
            let address = context.address
            return try await Self.answer(context) { code throws(PairingFailure) in
                try await desk.certify(wish, code: code, from: address)
            }
        }
        pairing.post("federation") { request, context in
            let proposal = try await Self.read(FederationProposal.self, request, context)
            let address = context.address
            return try await Self.answer(context) { code throws(PairingFailure) in
                FederationReport(try await desk.federate(proposal, code: code, from: address))
            }
        }
        pairing.post("confirmation") { request, context in
            let confirmation = try await Self.read(PairingConfirmation.self, request, context)
            return try await Self.answer(context) { code throws(PairingFailure) in
                try await desk.confirm(code)
                return confirmation
            }
        }
    }

    /// The code that the connection proved; a certificate is no code, and nothing is neither.
    private static func answer<Value: Encodable>(
        _ context: AuthorityRequestContext, _ body: (ProvedCode) async throws(PairingFailure) -> Value
    ) async throws -> Response {
        guard case .invitation(let code) = context.proof else { return forbidden.response }
        do throws(PairingFailure) {
            let value = try await body(code)
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .iso8601
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: try await encoded(value, encoder))))
        } catch {
            return Problem(error).response
        }
    }

    private static func encoded(_ value: some Encodable, _ encoder: JSONEncoder) async throws(PairingFailure) -> [UInt8]
    {
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw .over
        }
    }

    private static let forbidden = Problem(.forbidden, "this is for connections that a pairing code proved")

    private static func read<Value: Decodable>(
        _ type: Value.Type, _ request: Request, _ context: AuthorityRequestContext
    ) async throws -> Value {
        // Before a body is read.
        guard case .invitation = context.proof else { throw HTTPError(.forbidden, message: forbidden.detail ?? "") }
        let body = try await request.body.collect(upTo: bodyLimit)
        // Strictly, once: no member twice, bounded depth.
        guard (try? JSONReader.parse(Array(body.readableBytesView))) != nil,
            let value = try? JSONDecoder().decode(type, from: Data(body.readableBytesView))
        else { throw HTTPError(.badRequest, message: "the body is not what is asked for here") }
        return value
    }
}

extension Problem {
    fileprivate init(_ failure: PairingFailure) {
        switch failure {
        case .over: self.init(.gone, failure.explanation)
        case .used: self.init(.conflict, failure.explanation)
        case .busy: self.init(.conflict, failure.explanation, retryAfter: 10)
        case .otherPurpose: self.init(.notFound, failure.explanation)
        case .request: self.init(.badRequest, failure.explanation)
        case .issuance, .federation: self.init(.unprocessableContent, failure.explanation)
        case .store: self.init(.serviceUnavailable, failure.explanation, retryAfter: 5)
        }
        kind = "pairing:" + failure.name
        if case .used = failure { remedy = "make a new invitation: symbolon invite NAME" }
    }
}

extension PairingFailure {
    fileprivate var name: String {
        switch self {
        case .over: "over"
        case .used: "used"
        case .busy: "busy"
        case .otherPurpose: "otherPurpose"
        case .request: "request"
        case .issuance: "issuance"
        case .federation: "federation"
        case .store: "store"
        }
    }
}

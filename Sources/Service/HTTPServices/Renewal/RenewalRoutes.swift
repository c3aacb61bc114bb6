internal import HTTPTypes
public import Hummingbird
internal import NIOCore
internal import SymbolonAdministration
public import SymbolonEnrollment

/// The way back for holders whose certificate no handshake takes for a client's any more: it has ended, or is for servers
/// alone. All other renewals are operations of the API, for who proves a certificate.
///
/// Nothing is proved by the connection here; a signature over a nonce of ours proves the key.
public struct RenewalRoutes: HTTPRoutes {
    private let desk: RenewalDesk

    public init(_ desk: RenewalDesk) { self.desk = desk }

    public func add(to router: Router<AuthorityRequestContext>) {
        router.on(RouterPath(LapsedRenewal.noncePath), method: .post) { _, _ in
            Self.created(RenewalNonce(await desk.nonce()).json)
        }
        router.on(RouterPath(LapsedRenewal.path), method: .post) { request, context in
            do throws(AdministrationFailure) {
                let question = try await Self.question(of: request)
                return Self.created(
                    try RenewCertificate.encode(try await question.perform(with: desk, from: context.address)))
            } catch {
                return APIRoutes.response(error)
            }
        }
    }

    private static func question(of request: Request) async throws(AdministrationFailure) -> LapsedRenewal {
        do {
            // Whole and within bounds: `RequestLimits` has seen to it.
            let body = try await request.body.collect(upTo: .max)
            return try LapsedRenewal(json: Array(body.readableBytesView))
        } catch let failure as AdministrationFailure {
            throw failure
        } catch {
            throw AdministrationFailure(.malformed, what: "the body did not come whole")
        }
    }

    /// Nobody but who asked has use for it (RFC 9111 §5.2.2.5).
    private static func created(_ answer: [UInt8]) -> Response {
        Response(
            status: .created, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer)))
    }
}

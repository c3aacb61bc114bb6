internal import HTTPTypes
public import Hummingbird
internal import NIOCore
internal import SymbolonWire

/// What the health page finds: open to everybody, so it says no more than a load balancer needs.
public struct HealthReport: Sendable {
    /// One word for each thing that is not as it should be; none: all is well.
    public let faults: [String]
    /// How long the server's own certificate still holds, in seconds.
    public let certificateSeconds: Int64

    public init(faults: [String], certificateSeconds: Int64) {
        self.faults = faults
        self.certificateSeconds = certificateSeconds
    }
}

/// `/health`: 200 when the authority can do its work, 503 with the reasons when it cannot.
public struct HealthRoutes: HTTPRoutes {
    private let check: @Sendable () async -> HealthReport

    public init(check: @escaping @Sendable () async -> HealthReport) { self.check = check }

    public func add(to router: Router<AuthorityRequestContext>) {
        router.get("/health") { [check] _, _ in
            let report = await check()
            let isWell = report.faults.isEmpty
            let page: JSONValue = .object([
                JSONMember("status", .string(isWell ? "ok" : "failing")),
                JSONMember("faults", .array(report.faults.map { .string($0) })),
                JSONMember("certificateSeconds", .integer(report.certificateSeconds)),
            ])
            return Response(
                status: isWell ? .ok : .serviceUnavailable, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: page.bytes)))
        }
    }
}

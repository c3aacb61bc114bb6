/// Something that can be asked of an authority, with all that it is asked with. The type says who may ask, how it is asked
/// over HTTP, and what carries it out.
///
/// A member that is `nil` is left out of its JSON. Names are their canonical text.
public protocol AdministrativeOperation: Codable, Equatable, Sendable {
    associatedtype Answer: Codable, Equatable, Sendable
    /// What carries it out: one of the parts that the authority was opened with.
    associatedtype Part: Sendable

    /// As the audit record and the OpenAPI file call it, e.g. `issueCertificate`.
    static var name: String { get }
    static var access: Access { get }
    static var endpoint: OperationEndpoint { get }
    static var recording: Recording { get }
    /// Done in some milliseconds whatever the store holds, so that who answers others too may do it at once.
    static var isBrief: Bool { get }

    /// Whom or what it is about, for the audit record.
    var subject: String { get }

    /// Called only when the caller may, and what it throws is recorded.
    func perform(with part: Part, in call: Call) async throws(AdministrationFailure) -> Answer
}

extension AdministrativeOperation {
    public static var recording: Recording { .byCall }
    public static var isBrief: Bool { false }
}

/// Who may ask for an operation.
public enum Access: Equatable, Sendable {
    /// Operators with at least this role.
    case role(Role)
    /// Whoever proves a live identity of this authority; the operation itself says what about.
    case holder
}

/// Who writes a performed operation into the audit record. A refused or failed one is always written by the call.
public enum Recording: Equatable, Sendable {
    /// One entry, when it is done.
    case byCall
    /// The change itself writes entries that name the caller, in its own transaction.
    case byChange
}

/// Where an operation is found in the HTTP API, below `/api/v1/`.
public struct OperationEndpoint: Equatable, Sendable {
    /// RFC 9110 §9.3. What only reads is a `get`.
    public enum Method: String, Sendable { case get, post, put, delete }

    /// What a parameter of a query is, once it is read.
    public enum Parameter: String, Sendable { case text, number, flag, time }

    public let method: Method
    /// Segments with `/` between; one in braces is the member of that name, as text.
    public let path: String
    /// Members that stand in the query; what is neither here nor in the path is in the JSON body.
    public let query: [String: Parameter]
    /// RFC 9110 §15.3, of success.
    public let status: Int

    public init(_ method: Method, _ path: String, query: [String: Parameter] = [:], status: Int = 200) {
        self.method = method
        self.path = path
        self.query = query
        self.status = status
    }

    /// The members that stand in the path.
    public var pathMembers: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }
            .map { String($0.dropFirst().dropLast()) }
    }
}

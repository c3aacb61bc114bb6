import SymbolonEnrollment
import SymbolonNames
import SymbolonWire

/// An order as a server presented it (RFC 8555 §7.1.3).
struct PresentedOrder: Equatable, Sendable {
    /// RFC 8555 §7.1.6.
    enum Status: String, Sendable { case pending, ready, processing, valid, invalid }

    let status: Status
    let identifiers: Set<ACMEIdentifier>
    let authorizations: [FetchAddress]
    let finalize: FetchAddress
    let certificate: FetchAddress?
    let error: PresentedProblem?

    /// 100: as many as an order has identifiers, here and at every public authority.
    static let mostAuthorizations = 100

    init(_ json: JSONValue) throws(ACMEClientFailure) {
        guard let status = json["status"]?.string.flatMap(Status.init) else {
            throw .notUnderstood("an order has no status of RFC 8555 §7.1.6")
        }
        guard let named = json["identifiers"]?.array, let places = json["authorizations"]?.array,
            places.count <= Self.mostAuthorizations, named.count <= Self.mostAuthorizations
        else { throw .notUnderstood("an order has no lists of identifiers and authorizations") }
        self.status = status
        var identifiers: Set<ACMEIdentifier> = []
        for one in named { identifiers.insert(try ACMEIdentifier(presented: one)) }
        self.identifiers = identifiers
        var authorizations: [FetchAddress] = []
        for place in places {
            authorizations.append(try FetchAddress(acme: place.string ?? "", named: "an authorization of an order"))
        }
        self.authorizations = authorizations
        finalize = try json.address("finalize", of: "an order")
        certificate = json["certificate"] == nil ? nil : try json.address("certificate", of: "an order")
        error = json["error"].map { PresentedProblem($0) }
    }
}

/// RFC 8555 §7.1.4.
struct PresentedAuthorization: Equatable, Sendable {
    enum Status: String, Sendable { case pending, valid, invalid, deactivated, expired, revoked }

    let status: Status
    /// Without the wildcard.
    let identifier: ACMEIdentifier
    let challenges: [PresentedChallenge]

    init(_ json: JSONValue) throws(ACMEClientFailure) {
        guard let status = json["status"]?.string.flatMap(Status.init), let identifier = json["identifier"] else {
            throw .notUnderstood("an authorization has no status or no identifier")
        }
        self.status = status
        self.identifier = try ACMEIdentifier(presented: identifier)
        var challenges: [PresentedChallenge] = []
        for one in json["challenges"]?.array ?? [] { challenges.append(try PresentedChallenge(one)) }
        self.challenges = challenges
    }
}

/// RFC 8555 §7.1.5, §8.
struct PresentedChallenge: Equatable, Sendable {
    /// As the server names it; it may be one that is not known here.
    let type: String
    let url: FetchAddress
    /// Nil where there is none, as kinds that are not known here may have it.
    let token: String?
    let isPending: Bool
    let error: PresentedProblem?

    init(_ json: JSONValue) throws(ACMEClientFailure) {
        guard let type = json["type"]?.string else { throw .notUnderstood("a challenge has no type") }
        self.type = type
        url = try json.address("url", of: "a challenge")
        token = json["token"]?.string.flatMap { Self.isToken($0) ? $0 : nil }
        isPending = json["status"] == "pending"
        error = json["error"].map { PresentedProblem($0) }
    }

    /// RFC 8555 §8.1: base64url, at least 128 bits; and so nothing that could change a path.
    private static func isToken(_ text: String) -> Bool {
        (22...256).contains(text.utf8.count)
            && text.utf8.allSatisfy { octet in
                switch octet {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

extension ACMEIdentifier {
    init(presented json: JSONValue) throws(ACMEClientFailure) {
        guard let type = json["type"]?.string, let value = json["value"]?.string, type == "dns" || type == "ip",
            let identifier = ACMEIdentifier("\(type):\(value)")
        else { throw .notUnderstood("an identifier is no name or address") }
        self = identifier
    }

    /// RFC 8555 §7.4, RFC 8738 §3.
    var asOrdered: JSONValue { ["type": .string(type), "value": .string(value)] }
}

import SymbolonWire

/// What an ACME server offers, and where (RFC 8555 §7.1.1), as it presented it.
public struct ACMEDirectory: Equatable, Sendable {
    let newNonce: FetchAddress
    let newAccount: FetchAddress
    let newOrder: FetchAddress
    /// RFC 9773 §4.1; nil where the server suggests nothing.
    let renewalInformation: FetchAddress?
    /// Where the terms stand that an account agrees to; nil where there are none.
    public let termsOfService: String?
    /// RFC 8555 §7.3.4: an account needs a key that the operator gave out.
    public let requiresExternalAccount: Bool
    /// draft-ietf-acme-profiles §3: names that an order may ask for, in the server's order.
    public let profiles: [String]

    init(_ json: JSONValue) throws(ACMEClientFailure) {
        newNonce = try json.address("newNonce", of: "the directory")
        newAccount = try json.address("newAccount", of: "the directory")
        newOrder = try json.address("newOrder", of: "the directory")
        renewalInformation =
            json["renewalInfo"] == nil ? nil : try json.address("renewalInfo", of: "the directory")
        let meta = json["meta"]
        termsOfService = meta?["termsOfService"]?.string
        requiresExternalAccount = meta?["externalAccountRequired"]?.bool ?? false
        profiles = meta?["profiles"]?.members?.map(\.name) ?? []
    }
}

extension JSONValue {
    /// RFC 8555 §6.1: every URL of an ACME server is https.
    func address(_ name: String, of what: String) throws(ACMEClientFailure) -> FetchAddress {
        guard let text = self[name]?.string else { throw .notUnderstood("\(what) has no \(name)") }
        return try FetchAddress(acme: text, named: "\(name) of \(what)")
    }
}

extension FetchAddress {
    /// 2,048: longer URLs break elsewhere on the way.
    private static let longest = 2048

    /// A URL that an ACME server gave.
    init(acme text: String, named name: String) throws(ACMEClientFailure) {
        guard text.utf8.count <= Self.longest, let address = try? FetchAddress(text), address.isSecure else {
            throw .notUnderstood("\(name) is no https URL")
        }
        self = address
    }
}

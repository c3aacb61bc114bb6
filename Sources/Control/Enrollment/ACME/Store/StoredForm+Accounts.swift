import Foundation
public import SymbolonAuthority
import SymbolonKeys
import SymbolonNames
import SymbolonWire

extension ACMEAccount: StoredForm {
    public var stored: [UInt8] {
        JSONValue.stored([
            "id": .id(id), "key": .octets(key.subjectPublicKeyInfo), "status": .string(status.rawValue),
            "contacts": .texts(contacts), "externalAccount": externalAccount.map(JSONValue.string),
            "policy": policy?.json, "createdAt": .time(createdAt), "createdFrom": .string(createdFrom),
            "revision": .integer(revision),
        ]).bytes
    }

    public init(stored text: [UInt8]) throws(StoreFailure) {
        let reader = try StoredReader(text, "an ACME account")
        guard let key = try? PublicKey(subjectPublicKeyInfo: reader.octets("key")) else { throw reader.damaged("key") }
        self.init(
            id: try reader.id("id"), key: key, status: try reader.parsed("status", Status.init(rawValue:)),
            contacts: try reader.texts("contacts"),
            externalAccount: reader.has("externalAccount") ? try reader.text("externalAccount") : nil,
            policy: try ACMEPolicy.read(reader), createdAt: try reader.time("createdAt"),
            createdFrom: try reader.text("createdFrom"), revision: try reader.integer("revision"))
    }
}

extension ExternalAccountKey: StoredForm {
    public var stored: [UInt8] {
        let (bound, at): (ResourceID?, Date?) =
            switch state {
            case .open: (nil, nil)
            case .bound(let account, let at): (account, at)
            case .revoked(let at): (nil, at)
            }
        return JSONValue.stored([
            "id": .string(id), "secret": .octets(unsafe secret.withUnsafeBytes { unsafe Array($0) }),
            "policy": policy?.json, "createdAt": .time(createdAt), "createdBy": .string(createdBy),
            "expiresAt": expiresAt.map(JSONValue.time), "state": .string(state.name.rawValue),
            "account": bound.map(JSONValue.id), "at": at.map(JSONValue.time), "revision": .integer(revision),
        ]).bytes
    }

    public init(stored text: [UInt8]) throws(StoreFailure) {
        let reader = try StoredReader(text, "an external account key")
        let state: State =
            switch try reader.parsed("state", State.Name.init(rawValue:)) {
            case .open: .open
            case .bound: .bound(try reader.id("account"), at: try reader.time("at"))
            case .revoked: .revoked(at: try reader.time("at"))
            }
        self.init(
            id: try reader.text("id"), secret: SecretBytes(copying: try reader.octets("secret")),
            policy: try ACMEPolicy.read(reader), createdAt: try reader.time("createdAt"),
            createdBy: try reader.text("createdBy"),
            expiresAt: reader.has("expiresAt") ? try reader.time("expiresAt") : nil, state: state,
            revision: try reader.integer("revision"))
    }
}

extension ACMEPolicy {
    var json: JSONValue {
        .stored([
            "permitted": permitted.map { .texts($0.map(\.description)) },
            "allowsWildcards": .bool(allowsWildcards), "profiles": profiles.map(JSONValue.texts),
            "orders": .integer(Int64(orders.count)), "orderWindow": .integer(orders.window.components.seconds),
        ])
    }

    /// The member `policy` of a stored object.
    static func read(_ outside: StoredReader) throws(StoreFailure) -> ACMEPolicy? {
        guard let reader = try outside.insideIfAny("policy") else { return nil }
        return ACMEPolicy(
            permitted: reader.has("permitted") ? try reader.values("permitted", Self.permission) : nil,
            allowsWildcards: try reader.bool("allowsWildcards"),
            profiles: reader.has("profiles") ? try reader.texts("profiles") : nil,
            orders: Allowance(
                Int(try reader.integer("orders")), in: .seconds(try reader.integer("orderWindow"))))
    }

    private static func permission(_ text: String) -> Permission? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        return try? Permission(kind: String(text[..<colon]), name: String(text[text.index(after: colon)...]))
    }
}

public import SymbolonKeys
import SymbolonTokens
import SymbolonWire

/// A key that an ACME server's operator gave out (RFC 8555 §7.3.4).
public struct ExternalAccountBinding: Sendable {
    public let id: String
    public let key: SecretBytes

    public init(id: String, key: SecretBytes) {
        self.id = id
        self.key = key
    }

    /// From the key as operators hand it out: in base64url.
    public init(id: String, encodedKey text: some StringProtocol) throws(ACMEClientFailure) {
        guard var octets = try? Base64URL.decode(text.trimmingSuffix(while: { $0 == "=" })), !octets.isEmpty else {
            throw .cannotSign("the external account's key is not base64url")
        }
        defer { wipe(&octets) }
        self.init(id: id, key: SecretBytes(copying: octets))
    }

    /// RFC 8555 §7.3.4: the account's key, signed with the operator's, for the URL of the request around it.
    func member(_ account: SigningKey, _ url: FetchAddress) throws(ACMEClientFailure) -> JSONMember {
        guard let jwk = JWK.json(account.publicKey) else { throw .cannotSign("the account's key has no JWK") }
        let header = [JSONMember("kid", .string(id)), JSONMember("url", .string(url.description))]
        return JSONMember(
            "externalAccountBinding", FlattenedJWS.mac(payload: jwk.bytes, header: header, by: key).json)
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while isEnd: (Character) -> Bool) -> Self.SubSequence {
        var end = endIndex
        while end > startIndex, isEnd(self[index(before: end)]) { end = index(before: end) }
        return self[startIndex..<end]
    }
}

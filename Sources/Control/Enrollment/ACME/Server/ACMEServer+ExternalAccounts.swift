import Foundation
import SymbolonAuthority
import SymbolonKeys
import SymbolonTokens
import SymbolonWire

/// RFC 8555 §7.3.4: external account binding.
extension ACMEServer {
    /// Who fails is not told at what: a key identifier is not to be guessed.
    static let bindingRefused = ACMERefusal(
        .unauthorized, "the external account binding is not by an operator's key that is still open; ask for a new one")

    /// The operator's key that the request is bound to; nil when it has none and needs none.
    func externalAccount(
        _ payload: JSONValue, _ key: PublicKey, _ envelope: ACMEEnvelope
    ) async throws(ACMERefusal) -> ExternalAccountKey? {
        guard let binding = payload["externalAccountBinding"] else {
            guard !configuration.requiresExternalAccount else {
                throw ACMERefusal(
                    .externalAccountRequired,
                    "an account here needs a key from the operator: symbolon acme eab create", status: 403)
            }
            return nil
        }
        let jws: FlattenedJWS
        do throws(JWSFailure) {
            jws = try FlattenedJWS(binding, limits: ACMEEnvelope.limits)
        } catch {
            throw ACMERefusal(error)
        }
        guard jws.algorithm == "HS256" else {
            throw ACMERefusal(.badSignatureAlgorithm, "an external account binding is made with HS256")
        }
        guard jws.header["nonce"] == nil, jws.header["jwk"] == nil, let id = jws.header["kid"]?.string else {
            throw ACMERefusal(.malformed, "an external account binding has a kid, no jwk and no nonce")
        }
        guard let url = envelope.jws.header["url"], jws.header["url"] == url else {
            throw ACMERefusal(.malformed, "an external account binding has the url of the request around it")
        }
        try checkBound(jws.payload, to: key)
        let found = try await stored { try await store.externalAccountKey(id) }
        // A MAC is computed whether or not there is such a key: the time it takes tells nothing.
        let secret = found?.secret ?? SecretBytes(copying: [UInt8](repeating: 0, count: ExternalAccountKey.octets))
        let isValid = (try? jws.verify(mac: secret)) != nil
        guard let found, isValid, found.isOpen(at: clock()) else { throw Self.bindingRefused }
        return found
    }

    /// §7.3.4: "the payload of the JWS is the same public key" as in the jwk of the outer one.
    private func checkBound(_ payload: [UInt8], to key: PublicKey) throws(ACMERefusal) {
        let jwk: JSONValue
        do throws(JSONFailure) {
            jwk = try JSONReader.parse(payload, limits: ACMEEnvelope.limits)
        } catch {
            throw ACMERefusal(.malformed, error.explanation)
        }
        guard try ACMEEnvelope.key(jwk) == key else {
            throw ACMERefusal(.malformed, "the external account binding is for another account key")
        }
    }
}

extension ExternalAccountKey {
    /// 256 bits: as long as the hash (RFC 7518 §3.2).
    static let octets = 32

    func isOpen(at now: Date) -> Bool {
        guard case .open = state else { return false }
        return expiresAt.map { now < $0 } ?? true
    }

    /// open → bound.
    mutating func bind(to account: ResourceID, at now: Date) {
        state = .bound(account, at: now)
        revision += 1
    }

    /// open or bound → revoked. False when it was so before.
    mutating func revoke(at now: Date) -> Bool {
        if case .revoked = state { return false }
        state = .revoked(at: now)
        revision += 1
        return true
    }
}

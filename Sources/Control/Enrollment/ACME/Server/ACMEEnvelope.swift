import SymbolonKeys
import SymbolonTokens
import SymbolonWire

/// The envelope of a request (RFC 8555 §6.2): its form is checked, its signature not yet.
struct ACMEEnvelope {
    enum Signer {
        /// RFC 8555 §6.2: with newAccount, and with revokeCert by the certificate's key.
        case key(PublicKey)
        /// The account URL, as given.
        case account(String)
    }

    let jws: FlattenedJWS
    let signer: Signer
    let nonce: String

    /// 128 KiB: a request for a certificate with a hundred names, twice encoded, fits many times.
    static let limits = JSONReader.Limits(octets: 1 << 17)

    /// - Parameter url: where the request came in.
    init(_ body: [UInt8], url: String) throws(ACMERefusal) {
        do throws(JWSFailure) {
            jws = try FlattenedJWS(body, limits: Self.limits)
        } catch {
            throw ACMERefusal(error)
        }
        // Before the nonce: who cannot sign rightly learns that first. §6.2: no MAC, no none.
        guard let algorithm = jws.algorithm else { throw ACMERefusal(JWSFailure.header("alg")) }
        guard JWSAlgorithm(rawValue: algorithm) != nil else { throw ACMERefusal(JWSFailure.algorithm(algorithm)) }
        guard let nonce = jws.header["nonce"]?.string else { throw ACMERefusal(JWSFailure.header("nonce")) }
        self.nonce = nonce
        // §6.4: the url is the one that was asked for, character by character.
        guard jws.header["url"] == .string(url) else {
            throw ACMERefusal(
                .unauthorized, "the url in the protected header is not \(url), where the request was sent")
        }
        signer = try Self.signer(of: jws.header)
    }

    /// §6.2: exactly one of jwk and kid.
    private static func signer(of header: JSONValue) throws(ACMERefusal) -> Signer {
        switch (header["jwk"], header["kid"]) {
        case (let jwk?, nil): return .key(try key(jwk))
        case (nil, let kid?):
            guard let kid = kid.string else { throw ACMERefusal(JWSFailure.header("kid")) }
            return .account(kid)
        case (.some, .some):
            throw ACMERefusal(.malformed, "the protected header has both jwk and kid; send exactly one")
        case (nil, nil): throw ACMERefusal(.malformed, "the protected header has neither jwk nor kid")
        }
    }

    static func key(_ jwk: JSONValue) throws(ACMERefusal) -> PublicKey {
        do throws(JWKFailure) {
            return try JWK.parse(jwk)
        } catch {
            throw ACMERefusal(.badPublicKey, error.explanation)
        }
    }

    func verify(by key: PublicKey) throws(ACMERefusal) {
        do throws(JWSFailure) {
            try jws.verify(by: key)
        } catch {
            throw ACMERefusal(error)
        }
    }

    /// The payload's JSON; nil for POST-as-GET, whose payload is empty (§6.3).
    func payload() throws(ACMERefusal) -> JSONValue? {
        guard !jws.payload.isEmpty else { return nil }
        let json: JSONValue
        do throws(JSONFailure) {
            json = try JSONReader.parse(jws.payload, limits: Self.limits)
        } catch {
            throw ACMERefusal(.malformed, error.explanation)
        }
        guard json.members != nil else { throw ACMERefusal(.malformed, "the payload is not a JSON object") }
        return json
    }
}

import Crypto
import SymbolonNames
import SymbolonWire

/// dns-01, RFC 8555 §8.4: a TXT record at `_acme-challenge` below the name holds the digest of the key authorization.
struct DNSChallenge: Sendable {
    let resolver: Resolver

    /// One of the records is enough: a name and its wildcard are validated side by side at the same place, and a place
    /// delegated by CNAME may serve many. Old ones may be served for a while: another look may find it.
    ///
    /// - Returns: the name of the place.
    func validate(_ host: Destination.Host, keyAuthorization: String) async throws(ChallengeFailure) -> String {
        guard case .name(let name) = host else { throw .notForAddresses }
        let place = WireName(name).prefixed("_acme-challenge")
        let texts: [[UInt8]]
        do throws(ResolutionFailure) {
            texts = try await resolver.texts(at: place)
        } catch {
            throw .resolution(name: place.text, error)
        }
        guard !texts.isEmpty else { throw .absent("\(place.text) has no TXT record") }
        let expected = Array(Base64URL.encode(Array(SHA256.hash(data: Array(keyAuthorization.utf8)))).utf8)
        guard texts.contains(expected) else {
            throw .absent(
                "no TXT record at \(place.text), of \(texts.count), is the digest of this challenge's key authorization"
            )
        }
        return place.text
    }
}

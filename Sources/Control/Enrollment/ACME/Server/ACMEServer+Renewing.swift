import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonWire

/// RFC 9773: renewal information, and orders that replace a certificate.
extension ACMEServer {
    /// §4.1: the key identifier of the issuer and the serial number's octets, in base64url, with a full stop between.
    func certificateName(_ serialNumber: SerialNumber, of issuer: PublicKey?) -> String {
        Base64URL.encode(issuer?.keyIdentifier ?? []) + "." + Base64URL.encode(serialNumber.contents)
    }

    /// Nil for what names no certificate of an issuing authority of this one, in its one spelling.
    private func named(_ name: String) -> (serialNumber: SerialNumber, issuer: KeyFingerprint)? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 128, parts.count == 2, let contents = try? Base64URL.decode(parts[1]),
            let serialNumber = try? SerialNumber(magnitude: contents),
            let issuer = authority.allIssuers.first(where: { one in
                one.role == .issuing && certificateName(serialNumber, of: one.certificate.publicKey) == name
            })
        else { return nil }
        return (serialNumber, issuer.key)
    }

    /// §4.2. Asked without signature; `Retry-After` says when it makes sense to ask again.
    func renewalInformation(_ name: String) async throws(ACMERefusal) -> ACMEResponse {
        guard let named = named(name),
            let record = try await stored({ try await certificates.certificate(named.serialNumber) }),
            record.intent.issuerKey == named.issuer,
            let window = renewal.window(for: record, issuedBy: authority.allIssuers, at: clock())
        else { throw ACMERefusal(.malformed, "no certificate of this authority is called so", status: 404) }
        return ACMEResponse(
            200,
            json: [
                "suggestedWindow": [
                    "start": .string(CertificateTime(window.start).description),
                    "end": .string(CertificateTime(window.end).description),
                ]
            ]
        ).adding("Retry-After", "\(Self.patience(record))")
    }

    /// Seconds: a fiftieth of the life, so that a window that was moved is heard of in time; §4.3 has 6 hours for
    /// lives of weeks. A minute at least.
    private static func patience(_ record: IssuanceRecord) -> Int {
        let life = record.intent.notAfter.timeIntervalSince(record.intent.at)
        return Int(min(6 * 3600, max(60, life / 50)))
    }

    static let alreadyReplaced = ACMERefusal(
        .alreadyReplaced, "another order replaces this certificate already; leave out replaces")

    /// §5: the certificate that an order replaces, and the order that was to do so and came to nothing.
    func replacement(
        _ payload: JSONValue, for identifiers: [ACMEIdentifier], of account: ACMEAccount, at now: Date
    ) async throws(ACMERefusal) -> (certificate: SerialNumber, instead: ResourceID?)? {
        guard let member = payload["replaces"] else { return nil }
        guard let name = member.string, let (serialNumber, _) = named(name) else {
            throw ACMERefusal(.malformed, "replaces names no certificate of this authority")
        }
        // E09: only the account's own.
        guard let replaced = try await stored({ try await store.order(certificate: serialNumber) }),
            replaced.account == account.id
        else { throw .notThere("certificate to replace") }
        guard !Set(replaced.identifiers).isDisjoint(with: identifiers) else {
            throw ACMERefusal(.malformed, "the order shares no identifier with the certificate that it replaces")
        }
        guard let other = try await stored({ try await store.order(replacing: serialNumber) }) else {
            return (serialNumber, nil)
        }
        // An order that came to nothing does not stand in the way.
        guard let record = try await stored({ try await store.order(other.id) }), record.status(at: now) == .invalid
        else { throw Self.alreadyReplaced }
        return (serialNumber, other.id)
    }
}

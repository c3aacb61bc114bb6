import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonTokens
import SymbolonWire

/// RFC 8555 §7.4.2 and §7.6: certificates, to fetch and to revoke.
extension ACMEServer {
    /// §7.4.2: the leaf, then what stands between it and the root; the root is known to whoever trusts it. There is one
    /// chain, so no alternate.
    func certificate(
        _ serialNumber: SerialNumber, of account: ACMEAccount, _ envelope: ACMEEnvelope
    ) async throws(ACMERefusal) -> ACMEResponse {
        try Self.requireEmpty(envelope)
        guard let order = try await stored({ try await store.order(certificate: serialNumber) }),
            order.account == account.id,
            let record = try await stored({ try await certificates.certificate(serialNumber) }),
            let der = record.certificate
        else { throw .notThere("certificate") }
        let above = authority.allIssuers.chain(above: record.intent.issuerKey)
        let chain = ([der] + above.map(\.der)).map { PEM.render(label: "CERTIFICATE", $0) }.joined()
        return ACMEResponse(200, contentType: "application/pem-certificate-chain", Array(chain.utf8))
    }

    /// §7.6: by the account that ordered it, by one that is authorized for all its names, or by the certificate's own key.
    func revokeCertificate(_ envelope: ACMEEnvelope, _ place: ACMEPlace) async throws(ACMERefusal) -> ACMEResponse {
        let account: ACMEAccount?
        let signingKey: PublicKey?
        switch envelope.signer {
        case .key(let key):
            try envelope.verify(by: key)
            (account, signingKey) = (nil, key)
        case .account:
            account = try await self.account(of: envelope)
            signingKey = nil
        }
        guard let payload = try envelope.payload(), let text = payload["certificate"]?.string,
            let der = try? Base64URL.decode(text)
        else { throw ACMERefusal(.malformed, "a revocation has a certificate, its DER in base64url") }
        let reason = try Self.reason(payload)
        let record = try await issued(der)
        let actor: String
        let reach: RevocationOrder.Reach
        if let account {
            try await requireAuthority(of: account, over: record)
            (actor, reach) = (account.actor, .unrevoked)
        } else {
            guard let certificate = try? Certificate(der: der), certificate.publicKey == signingKey else {
                throw ACMERefusal(.unauthorized, "the request is not signed by the certificate's key")
            }
            // Who has the key knows that somebody else can have it: that outweighs every reason given before.
            (actor, reach) = ("acme certificate key \(record.intent.publicKey)", .raising)
        }
        return try await revoke(record, reason, reach, actor)
    }

    private func revoke(
        _ record: IssuanceRecord, _ reason: RevocationReason, _ reach: RevocationOrder.Reach, _ actor: String
    ) async throws(ACMERefusal) -> ACMEResponse {
        let outcome: RevocationOutcome
        do throws(RevocationFailure) {
            outcome = try await authority.revoke(
                record.intent.serialNumber, reason: reason, reach: reach, actor: actor)
        } catch {
            if case .store(let failure) = error { throw ACMERefusal(failure) }
            throw ACMERefusal(.badRevocationReason, error.explanation)
        }
        guard !outcome.revoked.isEmpty else {
            throw ACMERefusal(.alreadyRevoked, "the certificate was revoked before")
        }
        return ACMEResponse(200)
    }

    /// §7.6: reasons that a subscriber may give. RFC 5280 §5.3.1: 6 could be lifted again, 2 and 10 are for authorities, 8
    /// is no reason.
    private static func reason(_ payload: JSONValue) throws(ACMERefusal) -> RevocationReason {
        guard let member = payload["reason"] else { return .unspecified }
        let allowed: [RevocationReason] = [
            .unspecified, .keyCompromise, .affiliationChanged, .superseded, .cessationOfOperation, .privilegeWithdrawn,
        ]
        guard let code = member.integer, let reason = allowed.first(where: { Int64($0.code) == code }) else {
            throw ACMERefusal(
                .badRevocationReason, "reasons are \(allowed.map { "\($0.code)" }.joined(separator: ", "))")
        }
        return reason
    }

    /// This authority's own, byte for byte.
    private func issued(_ der: [UInt8]) async throws(ACMERefusal) -> IssuanceRecord {
        guard let certificate = try? Certificate(der: der) else {
            throw ACMERefusal(.malformed, "the certificate cannot be read")
        }
        guard let record = try await stored({ try await certificates.certificate(certificate.serialNumber) }),
            record.certificate == der
        else { throw .notThere("certificate") }
        return record
    }

    private func requireAuthority(of account: ACMEAccount, over record: IssuanceRecord) async throws(ACMERefusal) {
        let serialNumber = record.intent.serialNumber
        if let order = try await stored({ try await store.order(certificate: serialNumber) }),
            order.account == account.id
        {
            return
        }
        let identifiers = record.intent.names.compactMap { ACMEIdentifier($0) }
        let now = clock()
        let authorized = try await stored {
            try await store.validAuthorizations(of: account.id, for: identifiers, until: now)
        }
        guard !identifiers.isEmpty, Set(identifiers).isSubset(of: authorized.map(\.identifier)) else {
            throw .notThere("certificate")
        }
    }
}

package import Foundation
internal import SymbolonCertificates

/// What an answer is to say: everything but the signature. RFC 6960 §4.2.1, version 1.
package struct AnswerTemplate: Sendable {
    /// SingleResponse.
    package struct Status: Sendable {
        package var identifier: CertificateID
        package var standing: CertificateStanding
        package var thisUpdate: Date
        package var nextUpdate: Date
        /// RFC 6960 §4.4.4: since when the responder knows what was revoked; for certificates that have ended.
        package var archiveCutoff: Date?

        package init(
            _ identifier: CertificateID, _ standing: CertificateStanding, thisUpdate: Date, nextUpdate: Date,
            archiveCutoff: Date? = nil
        ) {
            self.identifier = identifier
            self.standing = standing
            self.thisUpdate = thisUpdate
            self.nextUpdate = nextUpdate
            self.archiveCutoff = archiveCutoff
        }

        fileprivate var derBytes: [UInt8] {
            DERWriter.sequence(
                identifier.derBytes, Self.derBytes(of: standing), AnswerTemplate.time(thisUpdate),
                DERWriter.element(.context(0, isConstructed: true), AnswerTemplate.time(nextUpdate)),
                archiveCutoff.map { cutoff in
                    AnswerTemplate.extensions(
                        Extension(.ocspArchiveCutoff, isCritical: false, value: AnswerTemplate.time(cutoff)))
                } ?? [])
        }

        /// `CHOICE { good [0] NULL, revoked [1] RevokedInfo, unknown [2] NULL }`.
        private static func derBytes(of standing: CertificateStanding) -> [UInt8] {
            switch standing {
            case .good: return DERWriter.element(.context(0), [])
            case .unknown: return DERWriter.element(.context(2), [])
            case .revoked(let revocation):
                // RFC 5280 §5.3.1: unspecified "SHOULD be absent".
                let reason: [UInt8] =
                    revocation.reason == .unspecified
                    ? []
                    : DERWriter.element(
                        .context(0, isConstructed: true),
                        DERWriter.element(.enumerated, [UInt8(revocation.reason.code)]))
                return DERWriter.element(
                    .context(1, isConstructed: true), AnswerTemplate.time(revocation.since) + reason)
            }
        }
    }

    /// RFC 6960 §4.2.1, KeyHash: SHA-1 over the bits of the responder's key. It names the key and protects nothing.
    package var responderKeyHash: [UInt8]
    package var producedAt: Date
    /// At least one.
    package var statuses: [Status]
    package var nonce: StatusNonce?

    package init(responderKeyHash: [UInt8], producedAt: Date, statuses: [Status], nonce: StatusNonce? = nil) {
        self.responderKeyHash = responderKeyHash
        self.producedAt = producedAt
        self.statuses = statuses
        self.nonce = nonce
    }

    /// The bytes to sign: DER of the ResponseData.
    package var derBytes: [UInt8] {
        DERWriter.sequence(
            DERWriter.element(
                .context(2, isConstructed: true), DERWriter.element(.octetString, responderKeyHash)),
            Self.time(producedAt),
            DERWriter.element(.sequence, statuses.flatMap(\.derBytes)),
            nonce.map { Self.extensions($0.extension) } ?? [])
    }

    /// `[1] EXPLICIT Extensions`, with one.
    private static func extensions(_ one: Extension) -> [UInt8] {
        DERWriter.element(.context(1, isConstructed: true), DERWriter.sequence(DERWriter.extension(one)))
    }

    /// RFC 6960 §4.2.2.1: GeneralizedTime whatever the year.
    private static func time(_ moment: Date) -> [UInt8] {
        var octets: [UInt8] = []
        CertificateTime(moment).written(as: .generalizedTime).append(to: &octets)
        return octets
    }
}

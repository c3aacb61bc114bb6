import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import Testing

extension EndToEnd.Impostors {
    @Suite("Papers that prove nothing")
    struct PapersThatProveNothing {
        struct Impostor: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let reason: String
            let alert: Alert
            let papers: @Sendable (Wardrobe) throws -> Papers?

            init(
                _ name: String, _ reason: String, _ alert: Alert,
                _ papers: @escaping @Sendable (Wardrobe) throws -> Papers?
            ) {
                testDescription = name
                self.reason = reason
                self.alert = alert
                self.papers = papers
            }
        }

        private static let authorities: [Impostor] = [
            Impostor("T24: no certificate", "noCertificate", .certificateRequired) { _ in nil },
            Impostor("a self-signed certificate", "selfSignedNotTrusted", .unknownAuthority) { wardrobe in
                let leaf = wardrobe.leaf("laptop")
                return try wardrobe.papers(leaf.selfSigned(), key: leaf.key.readable)
            },
            Impostor("another authority", "issuerUnknown", .unknownAuthority) { wardrobe in
                let other = wardrobe.stranger(copyingNames: false)
                return try wardrobe.papers(other.leaf, signedBy: other.issuing, beside: [other.issuingDER])
            },
            Impostor("another authority, its root sent too", "selfSignedNotTrusted", .unknownAuthority) { wardrobe in
                let other = wardrobe.stranger(copyingNames: false)
                return try wardrobe.papers(
                    other.leaf, signedBy: other.issuing, beside: [other.issuingDER, other.rootDER])
            },
            Impostor("another authority of the same names", "signatureInvalid", .badCertificate) { wardrobe in
                let other = wardrobe.stranger(copyingNames: true)
                return try wardrobe.papers(
                    other.leaf, signedBy: other.issuing, beside: [other.issuingDER, other.rootDER])
            },
            Impostor("a signature with one bit wrong", "signatureInvalid", .badCertificate) {
                try $0.signed { $0.breaksSignature = true }
            },
            Impostor("T21: somebody's certificate without its key", "possessionNotProved", .decryptError) { wardrobe in
                let theirs = wardrobe.leaf("laptop")
                let key = try SpoiledKey.claiming(theirs.key.publicKey, signingWith: TestKeys.key("thief"))
                return try wardrobe.papers(
                    theirs, signedBy: wardrobe.authority.issuing, beside: [wardrobe.authority.issuingDER], key: key)
            },
        ]

        private static let standing: [Impostor] = [
            Impostor("an expired certificate", "expired", .certificateExpired) {
                try $0.signed { $0.notAfter = $0.notBefore + 1 * .minute }
            },
            Impostor("a certificate that is not yet valid", "notYetValid", .certificateExpired) {
                try $0.signed { $0.notBefore = $0.notAfter - 1 * .minute }
            },
            Impostor("a revoked certificate", "revoked", .certificateRevoked) { $0.revoked },
            Impostor("an expired issuing certificate", "expired", .certificateExpired) {
                try $0.signedByIssuing { $0.notAfter = $0.notBefore + 1 * .minute }
            },
        ]

        private static let purposes: [Impostor] = [
            Impostor("T22: a server's certificate", "extendedKeyUsageUnfit", .certificateUnknown) {
                try $0.issued("ledger", "service")
            },
            Impostor("T22: a certificate for any purpose", "extendedKeyUsageUnrestricted", .certificateUnknown) {
                try $0.signed { $0.extendedKeyUsage = ExtendedKeyUsage(.any) }
            },
            Impostor("T22: a certificate for no named purpose", "extendedKeyUsageMissing", .certificateUnknown) {
                try $0.signed { $0.extendedKeyUsage = nil }
            },
            Impostor("T22: an authority that certifies servers only", "extendedKeyUsageUnfit", .certificateUnknown) {
                try $0.signedByIssuing { $0.extendedKeyUsage = ExtendedKeyUsage(.serverAuth) }
            },
            Impostor("a mailbox's certificate", "extendedKeyUsageUnfit", .certificateUnknown) {
                try $0.signed { $0.extendedKeyUsage = ExtendedKeyUsage(.emailProtection) }
            },
            Impostor("somebody proved, whom no rule allows", "policy", .accessDenied) {
                try $0.issued("visitor", "client")
            },
        ]

        private static let issuers: [Impostor] = [
            Impostor("X10: a leaf used as issuer", "pathLengthExceeded", .certificateUnknown) { wardrobe in
                let forger = wardrobe.leaf("visitor")
                let signed = forger.der(signedBy: wardrobe.authority.issuing)
                return try wardrobe.signed(beside: [signed, wardrobe.authority.issuingDER], by: forger) { _ in }
            },
            Impostor("X10: an issuer that is no authority", "issuerIsNotAuthority", .certificateUnknown) {
                try $0.signedByIssuing { $0.basicConstraints = BasicConstraints(isAuthority: false) }
            },
            Impostor(
                "X10: an issuer that may sign no certificates", "issuerMayNotSignCertificates", .certificateUnknown
            ) {
                try $0.signedByIssuing { $0.keyUsage = .crlSign }
            },
            Impostor("X10: an authority below one that allows none", "pathLengthExceeded", .certificateUnknown) {
                wardrobe in
                let below = wardrobe.issuing {
                    $0.subject = TestPKI.name("Below")
                    $0.use(TestKeys.key("below"))
                }
                let chain = [below.der(signedBy: wardrobe.authority.issuing), wardrobe.authority.issuingDER]
                return try wardrobe.signed(beside: chain, by: below) { _ in }
            },
        ]

        private static let forms: [Impostor] = [
            Impostor("X12: an unknown critical extension", "criticalExtensionUnknown", .certificateUnknown) {
                try $0.signed {
                    $0.otherExtensions = [
                        Extension(ObjectIdentifier(1, 3, 6, 1, 4, 1, 55555, 1), isCritical: true, value: [5, 0])
                    ]
                }
            },
            Impostor("X12: an extension that stands twice", "malformed", .badCertificate) {
                try $0.signed { $0.otherExtensions = [.keyUsage(.digitalSignature)] }
            },
            Impostor("X12: an authority of version 1", "notVersion3", .certificateUnknown) {
                try $0.signedByIssuing { $0.version = 1 }
            },
            Impostor("X12: an empty issuer", "issuerUnknown", .unknownAuthority) {
                try $0.signed { $0.issuer = .empty }
            },
            Impostor("X12: one algorithm inside, another outside", "malformed", .badCertificate) {
                try $0.signed { $0.innerAlgorithm = TestKeys.key("p384", .p384).signatureAlgorithm.identifier }
            },
            Impostor("X13: an authority with explicit curve parameters", "keyNotAllowed", .certificateUnknown) {
                wardrobe in
                let explicit = try SpoiledKey.explicitCurve(wardrobe.authority.issuing.key)
                return try wardrobe.signedByIssuing { $0.subjectPublicKeyInfo = explicit }
            },
            Impostor("a second SPIFFE ID", "severalURIsBesideSPIFFEID", .certificateUnknown) {
                try $0.signed { $0.names.append(.uri("spiffe://example.internal/admin")) }
            },
            Impostor("a SPIFFE ID of another domain", "spiffeIDOutsideTrustDomain", .certificateUnknown) {
                try $0.signed { $0.names = [.uri("spiffe://example.com/laptop")] }
            },
        ]

        @Test("refused, and the honest twin served:", arguments: authorities + standing + purposes + issuers + forms)
        func refused(_ impostor: Impostor) async throws {
            let gallery = try EndToEnd.Impostors.gallery
            try await gallery.refuses(
                impostor.testDescription, try impostor.papers(gallery.wardrobe), reason: impostor.reason,
                alert: impostor.alert)
            try await gallery.serves()
        }

        @Test("the same papers with nothing spoiled are believed: each impostor differs in what it is named for")
        func nothingSpoiled() async throws {
            let gallery = try EndToEnd.Impostors.gallery
            try await gallery.serves(try gallery.wardrobe.signed { _ in })
            try await gallery.serves(try gallery.wardrobe.signedByIssuing { _ in })
        }
    }
}

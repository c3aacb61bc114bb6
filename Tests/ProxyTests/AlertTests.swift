import Foundation
import SymbolonRevocation
import SymbolonTransport
import SymbolonVerification
import Testing

@testable import SymbolonProxy

@Suite("RFC 8446 §6.2: the peer learns the alert that fits, and no more")
struct AlertTests {
    @Test(
        "an alert for",
        arguments: [
            (VerificationFailure.expired(notAfter: .distantPast, at: .distantPast), TLSAlert.certificateExpired),
            (.notYetValid(notBefore: .distantFuture, at: .distantPast), .certificateExpired),
            (.revoked(.keyCompromise, since: .distantPast), .certificateRevoked),
            (.selfSignedNotTrusted, .unknownCA),
            (.nothingPresented, .badCertificate),
            (.chainTooLarge(bytes: 2, limit: 1), .badCertificate),
            (.leafIsAuthority, .certificateUnknown),
            (.extendedKeyUsageMissing(for: .client), .certificateUnknown),
            (.revocationUnknown(.noSource), .certificateUnknown),
        ])
    func alert(failure: VerificationFailure, alert: TLSAlert) {
        #expect(TLSAlert(for: failure) == alert)
    }
}

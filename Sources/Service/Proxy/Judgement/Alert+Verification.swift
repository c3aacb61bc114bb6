package import SymbolonTransport
package import SymbolonVerification

/// What the peer learns of its refusal: the alert of RFC 8446 §6.2, and no more. The operator learns the rest.
extension TLSAlert {
    init(for cause: RefusalCause) {
        switch cause {
        case .verification(let refusal): self.init(for: refusal.failure)
        // "A valid certificate … was received, but when access control was applied, the sender decided not to proceed".
        case .policy: self = .accessDenied
        case .clockBehind, .handshake, .lost, .gaveWay, .tooManyConnections: self = .internalError
        }
    }

    package init(for failure: VerificationFailure) {
        switch failure {
        // "A certificate has expired or is not currently valid": both edges.
        case .expired, .notYetValid:
            self = .certificateExpired
        case .revoked:
            self = .certificateRevoked
        // "The CA certificate could not be located or could not be matched with a known trust anchor."
        case .issuerUnknown, .selfSignedNotTrusted, .anchorWithdrawn:
            self = .unknownCA
        // "A certificate was corrupt, contained signatures that did not verify correctly, etc."
        case .nothingPresented, .chainTooLarge, .tooManyCertificates, .malformed, .signatureInvalid:
            self = .badCertificate
        // "Some other (unspecified) issue arose in processing the certificate, rendering it unacceptable."
        default:
            self = .certificateUnknown
        }
    }
}

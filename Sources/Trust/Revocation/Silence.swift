public import Foundation
public import SymbolonCertificates

/// Why no source could speak for a certificate.
public enum Silence: Hashable, Sendable {
    /// No configured source covers the certificate's issuer.
    case noSource
    /// The source's `nextUpdate` has passed.
    case stale(since: Date)
    /// The source's `thisUpdate` is still to come.
    case notYetCurrent(from: Date)
    /// There is a list of the right issuer, but it breaks a rule.
    case listUnusable(ListDefect)
    /// There is a list of the right issuer that nobody entitled to has signed.
    case listNotProved(ListProofFailure)
    /// There are lists of the right issuer, each for other certificates than this one.
    case listOutOfScope
    /// A delta came without the complete list that it builds on.
    case deltaWithoutBase
    /// No list speaks for these reasons.
    case reasonsNotCovered(ReasonFlags)
    /// The certificate's word on where its lists are cannot be read.
    case distributionPointsMalformed(DERFailure)
    /// An answer for this certificate that must not be believed.
    case answerUnusable(AnswerDefect)
    /// The responder does not know the certificate.
    case responderDoesNotKnow
    /// There is a filter of the right issuer that its key has not signed, or may not.
    case filterNotProved(ListProofFailure)
    /// A filter came without the complete one that it brings up to date.
    case filterWithoutBase
    /// The certificate began after what the filter covers.
    case issuedAfterFilter(covers: Date)
    /// The certificate had ended when the filter was made.
    case endedBeforeFilter(thisUpdate: Date)

    /// What is known and why it is not enough: one line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .noSource: "no revocation source covers its issuer"
        case .stale(let since): "what is known of revocation went stale on \(CertificateTime(since))"
        case .notYetCurrent(let from): "what is known of revocation holds only from \(CertificateTime(from))"
        case .listUnusable(let defect): "the revocation list \(defect.explanation)"
        case .listNotProved(let failure): "the revocation list \(failure.explanation)"
        case .listOutOfScope: "the revocation lists of its issuer are for other certificates"
        case .deltaWithoutBase: "a delta list is there without the complete list that it builds on"
        case .reasonsNotCovered(let reasons): "no revocation list speaks for these reasons: \(reasons)"
        case .distributionPointsMalformed(let failure):
            "its distribution points cannot be read: \(failure.explanation)"
        case .answerUnusable(let defect): "the OCSP answer \(defect.explanation)"
        case .responderDoesNotKnow: "the OCSP responder does not know it"
        case .filterNotProved(let failure): "the revocation filter \(failure.explanation)"
        case .filterWithoutBase: "a revocation filter is there without the complete one that it brings up to date"
        case .issuedAfterFilter(let covers):
            "it began after what the revocation filter covers, which is up to \(CertificateTime(covers))"
        case .endedBeforeFilter(let thisUpdate):
            "it had ended when the revocation filter was made, on \(CertificateTime(thisUpdate))"
        }
    }
}

/// Why a list is not proved to be its issuer's. RFC 5280 §6.3.3(f), (g).
public enum ListProofFailure: Error, Hashable, Sendable {
    /// No certificate of the issuer's name that the path's authorities vouch for.
    case signerUnknown
    /// The signer's key usage does not have cRLSign.
    case signerMayNotSignLists
    case signatureInvalid
    /// A signer of its own that is not known to be unrevoked.
    case signerNotKnownGood

    /// What is wrong, to follow "the list".
    public var explanation: String {
        switch self {
        case .signerUnknown: "is signed by nobody whom the authorities of the path vouch for"
        case .signerMayNotSignLists: "is signed by a certificate whose key usage lacks cRLSign"
        case .signatureInvalid: "has a signature that its issuer's key did not make"
        case .signerNotKnownGood: "is signed by a certificate that is not known to be unrevoked"
        }
    }
}

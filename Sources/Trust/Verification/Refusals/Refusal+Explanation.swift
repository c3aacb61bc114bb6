import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonWire

// Every sentence that a refusal can say to an operator stands in this file. None of it is for the peer.

extension Refusal {
    /// The name of the failure's case.
    public var reason: String { failure.reason }

    /// The clause of the standard that was not kept.
    public var clause: String { failure.clause }

    /// One line: which certificate, which check, which value against what.
    public var explanation: String { subject.isEmpty ? finding : "\(place) \"\(subject)\": \(finding)" }

    /// One line: which value was found against what, for a reader who sees which certificate is meant.
    public var finding: String { failure.finding }

    /// One line: what to do about it.
    public var remedy: String { failure.remedy }
}

extension Refusal: CustomStringConvertible {
    public var description: String { "\(explanation) (\(clause)); \(remedy)" }
}

extension VerificationFailure {
    /// What was found, against what was wanted.
    fileprivate var finding: String {
        switch self {
        case .nothingPresented: "the peer presented no certificate"
        case .chainTooLarge(let bytes, let limit):
            "the certificates have \(bytes) octets together; at most \(limit) are read"
        case .tooManyCertificates(let count, let limit):
            "\(count) certificates were presented; at most \(limit) are read"
        case .malformed(let failure): "not a certificate: \(failure.explanation)"
        case .issuerUnknown(let issuer):
            "no trust anchor and no presented certificate is named \"\(issuer.shown)\", its issuer"
        case .selfSignedNotTrusted: "it names itself as its issuer and is no trust anchor here"
        case .signatureInvalid(let issuer, let algorithm):
            "its \(algorithm) signature was not made by the key of \"\(issuer.shown)\", the issuer it names"
        case .pathTooDeep(let limit): "the path to an anchor has more than \(limit) intermediates"
        case .workExhausted(let work, let limit): "finding a path would take more than \(limit) \(work.plural)"
        case .algorithmNotAllowed(let failure): failure.explanation
        case .keyNotAllowed(let failure): "public key: \(failure.explanation)"
        case .rsaModulusNotWholeOctets(let bits): "its RSA modulus has \(bits) bits, which is not a multiple of 8"
        case .notVersion3(let found): "it is an X.509 certificate of version \(found), not 3"
        case .serialNumber(let violation): violation.explanation
        case .issuerEmpty: "its issuer is empty"
        case .authoritySubjectEmpty: "it is an authority and its subject is empty"
        case .notYetValid(let notBefore, let now): "valid from \(notBefore.text) on, and it is \(now.text)"
        case .expired(let notAfter, let now): "expired: valid until \(notAfter.text), and it is \(now.text)"
        case .timeFormWrong(let time): "\(time) is written as \(time.form.wrong)"
        case .criticalExtensionUnknown(let oid): "critical extension \(oid) is not processed here"
        case .extensionMustBeCritical(let known): "\(known.rawValue) is not marked critical"
        case .extensionMustNotBeCritical(let known): "\(known.rawValue) is marked critical"
        case .keyIdentifierMissing(let known): "it has no \(known.rawValue)"
        case .issuerKeyIdentifierDiffers(let stated, let issuer):
            "it says that key \(Hex.encode(stated).cut) issued it; its issuer's key is \(Hex.encode(issuer).cut)"
        case .keyIdentifiersDiffer(let authority, let subject):
            "it signed itself, but says that key \(Hex.encode(authority).cut) did and that its own is \(Hex.encode(subject).cut)"
        case .issuerIsNotAuthority: "it issued a certificate and is no authority: basicConstraints does not say cA"
        case .issuerMayNotSignCertificates(let usage):
            "it issued a certificate, and its \(usage.text) has no keyCertSign"
        case .pathLengthExceeded(let limit):
            "an authority above it allows \(limit) intermediate\(limit == 1 ? "" : "s") below itself, and this is one more"
        case .pathLengthWithoutAuthority: "it limits the length of paths and may not sign certificates"
        case .leafIsAuthority: "it is the certificate of an authority, not of a peer"
        case .leafMaySignCertificates: "its keyUsage has keyCertSign and it is no authority"
        case .keyUsageUnfit(let usage, let purpose):
            "its \(Optional(usage).text) does not allow what a \(purpose.holder) does with its key"
        case .keyUsageUnfitForSPIFFE(let usage):
            "it carries a SPIFFE ID and its \(usage.text); digitalSignature is needed, cRLSign forbidden"
        case .extendedKeyUsageMissing(let purpose):
            "it has no extendedKeyUsage; a \(purpose.holder) needs \(purpose.keyPurposeName)"
        case .extendedKeyUsageUnrestricted(let purpose):
            "its extendedKeyUsage is anyExtendedKeyUsage; a \(purpose.holder) needs \(purpose.keyPurposeName)"
        case .extendedKeyUsageUnfit(let found, let purpose):
            "its extendedKeyUsage is \(found); a \(purpose.holder) needs \(purpose.keyPurposeName)"
        case .extendedKeyUsageOnRoot(let usage): "it is a root and limits itself to the purposes \(usage)"
        case .rootNamesIssuerBySerialNumber:
            "it is a root, and its authorityKeyIdentifier is more or less than the identifier of its own key"
        case .policyMissing(let stated):
            "an explicit policy is required, and none holds down to here: it was issued under \(stated.listed)"
        case .policyMappedToAny: "it maps a policy to or from anyPolicy"
        case .policyNotAccepted(let accepted):
            "the path is valid for no policy that is accepted: \(accepted.map(\.description).sorted().listed)"
        case .wildcardUnderPublicSuffix(let pattern):
            "\(pattern) stands for the domains of different owners: \(pattern.base) is a public suffix"
        case .commonNameBesideNames(let text, let name):
            "its CommonName \"\(text.escapedAndCut)\" is no copy of a subject alternative name, and stands beside \(name)"
        case .constraintsOnLeaf: "it has nameConstraints and is no authority"
        case .nameConstraintViolated(let violation, let authority): "\(violation.explanation) of \"\(authority.shown)\""
        case .internationalMailboxConstrained:
            "it has an SmtpUTF8Mailbox, and an authority above it constrains mail names, which that kind is not compared with"
        case .subjectAlternativeNameMissing:
            "it has no subject alternative name that a peer can be known by; its CommonName decides nothing"
        case .subjectAlternativeNameNotCritical:
            "its subject is empty and its subjectAltName is not there or not critical"
        case .nameMalformed(let failure): failure.explanation
        case .nameMismatch(let expected, let presented):
            "it is not \(expected): its names are \(presented.firstFew)"
        case .severalURIsBesideSPIFFEID(let count):
            "it has \(count) URI names; beside a SPIFFE ID there may be no other"
        case .spiffeIDWithoutPath(let identity): "\(identity) has no path: it names a trust domain, not a peer"
        case .authoritySPIFFEIDWithPath(let identity): "it is an authority and carries \(identity), which has a path"
        case .spiffeIDOutsideTrustDomain(let identity, let believed):
            if let believed {
                "\(identity) is not of \(believed), the one trust domain that this anchor speaks for"
            } else {
                "\(identity) is not believed: this anchor speaks for no trust domain"
            }
        case .revoked(let reason, let since): "revoked on \(since.text): \(reason.rawValue)"
        case .revocationUnknown(let silence): "\(silence.explanation), and revocation must be known"
        case .anchorWithdrawn(let subject): "\"\(subject.shown)\" is no longer a trust anchor"
        }
    }

    /// What an operator does about it.
    fileprivate var remedy: String {
        switch self {
        case .nothingPresented: "give the peer an identity, and have it present it"
        case .chainTooLarge, .tooManyCertificates: "present the leaf and its intermediates only"
        case .malformed: "copy it again from where it came; if it stays so, have it issued again"
        case .issuerUnknown:
            "present the missing intermediate, or add its authority's root to the trust anchors if you trust it"
        case .selfSignedNotTrusted:
            "add it to the trust anchors if you trust it, or use an identity from your authority"
        case .signatureInvalid:
            "a different authority of the same name issued it, or it was altered: get a certificate from the trusted one"
        case .pathTooDeep: "use an authority nearer to the root"
        case .workExhausted: "present the leaf and its intermediates only, with fewer names and constraints"
        case .algorithmNotAllowed:
            "issue the certificate again, signed with ECDSA, Ed25519, ML-DSA or RSA, and SHA-256 or better"
        case .keyNotAllowed, .rsaModulusNotWholeOctets:
            "issue the certificate again for a key of P-256, P-384, P-521, Ed25519, ML-DSA, or RSA from 2048 bits"
        case .notVersion3, .serialNumber, .issuerEmpty, .authoritySubjectEmpty, .timeFormWrong,
            .extensionMustBeCritical, .extensionMustNotBeCritical, .keyIdentifierMissing, .issuerKeyIdentifierDiffers,
            .keyIdentifiersDiffer,
            .pathLengthWithoutAuthority, .constraintsOnLeaf, .subjectAlternativeNameNotCritical, .nameMalformed:
            "have its authority issue it again as the standard asks"
        case .notYetValid: "wait, or set the clock of this machine or of the issuing one right"
        case .expired: "renew the certificate; if it is fresh, set the clock of this machine right"
        case .criticalExtensionUnknown: "use a certificate without that extension, or with it not critical"
        case .extendedKeyUsageOnRoot, .rootNamesIssuerBySerialNumber:
            "trust a root that keeps to the rules of the Web, or judge by the profile rfc5280"
        case .policyMissing, .policyNotAccepted:
            "get a certificate issued under an accepted policy, or accept the policy it was issued under"
        case .policyMappedToAny: "have its authority issue it again as the standard asks"
        case .wildcardUnderPublicSuffix: "issue the certificate for names of one owner"
        case .commonNameBesideNames:
            "issue the certificate again with the CommonName among its subject alternative names, or without one"
        case .issuerIsNotAuthority, .issuerMayNotSignCertificates:
            "an ordinary certificate was used as an issuer: get one from your authority"
        case .pathLengthExceeded: "issue from an authority that may have this one below it"
        case .leafIsAuthority, .leafMaySignCertificates: "give the peer a leaf certificate of its own"
        case .keyUsageUnfit, .keyUsageUnfitForSPIFFE:
            "issue the certificate again with digitalSignature in its keyUsage"
        case .extendedKeyUsageMissing(let purpose), .extendedKeyUsageUnrestricted(let purpose),
            .extendedKeyUsageUnfit(_, let purpose):
            "use a certificate that was issued for a \(purpose.holder)"
        case .nameConstraintViolated, .internationalMailboxConstrained:
            "issue the certificate from an authority that may give this name"
        case .subjectAlternativeNameMissing: "issue the certificate again with its names as subject alternative names"
        case .nameMismatch: "ask for the name that the peer has, or give the peer a certificate with the name asked for"
        case .severalURIsBesideSPIFFEID, .spiffeIDWithoutPath, .authoritySPIFFEIDWithPath:
            "issue the certificate again with one SPIFFE ID as X.509-SVID asks"
        case .spiffeIDOutsideTrustDomain(_, .some):
            "get an identity from the authority of that trust domain, or add its anchor for that domain"
        case .spiffeIDOutsideTrustDomain(_, .none): "name the trust domain that the anchor speaks for"
        case .revoked: "issue a new certificate if the peer is still to be trusted"
        case .revocationUnknown:
            "give a current list or answer, or connect this end to its authority, or allow silence by name"
        case .anchorWithdrawn: "get an identity from an authority that is trusted now"
        }
    }
}

extension VerificationFailure.Work {
    fileprivate var plural: String {
        switch self {
        case .signatures: "signatures"
        case .pathSteps: "issuers tried"
        case .nameComparisons: "comparisons of names"
        }
    }
}

extension Purpose {
    fileprivate var holder: String {
        switch self {
        case .server: "server"
        case .client: "client"
        case .mail: "mail user"
        case .code: "signer of programs"
        case .any: "peer"
        }
    }

    fileprivate var keyPurposeName: String {
        switch self {
        case .server: "serverAuth"
        case .client: "clientAuth"
        case .mail: "emailProtection"
        case .code: "codeSigning"
        case .any: "any purpose"
        }
    }
}

extension KeyUsage? {
    fileprivate var text: String {
        map { "keyUsage (\($0))" } ?? "absent keyUsage"
    }
}

extension [SubjectName] {
    /// 8: enough to see a mistake; a certificate may have thousands.
    fileprivate var firstFew: String {
        prefix(8).map(\.description).joined(separator: ", ") + (count > 8 ? " and \(count - 8) more" : "")
    }
}

extension Collection where Element: CustomStringConvertible {
    /// 8: a certificate may list many more.
    fileprivate var listed: String {
        guard !isEmpty else { return "none" }
        return prefix(8).map(\.description).joined(separator: ", ") + (count > 8 ? " and \(count - 8) more" : "")
    }
}

extension String {
    /// 64: the longest identifiers in use have 40 digits.
    fileprivate var cut: String { count > 64 ? prefix(64) + "…" : self }

    /// Printable ASCII, at most 80 characters of it: a peer chose it.
    fileprivate var escapedAndCut: String {
        let escaped = unicodeScalars.prefix(80).map { $0.escaped(asASCII: true) }.joined()
        return unicodeScalars.count > 80 ? escaped + "…" : escaped
    }
}

extension CertificateTime.Form {
    fileprivate var wrong: String {
        switch self {
        case .utcTime: "UTCTime, where GeneralizedTime is due"
        case .generalizedTime: "GeneralizedTime, where UTCTime is due through 2049"
        }
    }
}

extension Date {
    /// As in 2026-06-01T12:00:00Z.
    fileprivate var text: String { CertificateTime(self).description }
}

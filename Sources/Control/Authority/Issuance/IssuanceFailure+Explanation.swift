import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames

extension IssuanceFailure {
    /// One line: what was found, against what.
    public var explanation: String {
        switch self {
        case .halted(let cause): "the authority stopped issuing: \(cause)"
        case .actorMissing: "the request does not say who asks"
        case .profileIsNotForLeaves(let profile): "the \(profile) profile is for the authority's own certificates"
        case .identity(let failure): failure.explanation
        case .tooManyNames(let count, let allowed): "\(count) names are asked for; at most \(allowed) are allowed"
        case .name(let refusal): refusal.explanation
        case .keyKind(let kind): "a \(kind) key; P-256, P-384 and Ed25519 keys are certified"
        case .keyBlocked(let key): "key \(key) is blocked"
        case .keyIsTheAuthoritys(let key): "key \(key) is one of the authority's own"
        case .life(let life, let maximum):
            "a life of \(life.inWords); more than none and at most \(maximum.inWords) is allowed"
        case .outlivesIssuer(let notAfter, let issuerNotAfter):
            "the certificate would end \(notAfter.inCertificates), after its issuer (\(issuerNotAfter.inCertificates))"
        case .clockBeforeIssuer(let now, let notBefore):
            "the clock says \(now.inCertificates), before the issuing certificate begins (\(notBefore.inCertificates))"
        case .clockBeforeRecord(let now, let lastEntry):
            "the clock says \(now.inCertificates), before the last audit entry (\(lastEntry.inCertificates))"
        case .serialNumbersRepeat: "the source of random numbers repeats itself"
        case .certificate(let failure): failure.explanation
        case .lint(let findings): findings.map(\.explanation).joined(separator: "; ")
        case .store(let failure): failure.explanation
        case .signing(let failure): failure.explanation
        case .signatureInvalid(let serial): "the signature made for certificate \(serial) does not verify"
        case .signedBytesDiffer(let serial): "what was signed for certificate \(serial) is not what was linted"
        }
    }

    /// One line: what to do.
    public var remedy: String {
        switch self {
        case .halted, .signedBytesDiffer:
            "find out what changed the bytes before you restart the authority; the audit record has the time"
        case .actorMissing: "name who asks"
        case .profileIsNotForLeaves:
            "choose one of \(CertificateProfile.all.filter(\.isForLeaves).map(\.name.rawValue).joined(separator: ", "))"
        case .identity: "choose a name of letters, digits, dots, hyphens and underscores"
        case .tooManyNames: "spread the names over several certificates"
        case .name(.wildcardOverSuffix(let pattern)):
            "name the hosts one by one, or put them below a sub-domain: *.apps.\(pattern.base)"
        case .name: "leave the name out, or permit it: symbolon authority permit with --dns, --ip or --mail"
        case .keyKind, .keyBlocked, .keyIsTheAuthoritys: "make a new key"
        case .life: "ask for a shorter life"
        case .outlivesIssuer: "ask for a shorter life, or renew the issuing certificate first"
        case .clockBeforeIssuer, .clockBeforeRecord: "set the clock right"
        case .serialNumbersRepeat: "find out what is wrong with this machine's random numbers; issue nothing until then"
        case .certificate, .lint: "change what is asked for so that the certificate can be well formed"
        case .store: "mend the store, then ask again: nothing was signed or given out"
        case .signing, .signatureInvalid: "check the issuing key and what holds it, then ask again"
        }
    }
}

extension CertificateProfile {
    var isForLeaves: Bool {
        if case .leaf = role { true } else { false }
    }
}

extension Date {
    /// As a certificate's times are written for people.
    fileprivate var inCertificates: String { CertificateTime(self).description }
}

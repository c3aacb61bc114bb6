public import Foundation
public import SymbolonCertificates
public import SymbolonKeys

/// Why nothing was issued.
public enum IssuanceFailure: Error, Equatable, Sendable {
    /// This authority signed, or was about to sign, something other than what it had checked; it stays still until
    /// restarted.
    case halted(because: String)

    case actorMissing
    case profileIsNotForLeaves(ProfileName)
    case identity(IdentityFailure)
    case tooManyNames(Int, allowed: Int)
    case name(NameRefusal)
    case keyKind(PublicKey.Kind)
    case keyBlocked(KeyFingerprint)
    case keyIsTheAuthoritys(KeyFingerprint)
    case life(Duration, maximum: Duration)
    case outlivesIssuer(notAfter: Date, issuerNotAfter: Date)
    case clockBeforeIssuer(now: Date, notBefore: Date)
    case clockBeforeRecord(now: Date, lastEntry: Date)

    /// The source of random numbers gave the same serial number again and again.
    case serialNumbersRepeat
    case certificate(CertificateFailure)
    case lint([LintFinding])
    case store(StoreFailure)
    case signing(KeyFailure)
    case signatureInvalid(SerialNumber)
    case signedBytesDiffer(SerialNumber)
}

public import Foundation
public import SymbolonAuthority
public import SymbolonCertificates
import SymbolonNames

/// Why a certificate was not renewed.
public enum RenewalRefusal: Error, Equatable, Sendable {
    /// No certificate of this authority, as it is recorded, was proved.
    case notOurs(SerialNumber)
    case revoked(SerialNumber)
    case expired(notAfter: Date)
    /// Certificates of this profile are not renewed by their holders.
    case profile(String)
    /// The identity stands on names that were proved by a challenge, which are to be proved again.
    case proved(String)
    /// The request asks for other names than the certificate has that was proved.
    case otherNames(asked: [String], held: [String])
    case otherSubject(asked: String, held: String)
    /// A renewed key is a new key.
    case sameKey
    case request(RequestFailure)
    /// Too many want to renew now, and others end sooner. It is to come again after these seconds.
    case notYet(retryAfter: TimeInterval)
    /// Of a return after the end: the certificate lives, and is renewed over a connection that it proves.
    case notLapsed(notAfter: Date)
    /// Of a return after the end: too long ago, or not offered.
    case lapsedTooLong(notAfter: Date, allowed: Duration)
    /// Of a return after the end: not the bytes that this authority said shall be signed, or not lately.
    case nonce
    /// Of a return after the end: not signed by the certificate's key.
    case signature
    case issuance(IssuanceFailure)
    case store(StoreFailure)

    public var explanation: String {
        switch self {
        case .notOurs(let serial): "certificate \(serial) is not in this authority's record"
        case .revoked(let serial): "certificate \(serial) is revoked"
        case .expired(let notAfter): "the certificate ended on \(notAfter.formatted(.iso8601))"
        case .profile(let profile): "certificates of the \(profile) profile are not renewed by their holders"
        case .proved(let identity): "\(identity) stands on names that were proved by ACME, and are to be proved again"
        case .otherNames(let asked, let held):
            "the request names \(asked.joined(separator: " ")), and the certificate that was proved "
                + held.joined(separator: " ")
        case .otherSubject(let asked, let held):
            "the request's subject is \(asked.debugDescription), and the certificate's \(held.debugDescription)"
        case .sameKey: "the request is for the key that the certificate has already"
        case .request(let failure): failure.explanation
        case .notYet(let seconds):
            "many renew now, and others end sooner: come again after \(Int(seconds.rounded(.up))) s"
        case .notLapsed(let notAfter): "the certificate has not ended; it does on \(notAfter.formatted(.iso8601))"
        case .lapsedTooLong(let notAfter, let allowed):
            "the certificate ended on \(notAfter.formatted(.iso8601)); "
                + (allowed > .zero
                    ? "one can come back within \(allowed.components.seconds / 86_400) d of its end"
                    : "none that has ended can come back")
        case .nonce: "the nonce is not one that was given out lately, or was used before"
        case .signature: "the request is not signed by the key of the certificate"
        case .issuance(let failure): failure.explanation
        case .store(let failure): failure.explanation
        }
    }

    /// One line: what its holder can do.
    public var remedy: String {
        switch self {
        case .notOurs, .revoked, .lapsedTooLong:
            "have the machine introduced anew: symbolon invite NAME at the authority, symbolon pair CODE@HOST here"
        case .expired: "come back with the same key, if the authority allows it, or by a fresh code"
        case .profile: "have it issued anew"
        case .proved: "renew it with the ACME client that got it"
        case .otherNames, .otherSubject: "ask for what the certificate says; other names are issued by an operator"
        case .sameKey: "make a new key"
        case .request: "change the request"
        case .notYet: "wait"
        case .notLapsed: "renew it over a connection that it proves"
        case .nonce: "take a fresh nonce and sign again"
        case .signature: "sign with the key of the certificate that ended"
        case .issuance(let failure): failure.remedy
        case .store: "see to the authority's store"
        }
    }
}

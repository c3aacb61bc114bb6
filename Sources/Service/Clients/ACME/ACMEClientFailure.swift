public import Foundation
public import SymbolonEnrollment
import SymbolonKeys

/// Why an ACME server gave no certificate, or none that is taken.
@nonexhaustive
public enum ACMEClientFailure: Error, Equatable, Sendable {
    /// No answer from this host.
    case https(host: String, HTTPSFailure)
    /// What came is not what RFC 8555 says.
    case notUnderstood(String)
    case contentType(found: String, wanted: String)
    /// Requests are signed for one URL; a redirect leads to another.
    case redirected(status: Int)
    /// RFC 8555 §6.5: without nonces nothing can be asked.
    case noNonce
    case noncesRefused(times: Int)
    case refused(PresentedProblem)
    /// The server wants to be left alone for longer than there is time.
    case rateLimited(PresentedProblem, retryAfter: TimeInterval?)
    case termsNotAgreedTo(String)
    case externalAccountNeeded
    case profileNotOffered(String, offered: [String])
    /// The server offers other ways of proof for this name than the one that was chosen.
    case noSuchChallenge(ACMEIdentifier, ChallengeKind, offered: [String])
    case notAuthorized(ACMEIdentifier, status: String, PresentedProblem?)
    case orderInvalid(PresentedProblem?)
    /// It was waited for, and did not come in the time there is.
    case notDone(String, within: TimeInterval)
    /// The certificate is for a key that is not ours.
    case anotherKey
    case otherNames(found: [String], wanted: [String])
    /// What came is no chain of certificates that could be used.
    case chain(String)
    case cannotListen(String, because: String)
    /// The account's key cannot sign, or no challenge certificate can be made.
    case cannotSign(String)
    case cancelled

    /// In seconds: when another try makes sense, where the server says so.
    public var retryAfter: TimeInterval? {
        if case .rateLimited(_, let retryAfter) = self { retryAfter } else { nil }
    }

    /// One line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .https(let host, let failure): "\(host): \(failure.explanation)"
        case .notUnderstood(let what): "the server does not speak RFC 8555: \(what)"
        case .contentType(let found, let wanted):
            "the server answered with the content type \(found.prefix(80).debugDescription), and \(wanted) was asked for"
        case .redirected(let status):
            "the server answers with a redirect (status \(status)), which signed requests cannot follow"
        case .noNonce: "the server gives no nonce"
        case .noncesRefused(let times): "the server refused \(times) of its own nonces one after the other"
        case .refused(let problem): "the server refuses: \(problem.explanation)"
        case .rateLimited(let problem, let retryAfter):
            "the server wants to be asked later\(retryAfter.map { ", in \(Int($0.rounded(.up))) s" } ?? ""): "
                + problem.explanation
        case .termsNotAgreedTo(let place): "the server wants its terms of service agreed to: \(place.prefix(200))"
        case .externalAccountNeeded: "the server gives an account only to who has a key from its operator"
        case .profileNotOffered(let name, let offered):
            "the server has no profile \(name.debugDescription); it has "
                + (offered.isEmpty ? "none to choose from" : offered.prefix(20).joined(separator: ", "))
        case .noSuchChallenge(let identifier, let kind, let offered):
            "the server does not take \(kind.rawValue) for \(identifier); it takes "
                + (offered.isEmpty ? "nothing" : offered.prefix(20).joined(separator: ", "))
        case .notAuthorized(let identifier, let status, let problem):
            "\(identifier) was not authorized (\(status))\(problem.map { ": \($0.explanation)" } ?? "")"
        case .orderInvalid(let problem):
            "the order came to nothing\(problem.map { ": \($0.explanation)" } ?? ", and the server does not say why")"
        case .notDone(let what, let time): "\(what) was not done within \(Int(time.rounded())) s"
        case .anotherKey: "the certificate that came is for another key than the one that was asked for"
        case .otherNames(let found, let wanted):
            "the certificate that came is for \(found.prefix(20).joined(separator: ", ")), and "
                + "\(wanted.prefix(20).joined(separator: ", ")) was asked for"
        case .chain(let why): "what came is no chain that can be used: \(why)"
        case .cannotListen(let place, let why): "nothing can listen at \(place) for the server's look: \(why)"
        case .cannotSign(let why): "nothing can be signed: \(why)"
        case .cancelled: "it was given up"
        }
    }

    /// One line: what to do about it.
    public var remedy: String? {
        switch self {
        case .https(_, let failure): failure.remedy
        case .notUnderstood, .contentType, .redirected, .noNonce:
            "see that the URL is that of an ACME directory, such as https://HOST:8443/acme/directory"
        case .noncesRefused, .notDone: "try again; if it stays, the server's log says why"
        case .refused(let problem) where problem.kind == .accountDoesNotExist:
            "make a new account: symbolon identity obtain, with the same name"
        case .refused, .orderInvalid: nil
        case .rateLimited: "wait, and ask for less at a time"
        case .termsNotAgreedTo: "read them, then say so: --agree-to-terms"
        case .externalAccountNeeded: "ask its operator for one: --eab-kid ID --eab-key-file FILE"
        case .profileNotOffered: "name one of these with --profile, or none"
        case .noSuchChallenge: "choose another way: --listen-http or --listen-tls"
        case .notAuthorized:
            "see that the name leads to this machine, and that the server can reach the address that was listened at"
        case .anotherKey, .otherNames, .chain: "do not use this server until its operator knows why"
        case .cannotListen:
            "free the port, or listen elsewhere and have it forwarded: --listen-http HOST:PORT or --listen-tls HOST:PORT"
        case .cannotSign, .cancelled: nil
        }
    }
}

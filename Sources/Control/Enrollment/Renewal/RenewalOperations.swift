import Foundation
public import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonVerification

/// What holders of identities ask of their authority.
public enum RenewalOperations {
    public static let all: [any AdministrativeOperation.Type] = [
        RenewCertificate.self, ShowRenewal.self, ShowTrust.self, FollowTrust.self, LeaveTrust.self,
    ]
}

/// Renews the certificate that the caller's connection proved, for a new key. It names no certificate, so that one proof
/// never renews another's.
public struct RenewCertificate: AdministrativeOperation {
    public static let name = "renewCertificate"
    public static let access = Access.holder
    public static let endpoint = OperationEndpoint(.post, "renewals", status: 201)
    public static let recording = Recording.byChange
    public static let isBrief = true

    /// PKCS #10 in PEM: the subject and the names of that certificate, and a new key.
    public let request: String

    public init(request: String) { self.request = request }

    public var subject: String { "renewal" }

    public func perform(with part: RenewalDesk, in call: Call) async throws(AdministrationFailure) -> RenewalReport {
        guard case .peer(let peer, address: _) = call.caller else {
            throw AdministrationFailure(
                .unauthenticated, what: "nothing is renewed",
                why: "a renewal is proved by the certificate that it renews, over a connection",
                mend: "issue it anew: whoever holds the authority's keys may")
        }
        let request = try CertificateRequest(asked: self.request)
        do throws(RenewalRefusal) {
            return RenewalReport(try await part.renew(request, provedBy: peer, actor: call.actor))
        } catch {
            throw AdministrationFailure(error)
        }
    }
}

/// When a certificate should be renewed. RFC 9773 says the like to ACME's clients.
public struct ShowRenewal: AdministrativeOperation {
    public static let name = "showRenewal"
    public static let access = Access.holder
    public static let endpoint = OperationEndpoint(.get, "renewals/{serial}")
    public static let recording = Recording.byChange

    public let serial: String

    public init(serial: String) { self.serial = serial }

    public var subject: String { serial }

    public func perform(
        with part: RenewalDesk, in call: Call
    ) async throws(AdministrationFailure) -> RenewalInformation {
        guard let number = SerialNumber(serial) else {
            throw AdministrationFailure(.malformed, what: "\(serial.debugDescription) is not a serial number")
        }
        let window: RenewalWindow?
        do throws(RenewalRefusal) {
            window = try await part.window(of: number)
        } catch {
            throw AdministrationFailure(error)
        }
        guard let window else {
            throw AdministrationFailure(.notFound, what: "no certificate here has serial number \(serial)")
        }
        return RenewalInformation(suggestedWindow: window)
    }
}

/// What a renewal gave.
public struct RenewalReport: Codable, Equatable, Sendable {
    /// PEM, leaf first.
    public let chain: String
    /// PEM: the roots that are believed.
    public let anchors: String
    /// When to renew the new one.
    public let suggestedWindow: RenewalWindow?

    public init(_ renewed: RenewedCertificate) {
        chain = CertificateBundle(renewed.issued.chain).pem
        anchors = CertificateBundle(renewed.issued.anchors).pem
        suggestedWindow = renewed.window
    }
}

/// RFC 9773 §4.2.
public struct RenewalInformation: Codable, Equatable, Sendable {
    public let suggestedWindow: RenewalWindow

    public init(suggestedWindow: RenewalWindow) { self.suggestedWindow = suggestedWindow }
}

extension CertificateRequest {
    init(asked text: String) throws(AdministrationFailure) {
        do throws(CertificateFailure) {
            try self.init(pem: text)
        } catch {
            throw AdministrationFailure(
                .malformed, what: "that is no certificate request", why: error.explanation,
                mend: "send PKCS #10 in PEM")
        }
    }
}

extension AdministrationFailure {
    init(_ refusal: RenewalRefusal) {
        let kind: Kind
        var seconds: Int?
        switch refusal {
        case .issuance(let failure):
            self.init(failure)
            return
        case .store(let failure):
            self.init(failure)
            return
        case .notYet(let pause):
            kind = .tooMany
            seconds = Int(pause.rounded(.up))
        case .notOurs, .revoked, .expired, .profile, .proved, .notLapsed, .lapsedTooLong: kind = .forbidden
        case .nonce, .signature: kind = .unauthenticated
        case .otherNames, .otherSubject, .sameKey, .request: kind = .refused
        }
        self.init(
            kind, what: "nothing is renewed", why: refusal.explanation, mend: refusal.remedy, retryAfter: seconds)
    }
}

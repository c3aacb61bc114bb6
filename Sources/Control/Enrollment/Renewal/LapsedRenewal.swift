public import SymbolonAdministration
import SymbolonCertificates
import SymbolonWire

/// What travels when a holder comes back whose certificate cannot prove it in a handshake any more: JSON, below
/// `/api/v1/renewals/`.
public struct LapsedRenewal: Codable, Equatable, Sendable {
    /// `POST lapsed`
    public static let path = "/api/v1/renewals/lapsed"
    /// `POST nonces`: asked first.
    public static let noncePath = "/api/v1/renewals/nonces"

    /// PEM.
    public let certificate: String
    /// PKCS #10 in PEM.
    public let request: String
    /// As it was given.
    public let nonce: String
    /// Over `LapsedStatement.bytes`, by the key of the certificate; base64url.
    public let signature: String

    public init(certificate: String, request: String, nonce: String, signature: String) {
        self.certificate = certificate
        self.request = request
        self.nonce = nonce
        self.signature = signature
    }

    /// Reads what a stranger sent: these four members, and nothing else.
    public init(json: [UInt8]) throws(AdministrationFailure) {
        let members: [JSONMember]
        do throws(JSONFailure) {
            members = try JSONReader.parse(json).members ?? []
        } catch {
            throw AdministrationFailure(.malformed, what: "the body is not JSON that is taken", why: error.explanation)
        }
        var texts: [String: String] = [:]
        for member in members { texts[member.name] = member.value.string }
        guard members.count == 4, texts.count == 4, let certificate = texts["certificate"],
            let request = texts["request"], let nonce = texts["nonce"], let signature = texts["signature"]
        else {
            throw AdministrationFailure(
                .malformed, what: "a return has a certificate, a request, a nonce and a signature, all of them texts")
        }
        self.init(certificate: certificate, request: request, nonce: nonce, signature: signature)
    }

    public var json: [UInt8] {
        JSONValue.object([
            "certificate": .string(certificate), "request": .string(request), "nonce": .string(nonce),
            "signature": .string(signature),
        ]).bytes
    }

    /// - Parameter address: where it comes from.
    public func perform(with desk: RenewalDesk, from address: String) async throws(AdministrationFailure)
        -> RenewalReport
    {
        let held: Certificate
        do throws(CertificateFailure) {
            held = try CertificateBundle(pem: certificate).certificates[0]
        } catch {
            throw AdministrationFailure(.malformed, what: "that is no certificate", why: error.explanation)
        }
        let request = try CertificateRequest(asked: self.request)
        guard let nonce = try? Base64URL.decode(nonce), let signature = try? Base64URL.decode(signature) else {
            throw AdministrationFailure(.malformed, what: "nonce and signature are base64url without padding")
        }
        do throws(RenewalRefusal) {
            return RenewalReport(
                try await desk.bringBack(held, request, nonce: nonce, signature: signature, from: address))
        } catch {
            throw AdministrationFailure(error)
        }
    }
}

/// The answer to a request for a nonce.
public struct RenewalNonce: Codable, Equatable, Sendable {
    /// base64url.
    public let nonce: String

    public init(_ octets: [UInt8]) { nonce = Base64URL.encode(octets) }

    public var json: [UInt8] { JSONValue.object(["nonce": .string(nonce)]).bytes }
}

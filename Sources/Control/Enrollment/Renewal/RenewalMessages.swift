import SymbolonAuthority
public import SymbolonCertificates

/// What travels between an authority and those who renew there: JSON, certificates as PEM.
public enum RenewalMessages {
    /// `POST /api/v1/renewals`
    public struct Renew: Codable, Equatable, Sendable {
        /// PKCS #10, for the names of the certificate that the connection proved, and a new key.
        public let request: String

        public init(request: CertificateRequest) { self.request = request.pem }
    }

    /// `POST /api/v1/renewals/lapsed`
    public struct ComeBack: Codable, Equatable, Sendable {
        /// The one that has ended.
        public let certificate: String
        public let request: String
        /// As it was given, base64url.
        public let nonce: String
        /// Over `LapsedStatement.bytes`, by the key of the certificate; base64url.
        public let signature: String

        public init(certificate: String, request: String, nonce: String, signature: String) {
            self.certificate = certificate
            self.request = request
            self.nonce = nonce
            self.signature = signature
        }
    }

    /// `POST /api/v1/renewals/nonces`
    public struct Nonce: Codable, Equatable, Sendable {
        public let nonce: String

        public init(nonce: String) { self.nonce = nonce }
    }

    /// The answer to both ways of renewing.
    public struct Renewed: Codable, Equatable, Sendable {
        /// Leaf first.
        public let chain: String
        public let anchor: String
        /// When to renew the new one.
        public let suggestedWindow: RenewalWindow?

        public init(_ renewed: RenewedCertificate) {
            chain = renewed.issued.chain.map(\.pem).joined()
            anchor = renewed.issued.anchor.pem
            suggestedWindow = renewed.window
        }
    }

    /// `GET /api/v1/renewals/SERIAL`. RFC 9773 §4.2.
    public struct Information: Codable, Equatable, Sendable {
        public let suggestedWindow: RenewalWindow

        public init(suggestedWindow: RenewalWindow) { self.suggestedWindow = suggestedWindow }
    }
}

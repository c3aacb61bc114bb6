import Foundation
public import SymbolonKeys
import SymbolonWire

/// A certificate, what is sent beside it, and a key, as files that any program reads.
public struct Papers: Sendable {
    /// The leaf, first in its file.
    public let certificate: String
    /// Sent after the certificate, in this order.
    public let others: String?
    /// The certificate and the others in one file.
    public let chain: String
    public let key: String

    /// For `openssl s_client` and `s_server`.
    public var options: [String] {
        ["-cert", certificate, "-key", key] + (others.map { ["-cert_chain", $0] } ?? [])
    }

    /// As the command exports them: the whole chain in one file.
    public init(chain: String, key: String) {
        (certificate, others, self.chain) = (chain, chain, chain)
        self.key = key
    }

    /// Writes them to a folder, under a name that nothing there has.
    public init(
        _ leaf: [UInt8], beside others: [[UInt8]] = [], key: [UInt8], to folder: TemporaryFolder, as name: String
    ) throws {
        func text(_ certificates: [[UInt8]]) -> String {
            certificates.map { PEM.render(label: "CERTIFICATE", $0) }.joined()
        }
        certificate = try folder.write(text([leaf]), to: "\(name).pem")
        self.others = others.isEmpty ? nil : try folder.write(text(others), to: "\(name).others.pem")
        chain = try folder.write(text([leaf] + others), to: "\(name).chain.pem")
        self.key = try folder.write(PEM.render(label: "PRIVATE KEY", key), to: "\(name).key.pem")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: self.key)
    }
}

extension SigningKey {
    /// PKCS #8, in the clear.
    public var readable: [UInt8] { unsafe pkcs8().withUnsafeBytes { unsafe Array($0) } }
}

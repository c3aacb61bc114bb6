import Foundation
import SymbolonKeys
import SymbolonTestSupport
import SymbolonTransport
import SymbolonWire

/// Certificates and keys made once a run by openssl, an implementation that is not ours, in a folder of their own.
struct TestIdentity: Sendable {
    let chain: [[UInt8]]
    let key: SecretBytes
    let certificateFile: String
    let keyFile: String

    var tls: TLSIdentity {
        get throws { try TLSIdentity(chain: chain, pkcs8: key) }
    }

    static let folder: String = {
        let path = NSTemporaryDirectory() + "symbolon-transport-\(ProcessInfo.processInfo.processIdentifier)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: TestIdentity.folder) }
        return path
    }()

    static let authority = made(
        "authority", subject: "/CN=Test authority",
        extensions: ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"], issued: false)
    static let server = made("server", extensions: serverExtensions)
    static let client = made("client", extensions: clientExtensions)
    static let ed25519 = made("ed25519", algorithm: ["ed25519"], extensions: clientExtensions)
    static let p384 = made(
        "p384", algorithm: ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], extensions: clientExtensions)
    static let rsa = made("rsa", algorithm: ["rsa:2048"], extensions: clientExtensions)
    static let keyAgreementOnly = made("agreement", extensions: ["keyUsage=critical,keyAgreement"])
    /// 40 kB of comment: more than the 32 KiB that a handshake message may have.
    static let oversized = made(
        "oversized", extensions: clientExtensions + ["nsComment=" + String(repeating: "x", count: 40_000)])
    /// 20 kB of comment: large, and allowed.
    static let large = made(
        "large", extensions: clientExtensions + ["nsComment=" + String(repeating: "x", count: 20_000)])

    private static let serverExtensions = [
        "keyUsage=critical,digitalSignature", "extendedKeyUsage=serverAuth", "subjectAltName=DNS:server.test",
    ]
    private static let clientExtensions = [
        "keyUsage=critical,digitalSignature", "extendedKeyUsage=clientAuth", "subjectAltName=URI:spiffe://test/client",
    ]

    private static func made(
        _ name: String, algorithm: [String] = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], subject: String? = nil,
        extensions: [String], issued: Bool = true
    ) -> TestIdentity {
        let certificate = "\(folder)/\(name).pem"
        let key = "\(folder)/\(name).key"
        let configuration = "\(folder)/\(name).cnf"
        let lines = ["[req]", "distinguished_name=dn", "x509_extensions=own", "[dn]", "[own]"] + extensions
        try? (lines.joined(separator: "\n") + "\n").write(toFile: configuration, atomically: true, encoding: .utf8)
        var arguments = ["req", "-x509", "-config", configuration, "-newkey"] + algorithm
        arguments += ["-nodes", "-keyout", key, "-out", certificate, "-days", "30", "-subj", subject ?? "/CN=\(name)"]
        if issued { arguments += ["-CA", authority.certificateFile, "-CAkey", authority.keyFile] }
        let said = Tool.run("/usr/bin/openssl", arguments)
        guard let chain = pem(certificate), let keys = pem(key), let first = keys.first else {
            fatalError("openssl made no certificate \(name): \(said.output)")
        }
        return TestIdentity(
            chain: chain + (issued ? authority.chain : []), key: SecretBytes(copying: first),
            certificateFile: certificate,
            keyFile: key)
    }

    private static func pem(_ path: String) -> [[UInt8]]? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return try? PEM.parse(text).map(\.bytes)
    }
}

/// A program run to its end.
enum Tool {
    static func run(_ path: String, _ arguments: [String], input: [UInt8] = []) -> (status: Int32, output: String) {
        let process = ChildProcess()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let output = Pipe()
        let source = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = source
        do { try process.run() } catch { return (-1, "\(error)") }
        try? source.fileHandleForWriting.write(contentsOf: Data(input))
        try? source.fileHandleForWriting.close()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: said, as: UTF8.self))
    }
}

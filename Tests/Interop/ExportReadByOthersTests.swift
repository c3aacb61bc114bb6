import Foundation
import SymbolonTestSupport
import Testing

@Suite("OpenSSL reads what is exported, and what it asks for is issued")
struct ExportReadByOthersTests {
    private let folder: TemporaryFolder
    private let home: String

    init() throws {
        folder = try TemporaryFolder()
        home = folder.file("home")
        try folder.write("pass phrase\n", to: "secret")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.file("secret"))
        try symbolon("up", "--once")
    }

    @discardableResult
    private func symbolon(_ arguments: String...) throws -> String {
        let result = try run(BuiltProgram.path("symbolon"), arguments + ["--home", home])
        try #require(result.status == 0, "\(result.err)")
        return result.out
    }

    @discardableResult
    private func openssl(_ arguments: String..., fails: Bool = false) throws -> ProgramRun {
        let result = try run(Tools.openssl, arguments)
        try #require((result.status != 0) == fails, "openssl \(arguments.joined(separator: " ")): \(result.err)")
        return result
    }

    private func export(_ format: String, sealed: Bool = true) throws {
        try symbolon(
            "identity", "export", "web", "--out", folder.file("out"), "--format", format,
            sealed ? "--export-passphrase-file" : "--plain-key", sealed ? folder.file("secret") : "--force")
    }

    private func file(_ name: String) -> String { folder.file("out/\(name)") }
    private var secret: String { "file:" + folder.file("secret") }

    /// The public key of a certificate or a private key, as OpenSSL sees it.
    private func publicKey(certificate: String, _ options: String...) throws -> String {
        try run(Tools.openssl, ["x509", "-in", certificate, "-noout", "-pubkey"] + options).out
    }

    @Test("PEM and DER, the key sealed and not, for each algorithm", arguments: ["p256", "p384", "ed25519"])
    func files(_ algorithm: String) throws {
        try symbolon(
            "identity", "issue", "web", "--profile", "service", "--dns", "web.example.internal", "--key-algorithm",
            algorithm)
        try export("pem")
        let key = try publicKey(certificate: file("web.pem"))
        #expect(key.contains("PUBLIC KEY"))
        #expect(try openssl("pkey", "-in", file("web.key.pem"), "-passin", secret, "-pubout").out == key)
        try openssl("pkey", "-in", file("web.key.pem"), "-passin", "pass:wrong", "-pubout", fails: true)
        try openssl("pkcs8", "-in", file("web.key.pem"), "-passin", secret, "-topk8", "-nocrypt")
        let text = try openssl("x509", "-in", file("web.pem"), "-noout", "-text").out
        #expect(text.contains("URI:spiffe://example.internal/web, DNS:web.example.internal"))
        try openssl(
            "verify", "-x509_strict", "-purpose", "sslserver", "-no-CApath", "-no-CAstore", "-CAfile",
            file("anchors.pem"), "-untrusted", file("web.pem"), "-verify_hostname", "web.example.internal",
            file("web.pem"))

        try export("der", sealed: false)
        #expect(try openssl("pkey", "-inform", "DER", "-in", file("web.key.der"), "-pubout").out == key)
        #expect(try publicKey(certificate: file("web.der"), "-inform", "DER") == key)
        for name in ["issuing.der", "anchor.der"] { try openssl("x509", "-inform", "DER", "-in", file(name), "-noout") }
    }

    @Test("PKCS #12 holds the key, the leaf and both authorities", arguments: ["p256", "p384", "ed25519"])
    func pkcs12(_ algorithm: String) throws {
        try symbolon("identity", "issue", "web", "--profile", "client", "--key-algorithm", algorithm)
        try export("p12")
        let all = try openssl("pkcs12", "-in", file("web.p12"), "-passin", secret, "-nodes").out
        #expect(all.components(separatedBy: "-----BEGIN CERTIFICATE-----").count == 4)
        try folder.write(all, to: "all.pem")
        try export("pem")
        let key = try publicKey(certificate: file("web.pem"))
        #expect(try openssl("pkey", "-in", folder.file("all.pem"), "-pubout").out == key)
        try openssl("pkcs12", "-in", file("web.p12"), "-passin", "pass:wrong", "-nodes", fails: true)
    }

    @Test(
        "a request by OpenSSL is issued, and OpenSSL verifies what comes back",
        arguments: [
            ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
            ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
            ["-newkey", "ed25519"],
        ])
    func request(_ key: [String]) throws {
        let (request, chain) = (folder.file("web.csr"), folder.file("chain.pem"))
        let made = try run(
            Tools.openssl,
            ["req", "-new", "-nodes"] + key + [
                "-keyout", folder.file("key"), "-out", request, "-subj", "/CN=web",
                "-addext", "subjectAltName=DNS:web.example.internal",
            ])
        try #require(made.status == 0, "\(made.err)")
        try symbolon(
            "identity", "issue", "web", "--profile", "service", "--dns", "web.example.internal", "--csr",
            request, "--out", chain)
        try symbolon("identity", "issue", "other", "--profile", "client")
        try symbolon("identity", "export", "other", "--out", folder.file("out"), "--plain-key")
        try openssl(
            "verify", "-x509_strict", "-purpose", "sslserver", "-no-CApath", "-no-CAstore", "-CAfile",
            file("anchors.pem"), "-untrusted", chain, "-verify_hostname", "web.example.internal", chain)
        #expect(try publicKey(certificate: chain) == openssl("pkey", "-in", folder.file("key"), "-pubout").out)
    }
}

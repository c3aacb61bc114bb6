import Foundation
import SymbolonCertificates
import SymbolonTestSupport
import Testing

@Suite("symbolon identity issue --csr: the key of a request, and nothing else of it")
struct RequestTests {
    /// A request that OpenSSL makes, with these lines in its extensions section.
    private func request(
        _ extensions: [String] = [], subject: String = "/CN=web",
        key: [String] = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        in home: Home
    ) throws -> String {
        let file = home.folder.file("request.pem")
        let added = extensions.flatMap { ["-addext", $0] }
        let made = try run(
            "/usr/bin/openssl",
            ["req", "-new", "-nodes", "-newkey"] + key + ["-keyout", home.folder.file("request.key"), "-subj", subject]
                + added + ["-out", file])
        try #require(made.status == 0, "\(made.err)")
        return file
    }

    private static let serviceNames = ["--dns", "web.example.internal"]

    private func issue(_ file: String, _ home: Home, _ options: [String] = serviceNames) throws -> ProgramRun {
        try home.run(["identity", "issue", "web", "--profile", "service", "--csr", file] + options)
    }

    @Test("C07: a request that asks for no more than was named beside it is issued, with its own key")
    func good() throws {
        let home = try Home.withAuthority()
        let file = try request(
            [
                "subjectAltName=DNS:web.example.internal", "keyUsage=digitalSignature", "extendedKeyUsage=serverAuth",
                "basicConstraints=CA:FALSE",
            ], in: home)
        let result = try issue(file, home)
        #expect(result.status == 0, "\(result.err)")
        let chain = try CertificateBundle(pem: result.out).certificates
        #expect(chain.count == 2)
        #expect(chain[0].extensions.extendedKeyUsage == ExtendedKeyUsage(.serverAuth))
        let key = try run(
            "/usr/bin/openssl", ["pkey", "-in", home.folder.file("request.key"), "-pubout", "-outform", "DER"])
        #expect(chain[0].subjectPublicKeyInfo == key.outBytes)
    }

    @Test("the chain goes to a file, and into JSON, when that is asked for")
    func outputs() throws {
        let home = try Home.withAuthority()
        let file = try request(in: home)
        let out = home.folder.file("chain.pem")
        let written = try issue(file, home, ["--out", out])
        #expect(written.status == 0, "\(written.err)")
        #expect(written.out.contains("written to   \(out) (leaf, then issuing certificate)"), "\(written.out)")
        #expect(
            try CertificateBundle(pem: String(decoding: home.folder.read("chain.pem"), as: UTF8.self)).certificates
                .count == 2)
        let object = try JSONObject(try issue(file, home, ["--json"]).out)
        #expect(object[text: "identity"] == "spiffe://example.internal/web")
        #expect(try CertificateBundle(pem: object[text: "chain"] ?? "").certificates.count == 2)
    }

    @Test("a request in DER is read as well")
    func der() throws {
        let home = try Home.withAuthority()
        let der = home.folder.file("request.der")
        let made = try run("/usr/bin/openssl", ["req", "-in", try request(in: home), "-outform", "DER", "-out", der])
        #expect(made.status == 0)
        #expect(try issue(der, home).status == 0)
    }

    @Test(
        "C07: what a request smuggles refuses it, and nothing is issued",
        arguments: [
            ("basicConstraints=CA:TRUE", "cA true"), ("basicConstraints=critical,CA:TRUE,pathlen:3", "cA true"),
            ("keyUsage=keyCertSign", "key usage"), ("keyUsage=critical,digitalSignature,cRLSign", "key usage"),
            ("extendedKeyUsage=clientAuth", "clientAuth"),
            ("extendedKeyUsage=anyExtendedKeyUsage", "anyExtendedKeyUsage"),
            ("extendedKeyUsage=codeSigning", "codeSigning"), ("extendedKeyUsage=1.2.3.4", "1.2.3.4"),
            ("subjectAltName=DNS:other.example.internal", "dns:other.example.internal"),
            ("subjectAltName=DNS:web.example.internal,DNS:*.example.internal", "dns:*.example.internal"),
            ("subjectAltName=IP:127.0.0.1", "ip:127.0.0.1"),
            ("subjectAltName=email:root@example.internal", "mail:root"),
            ("subjectAltName=URI:spiffe://example.internal/admin", "spiffe://example.internal/admin"),
            ("subjectAltName=URI:https://web.example.internal/", "uri:https"),
            ("subjectAltName=RID:1.2.3", "registeredID"), ("subjectAltName=otherName:1.2.3;UTF8:web", "otherName"),
            ("nameConstraints=permitted;DNS:example.internal", "2.5.29.30"),
            ("certificatePolicies=1.2.3.4", "2.5.29.32"), ("subjectKeyIdentifier=hash", "2.5.29.14"),
        ])
    func smuggled(_ asked: String, _ says: String) throws {
        let home = try Home.withAuthority()
        try refused(try request([asked], in: home), home, says: says)
    }

    @Test(
        "C07: a subject that names somebody else refuses the request",
        arguments: ["/CN=admin", "/CN=web/emailAddress=root@example.internal", "/CN=web/UID=0", "/CN=web/CN=admin"])
    func subject(_ subject: String) throws {
        let home = try Home.withAuthority()
        try refused(try request(subject: subject, in: home), home, says: "is not the name asked for")
    }

    @Test(
        "keys of kinds that are not certified are refused",
        arguments: [["rsa:2048"], ["ec", "-pkeyopt", "ec_paramgen_curve:P-521"]])
    func keyKind(_ key: [String]) throws {
        let home = try Home.withAuthority()
        let result = try issue(try request(key: key, in: home), home)
        #expect(result.status == 1, "\(result.err)")
        #expect(result.err.contains("no certificate was issued"), "\(result.err)")
    }

    @Test("a request whose signature is not its key's is refused")
    func notPossessed() throws {
        let home = try Home.withAuthority()
        let file = try request(in: home)
        let der = try run("/usr/bin/openssl", ["req", "-in", file, "-outform", "DER"]).outBytes
        let spoiled = try home.folder.write(der.dropLast() + [der[der.count - 1] ^ 1], to: "spoiled.der")
        try refused(spoiled, home, says: "is not signed by the key it names")
    }

    @Test("what is no request is refused, and it is said what it is")
    func notARequest() throws {
        let home = try Home.withAuthority()
        let result = try issue(home.path + "/identities/web.pem", home)
        #expect(result.status == 2)
        #expect(result.err.contains("does not hold one certificate request"), "\(result.err)")
        let absent = try issue(home.folder.file("absent"), home)
        #expect(absent.status == 2)
        #expect(absent.err.contains("do:  make one: openssl req"), "\(absent.err)")
        let noise = try issue(try home.folder.write([0x30, 0x03, 0x02, 0x01], to: "noise"), home)
        #expect(noise.status == 2, "\(noise.err)")
    }

    private func refused(_ file: String, _ home: Home, says: String) throws {
        let before = try home.done("identity", "list", "--all", "--json").out
        let result = try issue(file, home)
        #expect(result.status == 1, "\(result.out)\(result.err)")
        #expect(result.out == "")
        #expect(result.err.contains("the request is refused"), "\(result.err)")
        #expect(result.err.contains(says), "\(result.err)")
        #expect(try home.done("identity", "list", "--all", "--json").out == before)
    }
}

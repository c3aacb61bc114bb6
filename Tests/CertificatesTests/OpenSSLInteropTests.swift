import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonWire
import Testing

@Suite("OpenSSL reads what we write, and we read what it writes")
struct OpenSSLInteropTests {
    private static let openssl = "/usr/bin/openssl"

    private func openssl(_ arguments: [String], input: String = "") throws -> String {
        let result = try run(Self.openssl, arguments, input: Array(input.utf8))
        try #require(result.status == 0, "openssl \(arguments.joined(separator: " ")): \(result.err)")
        return result.out
    }

    @Test(
        "a certificate made by OpenSSL parses with equal fields",
        arguments: [
            ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
            ["EC", "-pkeyopt", "ec_paramgen_curve:P-521"], ["ED25519"], ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        ])
    func reading(_ algorithm: [String]) throws {
        let folder = try TemporaryFolder()
        let pem = try openssl(
            [
                "req", "-x509", "-nodes", "-keyout", folder.file("key.pem"), "-days", "30", "-set_serial", "0x00c0ffee",
                "-subj", "/C=GB/O=Example, Ltd./OU=a\\+b/CN=web", "-addext",
                "keyUsage=critical,digitalSignature,keyCertSign",
                "-addext", "extendedKeyUsage=serverAuth,clientAuth,1.2.3.4", "-addext",
                "subjectAltName=DNS:web.example,DNS:*.web.example,IP:10.0.0.1,IP:2001:db8::1,email:a@web.example,URI:spiffe://d/a,RID:1.2.3,otherName:1.2.3;UTF8:x",
                "-addext", "nameConstraints=critical,permitted;DNS:example,excluded;IP:10.0.0.0/255.0.0.0", "-newkey",
            ] + algorithm)
        let certificate = try #require(try CertificateBundle(pem: pem).certificates.first)
        let key = try #require(certificate.publicKey)
        #expect(certificate.isSigned(by: key))
        #expect(certificate.isSelfIssued)
        #expect(certificate.version == 3)
        #expect(certificate.serialNumber.description == "c0ffee")
        #expect(certificate.subject.description == "CN=web,OU=a\\+b,O=Example\\, Ltd.,C=GB")
        let facts = try openssl(
            [
                "x509", "-noout", "-subject", "-nameopt", "RFC2253", "-fingerprint", "-sha256", "-startdate",
                "-enddate", "-dateopt", "iso_8601",
            ],
            input: pem)
        #expect(facts.contains("subject=\(certificate.subject)\n"))
        let shown = certificate.fingerprint.description.uppercased()
        #expect(facts.lowercased().contains("sha256 fingerprint="))
        #expect(facts.replacingOccurrences(of: ":", with: "").contains(shown))
        for (label, time) in [
            ("notBefore", certificate.validity.notBefore), ("notAfter", certificate.validity.notAfter),
        ] {
            #expect(facts.contains("\(label)=\(time.description.replacingOccurrences(of: "T", with: " "))"))
        }
        let extensions = certificate.extensions
        #expect(extensions.basicConstraints == BasicConstraints(isAuthority: true))
        #expect(extensions.keyUsage == [.digitalSignature, .keyCertSign])
        #expect(
            extensions.extendedKeyUsage
                == ExtendedKeyUsage(.serverAuth, .clientAuth, .unknown(ObjectIdentifier(1, 2, 3, 4))))
        #expect(
            extensions.subjectAlternativeNames == [
                .dns("web.example"), .dns("*.web.example"), .ip([10, 0, 0, 1]),
                .ip([0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), .mail("a@web.example"),
                .uri("spiffe://d/a"),
                .other(tag: 8, [0x2A, 0x03]), .other(tag: 0, der(0x06, [0x2A, 0x03]) + der(0xA0, text(0x0C, "x"))),
            ])
        #expect(
            extensions.nameConstraints
                == NameConstraints(
                    permitted: [.dns(try DNSSubtree("example"))], excluded: [.ip(try IPNetwork("10.0.0.0/8"))]))
        #expect(extensions.subjectKeyIdentifier?.count == 20)
        #expect(extensions.authorityKeyIdentifier?.keyIdentifier == extensions.subjectKeyIdentifier)
        #expect(extensions.unknownCritical.isEmpty)
    }

    @Test("X13: a key that OpenSSL made with explicit curve parameters is named as such")
    func explicitParameters() throws {
        let folder = try TemporaryFolder()
        let pem = try openssl([
            "req", "-x509", "-nodes", "-keyout", folder.file("key.pem"), "-subj", "/CN=x", "-newkey", "EC", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit",
        ])
        #expect(try CertificateBundle(pem: pem).certificates.first?.publicKeyFailure == .explicitCurveParameters)
    }

    @Test("a certificate by a weak algorithm or of a weak key parses, and says so")
    func weak() throws {
        let folder = try TemporaryFolder()
        let sha1 = try openssl([
            "req", "-x509", "-nodes", "-keyout", folder.file("key.pem"), "-subj", "/CN=x", "-sha1", "-newkey", "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:1024",
        ])
        let certificate = try #require(try CertificateBundle(pem: sha1).certificates.first)
        #expect(certificate.signatureAlgorithm == .unsupported(oid: "1.2.840.113549.1.1.5"))
        #expect(certificate.signatureAlgorithmFailure == .refusedSignatureAlgorithm(name: "sha1WithRSAEncryption"))
        guard case .modulusSize(bits: 1024, _)? = certificate.publicKeyFailure else {
            Issue.record("the key failed as \(String(describing: certificate.publicKeyFailure))")
            return
        }
    }

    @Test("our chain is shown, walked and verified by OpenSSL", arguments: KeyAlgorithm.allCases)
    func writing(_ algorithm: KeyAlgorithm) throws {
        var chain = TestPKI.goodChain(algorithm)
        chain.issuing.nameConstraints = NameConstraints(
            permitted: [
                .dns(try DNSSubtree("example.internal")), .ip(try IPNetwork("127.0.0.0/8")),
                .uri(try URISubtree("example.internal")),
            ], excluded: [.mail(try MailSubtree("evil.example"))])
        chain.leaf.names += [.mail("a@example.internal"), .ip([UInt8](repeating: 0xFE, count: 16))]
        chain.issuing.nameConstraints?.permitted.append(.ip(try IPNetwork("fe00::/8")))
        let (leaf, issuing, root) = (
            try Certificate(der: chain.leafDER), try Certificate(der: chain.issuingDER), chain.anchor
        )
        let shown = try openssl(["x509", "-noout", "-text"], input: leaf.pem)
        for expected in [
            "Version: 3 (0x2)", "Serial Number: 3 (0x3)", "Issuer: O = Symbolon Tests, CN = Test Issuing",
            "Not Before: Jun  1 11:00:00 2026 GMT",
            "Not After : Jun  2 11:00:00 2026 GMT", "X509v3 Key Usage: critical\n                Digital Signature\n",
            "TLS Web Server Authentication, TLS Web Client Authentication",
            "URI:spiffe://example.internal/web, DNS:web.example.internal, IP Address:127.0.0.1",
        ] {
            #expect(shown.contains(expected), "\(expected) is not in \(shown)")
        }
        #expect(try openssl(["x509", "-noout", "-text"], input: issuing.pem).contains("CA:TRUE, pathlen:0"))
        #expect(try openssl(["asn1parse"], input: issuing.pem).contains("cons: SEQUENCE"))

        let folder = try TemporaryFolder()
        try folder.write(leaf.pem, to: "leaf.pem")
        try folder.write(issuing.pem, to: "issuing.pem")
        try folder.write(root.pem, to: "root.pem")
        let verdict = try openssl([
            "verify", "-x509_strict", "-check_ss_sig", "-attime", String(Int(noon.timeIntervalSince1970)), "-purpose",
            "sslserver",
            "-verify_hostname", "web.example.internal", "-CAfile", folder.file("root.pem"), "-untrusted",
            folder.file("issuing.pem"),
            folder.file("leaf.pem"),
        ])
        #expect(verdict.contains("leaf.pem: OK"))
    }

    @Test("a time beyond 2049 is shown by OpenSSL as we meant it")
    func laterTimes() throws {
        var chain = TestPKI.goodChain()
        chain.root.notBefore = Date(timeIntervalSince1970: -631_152_001)
        chain.root.notAfter = CertificateTime.noExpiry.date
        let shown = try openssl(["x509", "-noout", "-startdate", "-enddate"], input: chain.anchor.pem)
        #expect(shown == "notBefore=Dec 31 23:59:59 1949 GMT\nnotAfter=Dec 31 23:59:59 9999 GMT\n")
    }

    @Test("OpenSSL verifies our request", arguments: KeyAlgorithm.allCases)
    func ourRequest(_ algorithm: KeyAlgorithm) throws {
        let request = try CertificateRequest.make(
            subject: TestPKI.name("web"),
            names: [.dns(try DNSPattern("web.example")), .spiffe(try SPIFFEID("spiffe://d.example/web"))],
            key: TestKeys.key("web", algorithm))
        let result = try run(Self.openssl, ["req", "-verify", "-noout", "-text"], input: Array(request.pem.utf8))
        #expect(result.status == 0)
        #expect((result.out + result.err).contains("verify OK"))
        #expect(result.out.contains("DNS:web.example, URI:spiffe://d.example/web"))
        #expect(result.out.contains("Subject: O = Symbolon Tests, CN = web"))
    }

    @Test("we verify OpenSSL's request")
    func theirRequest() throws {
        let folder = try TemporaryFolder()
        let pem = try openssl([
            "req", "-new", "-nodes", "-keyout", folder.file("key.pem"), "-newkey", "EC", "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-subj", "/CN=web", "-addext", "subjectAltName=DNS:web.example,IP:10.0.0.1", "-addext",
            "basicConstraints=critical,CA:TRUE",
        ])
        let request = try CertificateRequest(pem: pem)
        #expect(request.subject.description == "CN=web")
        #expect(request.extensions.subjectAlternativeNames == [.dns("web.example"), .ip([10, 0, 0, 1])])
        #expect(request.extensions.basicConstraints?.isAuthority == true)
        #expect(try request.verifiedPublicKey() == request.publicKey)
    }

    @Test("a request without extensions, as OpenSSL makes it, is read")
    func theirBareRequest() throws {
        let folder = try TemporaryFolder()
        let pem = try openssl([
            "req", "-new", "-nodes", "-keyout", folder.file("key.pem"), "-newkey", "ED25519", "-subj", "/CN=web",
        ])
        let request = try CertificateRequest(pem: pem)
        #expect(request.extensions.all.isEmpty)
        #expect(try request.verifiedPublicKey().kind == .ed25519)
    }
}

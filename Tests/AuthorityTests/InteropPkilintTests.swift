import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import SymbolonAuthority

/// Other people's linters and verifiers on what is issued here. They run where they are installed: pkilint from PyPI
/// puts `lint_pkix_cert` on the path, and OpenSSL is in every distribution.
@Suite("Interop: certificates pass pkilint and OpenSSL")
struct InteropPkilintTests {
    static let lint = program("lint_pkix_cert")
    static let openssl = program("openssl")

    private static func program(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private func everyProfile(_ algorithm: KeyAlgorithm) async throws -> (House, [(String, Certificate)]) {
        let configuration = try AuthorityConfiguration(
            trustDomain: TrustDomain("example.internal"), organisation: "Ex\u{e4}mple GmbH", keyAlgorithm: algorithm)
        let house = try await House(configuration: configuration)
        var all = [("root", house.authority.root), ("issuing", house.authority.issuing)]
        for expected in IssuanceTests.cases {
            let names: [SubjectName] =
                switch expected.profile {
                case .service, .workload: try [dns("web.example.internal"), ip("10.0.0.1"), ip("fd00::1")]
                case .person, .mail: try [mail("alice@example.internal")]
                default: []
                }
            let issued = try await house.authority.issue(
                .example(
                    expected.profile, name: expected.name, names: names,
                    key: TestKeys.key("leaf", algorithm).publicKey))
            all.append((expected.profile.rawValue, issued.certificate))
        }
        return (house, all)
    }

    /// pkilint looks at URIs with a program for URLs that knows a fixed list of schemes, and `spiffe` is not in it. RFC
    /// 3986 §3.1 leaves the list open, and SPIFFE X509-SVID §2 demands this one.
    private static func knownFindings(_ certificate: Certificate) -> [String] {
        (certificate.extensions.subjectAlternativeNames ?? []).compactMap { name in
            guard case .uri(let text) = name, text.hasPrefix("spiffe://") else { return nil }
            return "pkix.invalid_uri_syntax (ERROR): Invalid URI syntax: \"\(text)\""
        }
    }

    @Test(
        "pkilint finds nothing but that it does not know the scheme spiffe",
        .enabled(if: lint != nil, "lint_pkix_cert is not installed"),
        arguments: KeyAlgorithm.allCases)
    func pkilint(_ algorithm: KeyAlgorithm) async throws {
        let lint = try #require(Self.lint)
        let folder = try TemporaryFolder()
        for (name, certificate) in try await everyProfile(algorithm).1 {
            let file = try folder.write(PEM.render(label: "CERTIFICATE", certificate.der), to: name)
            let result = try run(lint, ["lint", "-s", "WARNING", file])
            let findings = result.out.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { $0.contains("(WARNING)") || $0.contains("(ERROR)") || $0.contains("(FATAL)") }
            #expect(findings == Self.knownFindings(certificate), "\(name): \(result.out)\(result.err)")
        }
    }

    @Test(
        "OpenSSL verifies every chain for its purpose", .enabled(if: openssl != nil, "openssl is not installed"),
        arguments: KeyAlgorithm.allCases)
    func opensslVerifies(_ algorithm: KeyAlgorithm) async throws {
        let openssl = try #require(Self.openssl)
        let folder = try TemporaryFolder()
        let (house, all) = try await everyProfile(algorithm)
        let root = try folder.write(PEM.render(label: "CERTIFICATE", house.authority.root.der), to: "root")
        let issuing = try folder.write(PEM.render(label: "CERTIFICATE", house.authority.issuing.der), to: "issuing")
        for (name, certificate) in all.dropFirst(2) {
            let file = try folder.write(PEM.render(label: "CERTIFICATE", certificate.der), to: name)
            let purposes = certificate.extensions.extendedKeyUsage?.purposes ?? []
            for (purpose, flag) in [
                (KeyPurpose.serverAuth, "sslserver"), (.clientAuth, "sslclient"), (.emailProtection, "smimesign"),
            ] {
                let result = try run(
                    openssl,
                    [
                        "verify", "-x509_strict", "-attime", "\(Int(noon.timeIntervalSince1970))", "-purpose", flag,
                        "-CAfile", root, "-untrusted", issuing, file,
                    ])
                #expect(
                    (result.status == 0) == purposes.contains(purpose), "\(name) \(flag): \(result.out)\(result.err)")
            }
        }
    }
}

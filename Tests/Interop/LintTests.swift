import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import SymbolonWire
import Testing

@Suite("pkilint finds no error in any certificate that the authority makes")
struct LintTests {
    private static let serious = ["WARNING", "ERROR", "FATAL"]

    private func findings(_ der: [UInt8]) throws -> [String] {
        let folder = try TemporaryFolder()
        let file = try folder.write(PEM.render(label: "CERTIFICATE", der), to: "certificate.pem")
        let result = try run(Tools.pkilint, ["lint", "-s", "WARNING", file])
        // It answers with the number of findings; a certificate that it cannot read ends it with a traceback.
        try #require(!result.err.contains("Traceback"), "\(result.err)")
        return result.out.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { line in Self.serious.contains { line.contains("(\($0))") } }
    }

    /// Two things that pkilint does not know. It reads URIs with a program for URLs that has a fixed list of schemes, and
    /// `spiffe` is not on it: RFC 3986 §3.1 leaves the list open, and SPIFFE X509-SVID §2 demands this scheme. And it knows
    /// no wildcards, which RFC 5280 §4.2.1.6 leaves to others, and RFC 9525 §6.3 defines.
    private func unknownToIt(_ certificate: Certificate) -> [String] {
        (certificate.extensions.subjectAlternativeNames ?? []).compactMap { name in
            switch name {
            case .uri(let text) where text.hasPrefix("spiffe://example.internal"):
                "pkix.invalid_uri_syntax (ERROR): Invalid URI syntax: \"\(text)\""
            case .dns("*.web.example.internal"):
                "pkix.invalid_domain_name_syntax (ERROR): Invalid domain name syntax: \"*.web.example.internal\""
            default: nil
            }
        }
    }

    @Test("root, issuing and every profile, of every algorithm", arguments: KeyAlgorithm.allCases)
    func everyProfile(_ algorithm: KeyAlgorithm) async throws {
        let chains = try await IssuedChains(algorithm)
        let all = [("root", chains.root), ("issuing", chains.issuing)] + chains.leaves.map { ($0.rawValue, $1) }
        #expect(all.count == 8)
        for (profile, certificate) in all {
            #expect(try findings(certificate.der) == unknownToIt(certificate), "\(profile)")
        }
    }

    @Test("a certificate with an error is found to have one")
    func error() throws {
        var chain = TestPKI.goodChain().atNow
        chain.leaf.serialNumber = [0x80]
        #expect(try findings(chain.leafDER).contains { $0.contains("(ERROR)") && !$0.contains("invalid_uri_syntax") })
    }
}

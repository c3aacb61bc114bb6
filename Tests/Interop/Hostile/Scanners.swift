import Foundation
import SymbolonTestSupport
import Testing

extension HostilePeers {
    @Suite("T26: programs that look for weaknesses of TLS servers find none")
    struct Scanners {
        private struct Finding: Decodable {
            let id: String
            let severity: String
            let finding: String
        }

        /// What testssl.sh says of any server like this one: neither is about TLS.
        private static let meant = [
            // Certificates live a day, and nobody but the ends of this home needs to ask about them here.
            "cert_expirationStatus", "cert_notAfter", "cert_revocation",
            // Names of a house of its own are in nobody's DNS.
            "DNS_CAArecord",
        ]

        @Test("testssl.sh, with TLS 1.2 allowed")
        func testssl() async throws {
            let house = try await House("--tls-1.2")
            let folder = house.machine.folder
            // It asks by openssl and by hand; openssl has to show a certificate to be answered.
            let openssl = try folder.write(
                Array(
                    """
                    #!/bin/sh
                    if [ "$1" = s_client ]; then
                        shift
                        exec \(try Tools.openssl) s_client -cert \(house.client.chain) -cert_chain \(house.client.chain) \
                        -key \(house.client.key) "$@"
                    fi
                    exec \(try Tools.openssl) "$@"

                    """.utf8), to: "openssl")
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: openssl)
            let report = folder.file("report.json")
            let run = try await Socket.waiting {
                try SymbolonTestSupport.run(
                    "/usr/bin/timeout",
                    [
                        "300", try Tools.testssl, "--quiet", "--color", "0", "--warnings", "batch", "--ip", "127.0.0.1",
                        "--openssl", openssl, "--add-ca", house.client.anchors, "--jsonfile", report,
                        "-p", "-s", "-f", "-P", "-S", "-U", "\(House.name):\(house.port)",
                    ])
            }
            let findings = try JSONDecoder().decode([Finding].self, from: Data(try folder.read("report.json")))
            // It has looked: at versions, ciphers, and the faults that have names.
            for looked in ["TLS1_3", "cipherlist_NULL", "heartbleed", "ROBOT", "secure_renego", "LUCKY13"] {
                #expect(findings.contains { $0.id == looked && $0.severity == "OK" }, "\(looked): \(run.out)")
            }
            let objections = findings.filter { !["OK", "INFO", "DEBUG", "WARN"].contains($0.severity) }
            for objection in objections where !Self.meant.contains(objection.id) {
                Issue.record("\(objection.severity) \(objection.id): \(objection.finding)")
            }
        }

        @Test("sslyze: only AEAD with ephemeral keys, nothing older than TLS 1.2, none of the known attacks")
        func sslyze() async throws {
            let house = try await House("--tls-1.2")
            let report = house.machine.folder.file("report.json")
            let run = try await Socket.waiting {
                try SymbolonTestSupport.run(
                    "/usr/bin/timeout",
                    [
                        "200", try Tools.python, "-m", "sslyze", "--cert", house.client.chain, "--key",
                        house.client.key, "--sni", House.name, "--json_out", report, "--tlsv1", "--tlsv1_1",
                        "--tlsv1_2", "--tlsv1_3", "--sslv3", "--compression", "--early_data", "--fallback",
                        "--heartbleed", "--openssl_ccs", "--reneg", "--resum", "--robot", "--elliptic_curves", "--ems",
                        "127.0.0.1:\(house.port)",
                    ])
            }
            let data = Data(try house.machine.folder.read("report.json"))
            let whole = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any], "\(run.out)")
            let server = try #require((whole["server_scan_results"] as? [[String: Any]])?.first)
            let found = Found(try #require(server["scan_result"] as? [String: Any], "\(run.out)"))

            for old in ["ssl_3_0", "tls_1_0", "tls_1_1"] {
                #expect(found.suites("\(old)_cipher_suites") == [], "\(old)")
            }
            // Some it asks for by an OpenSSL of before the extended master secret, which is refused (T27).
            let suites = try #require(found.suites("tls_1_2_cipher_suites"))
            #expect(!suites.isEmpty)
            #expect(
                suites.isSubset(of: [
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                ]), "\(suites)")
            #expect(
                found.suites("tls_1_3_cipher_suites") == [
                    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
                ])
            #expect(found["tls_compression", "supports_compression"] == false)
            #expect(found["tls_1_3_early_data", "supports_early_data"] == false)
            #expect(found["heartbleed", "is_vulnerable_to_heartbleed"] == false)
            #expect(found["openssl_ccs_injection", "is_vulnerable_to_ccs_injection"] == false)
            #expect(found["session_renegotiation", "is_vulnerable_to_client_renegotiation_dos"] == false)
            #expect(found["session_renegotiation", "supports_secure_renegotiation"] == true)
            #expect(found["tls_fallback_scsv", "supports_fallback_scsv"] == true)
            #expect(found["tls_extended_master_secret", "supports_ems_extension"] == true)
        }

        /// The result of each command, by its name.
        private struct Found {
            private let results: [String: Any]

            init(_ results: [String: Any]) { self.results = results }

            private func result(_ command: String) -> [String: Any]? {
                (results[command] as? [String: Any])?["result"] as? [String: Any]
            }

            subscript(command: String, name: String) -> Bool? { result(command)?[name] as? Bool }

            /// Nil: it has not looked.
            func suites(_ command: String) -> Set<String>? {
                (result(command)?["accepted_cipher_suites"] as? [[String: Any]]).map { accepted in
                    Set(accepted.compactMap { ($0["cipher_suite"] as? [String: Any])?["name"] as? String })
                }
            }
        }
    }
}

import Foundation
import SymbolonKeys
import Testing

/// The C2SP/wycheproof signature vectors, where they are: beside the repository, never copied into it.
enum Wycheproof {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "../shared/vectors/wycheproof").standardizedFileURL

    static let isPresent: Bool = {
        let found = FileManager.default.fileExists(atPath: folder.path)
        if !found { print("WARNING: no Wycheproof vectors at \(folder.path): X15 IS NOT TESTED in this run") }
        return found
    }()

    struct Suite: Decodable {
        let numberOfTests: Int
        let testGroups: [Group]
    }

    struct Group: Decodable {
        let publicKeyDer: String
        let tests: [Case]
    }

    struct Case: Decodable {
        let tcId: Int
        let msg: String
        let sig: String
        let result: String
    }

    static func read(_ name: String) throws -> Suite {
        let json = try CommandRun.output(of: "/usr/bin/gzip", ["-dc", folder.appending(path: name + ".json.gz").path])
        return try JSONDecoder().decode(Suite.self, from: Data(json))
    }
}

@Suite("X15: Wycheproof's signature vectors", .enabled(if: Wycheproof.isPresent))
struct WycheproofTests {
    @Test(
        "X15: every verdict agrees, and what is only acceptable is refused",
        arguments: [
            ("ecdsa_secp256r1_sha256_test", SignatureAlgorithm.ecdsaSHA256, [Int](), 484),
            ("ecdsa_secp384r1_sha384_test", .ecdsaSHA384, [], 504),
            ("ecdsa_secp521r1_sha512_test", .ecdsaSHA512, [], 542),
            ("ed25519_test", .ed25519, [], 151),
            // 8: the DigestInfo lacks the NULL of its algorithm's parameters (RFC 8017 §9.2 note 1).
            ("rsa_signature_2048_sha256_test", .rsaSHA256, [8], 259),
            ("rsa_signature_3072_sha384_test", .rsaSHA384, [8], 259),
        ] as [(String, SignatureAlgorithm, [Int], Int)])
    func verdicts(_ name: String, _ algorithm: SignatureAlgorithm, _ acceptableRefused: [Int], _ count: Int) throws {
        let suite = try Wycheproof.read(name)
        var disagreements: [Int] = []
        var refused: [Int] = []
        var seen = 0
        for group in suite.testGroups {
            let key = try PublicKey(subjectPublicKeyInfo: hex(group.publicKeyDer))
            for test in group.tests {
                seen += 1
                let isValid = key.isValid(hex(test.sig), over: hex(test.msg), by: algorithm)
                switch test.result {
                case "valid": if !isValid { disagreements.append(test.tcId) }
                case "invalid": if isValid { disagreements.append(test.tcId) }
                default: if !isValid { refused.append(test.tcId) }
                }
            }
        }
        #expect(disagreements == [])
        #expect(refused == acceptableRefused)
        #expect(seen == suite.numberOfTests)
        #expect(seen == count)
    }
}

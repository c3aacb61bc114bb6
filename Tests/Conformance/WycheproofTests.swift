import Foundation
import SymbolonKeys
import SymbolonTestSupport
import SymbolonWire
import Testing

/// A file of C2SP/wycheproof signature vectors, as its JSON has it.
private struct WycheproofFile: Decodable {
    struct Group: Decodable {
        let type: String
        let publicKeyDer: String
        let sha: String?
        let mgfSha: String?
        let sLen: Int?
        let tests: [Case]

        /// What such signatures are called in a certificate; nil: they are none that are believed.
        var algorithm: SignatureAlgorithm? {
            switch (type, sha) {
            case ("EcdsaVerify", "SHA-256"): .ecdsaSHA256
            case ("EcdsaVerify", "SHA-384"): .ecdsaSHA384
            case ("EcdsaVerify", "SHA-512"): .ecdsaSHA512
            case ("EddsaVerify", nil): .ed25519
            case ("RsassaPkcs1Verify", "SHA-256"): .rsaSHA256
            case ("RsassaPkcs1Verify", "SHA-384"): .rsaSHA384
            case ("RsassaPkcs1Verify", "SHA-512"): .rsaSHA512
            case ("RsassaPssVerify", _), ("RsassaPssWithParametersVerify", _): pss
            case ("MlDsaVerify", nil): mlDSA
            default: nil
            }
        }

        private var pss: SignatureAlgorithm? {
            switch (sha, mgfSha, sLen) {
            case ("SHA-256", "SHA-256", 32): .rsaPSSSHA256
            case ("SHA-384", "SHA-384", 48): .rsaPSSSHA384
            case ("SHA-512", "SHA-512", 64): .rsaPSSSHA512
            default: nil
            }
        }

        /// By the identifier in the key, which may be of a wrong length.
        private var mlDSA: SignatureAlgorithm? {
            [SignatureAlgorithm.mlDSA65, .mlDSA87].first { publicKeyDer.contains(Hex.encode($0.identifier)) }
        }
    }

    struct Case: Decodable {
        let tcId: Int
        let msg: String
        let sig: String
        let result: String
        let ctx: String?

        /// What is only acceptable is refused: the DigestInfo without the NULL of its algorithm (RFC 8017 §9.2 note 1). An
        /// ML-DSA signature in a certificate has an empty context (RFC 9881 §3): one with another is none.
        var isGood: Bool { result == "valid" && (ctx ?? "").isEmpty }
    }

    let numberOfTests: Int
    let testGroups: [Group]

    static func names() throws -> [String] {
        let folder = try #require(PublishedVectors.folder)
        return try FileManager.default.contentsOfDirectory(atPath: folder + "/wycheproof")
            .filter { $0.hasSuffix("_test.json.gz") }.sorted()
    }

    static func read(_ name: String) throws -> WycheproofFile {
        try JSONDecoder().decode(WycheproofFile.self, from: Data(PublishedVectors.read("wycheproof/" + name)))
    }
}

@Suite("C2SP/wycheproof: every signature vector that is here", .enabled(if: PublishedVectors.areHere))
struct WycheproofTests {
    @Test("X15: zero and out-of-range values, malleable encodings, wrong paddings: every verdict agrees")
    func verdicts() throws {
        var seen = 0
        var table = VerdictTable("Wycheproof", diverging: [])
        for name in try WycheproofFile.names() {
            let file = try WycheproofFile.read(name)
            var inFile = 0
            for group in file.testGroups {
                // A key that is not read verifies nothing.
                let key = try? PublicKey(subjectPublicKeyInfo: Hex.decode(group.publicKeyDer))
                for test in group.tests {
                    inFile += 1
                    guard let algorithm = group.algorithm else {
                        table.skip(name)
                        continue
                    }
                    let isValid = try key?.isValid(Hex.decode(test.sig), over: Hex.decode(test.msg), by: algorithm)
                    table.count(
                        "\(name) \(test.tcId)", in: name, isRight: (isValid ?? false) == test.isGood,
                        "should be \(test.result)")
                }
            }
            #expect(inFile == file.numberOfTests, "\(name)")
            seen += inFile
        }
        print(table.text)
        for complaint in table.complaints { Issue.record("\(complaint)") }
        #expect(seen >= 2625)
    }
}

import SymbolonKeys
import Testing

@Suite("Signature algorithms: these are believed, the weak are refused by name")
struct SignatureAlgorithmTests {
    @Test("each is read back from what it writes", arguments: SignatureAlgorithm.allCases)
    func roundTrip(_ algorithm: SignatureAlgorithm) throws {
        #expect(try SignatureAlgorithm(identifier: algorithm.identifier) == algorithm)
    }

    @Test(
        "the standards' own encodings are read",
        arguments: [
            ("300a06082a8648ce3d040302", SignatureAlgorithm.ecdsaSHA256), ("300a06082a8648ce3d040303", .ecdsaSHA384),
            ("300a06082a8648ce3d040304", .ecdsaSHA512), ("300506032b6570", .ed25519),
            ("300d06092a864886f70d01010b0500", .rsaSHA256), ("300d06092a864886f70d01010c0500", .rsaSHA384),
            ("300d06092a864886f70d01010d0500", .rsaSHA512),
            // RFC 4055 §5: absent parameters must be accepted.
            ("300b06092a864886f70d01010b", .rsaSHA256),
        ])
    func reads(_ text: String, _ algorithm: SignatureAlgorithm) throws {
        #expect(try SignatureAlgorithm(identifier: hex(text)) == algorithm)
    }

    @Test(
        "the weak are refused by name",
        arguments: [
            ("300d06092a864886f70d0101050500", "sha1WithRSAEncryption"),
            ("300d06092a864886f70d0101040500", "md5WithRSAEncryption"),
            ("300d06092a864886f70d0101020500", "md2WithRSAEncryption"),
            ("300d06092a864886f70d01010e0500", "sha224WithRSAEncryption"),
            ("300906072a8648ce3d0401", "ecdsa-with-SHA1"), ("300a06082a8648ce3d040301", "ecdsa-with-SHA224"),
            ("300906072a8648ce380403", "dsa-with-sha1"),
        ])
    func weak(_ text: String, _ name: String) {
        #expect(throws: KeyFailure.refusedSignatureAlgorithm(name: name)) {
            try SignatureAlgorithm(identifier: hex(text))
        }
    }

    @Test(
        "the unknown are refused by their object identifier",
        arguments: [
            ("300b0609608648016503040311", "2.16.840.1.101.3.4.3.17"),
            ("300b06092a864886f70d010107", "1.2.840.113549.1.1.7"),
            ("300506032b6571", "1.3.101.113"),
        ])
    func unknown(_ text: String, _ oid: String) {
        #expect(throws: KeyFailure.unsupportedSignatureAlgorithm(oid: oid)) {
            try SignatureAlgorithm(identifier: hex(text))
        }
    }

    @Test(
        "parameters that the standard does not allow are refused",
        arguments: [
            ("300c06082a8648ce3d0403020500", "1.2.840.10045.4.3.2"), ("300706032b65700500", "1.3.101.112"),
            ("301006092a864886f70d01010b0403010203", "1.2.840.113549.1.1.11"),
            ("300e06092a864886f70d01010b050100", "1.2.840.113549.1.1.11"),
        ])
    func parameters(_ text: String, _ oid: String) {
        #expect(throws: KeyFailure.unexpectedParameters(algorithm: oid)) {
            try SignatureAlgorithm(identifier: hex(text))
        }
    }

    @Test(
        "what is not one AlgorithmIdentifier in DER is refused",
        arguments: [
            "", "30", "0500", "3000", "300a06082a8648ce3d04030200", "308006082a8648ce3d0403020000",
            "30810a06082a8648ce3d040302", "300e06092a864886f70d01010b05000500",
        ])
    func malformed(_ text: String) {
        #expect { try SignatureAlgorithm(identifier: hex(text)) } throws: { error in
            guard case KeyFailure.malformed("AlgorithmIdentifier", _) = error else { return false }
            return true
        }
    }

    @Test("an identifier longer than any of use is refused unread")
    func tooLong() {
        #expect(throws: KeyFailure.tooLarge(structure: "AlgorithmIdentifier", octets: 513, limit: 512)) {
            try SignatureAlgorithm(identifier: [UInt8](repeating: 0x30, count: 513))
        }
    }
}

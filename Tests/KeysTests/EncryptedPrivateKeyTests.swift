import SymbolonKeys
import Testing

@Suite("RFC 8018 §6.2: private keys sealed under a passphrase")
struct EncryptedPrivateKeyTests {
    static let passphrase = Passphrase(copying: [UInt8]("correct horse".utf8))
    static let key = SigningKey.make(.p256)

    static let scryptOID = hex("06092b06010401da47040b")
    static let pbkdf2OID = hex("06092a864886f70d01050c")
    static let hmacSHA256 = DER.sequence(hex("06082a864886f70d0209"), DER.null)
    static let aes256 = DER.sequence(hex("060960864801650304012a"), DER.octets([UInt8](repeating: 7, count: 16)))
    static let salt = DER.octets([UInt8](repeating: 3, count: 16))
    static let pbes2 = hex("06092a864886f70d01050d")

    static func sealed(
        kdf: [UInt8], cipher: [UInt8] = aes256, scheme: [UInt8] = pbes2,
        ciphertext: [UInt8] = [UInt8](repeating: 1, count: 64)
    ) -> [UInt8] {
        DER.sequence(DER.sequence(scheme, DER.sequence(kdf, cipher)), DER.octets(ciphertext))
    }

    static func scrypt(_ cost: [UInt8], _ blockSize: [UInt8], _ parallelism: [UInt8], salt: [UInt8] = salt) -> [UInt8] {
        DER.sequence(
            scryptOID, DER.sequence(salt, DER.positive(cost), DER.positive(blockSize), DER.positive(parallelism)))
    }

    static func pbkdf2(_ iterations: [UInt8], _ rest: [UInt8] = hmacSHA256) -> [UInt8] {
        DER.sequence(pbkdf2OID, DER.sequence(salt, DER.positive(iterations), rest))
    }

    static let cheap = pbkdf2([0x03, 0xE8])

    @Test("opens with its passphrase, and with no other", arguments: [PasswordKDF.scrypt, .pbkdf2])
    func roundTrip(_ kdf: PasswordKDF) throws {
        let sealed = try EncryptedPrivateKey.seal(Self.key, under: Self.passphrase, kdf: kdf)
        #expect(try EncryptedPrivateKey.open(sealed, with: Self.passphrase).publicKey == Self.key.publicKey)
        #expect(throws: KeyFailure.wrongPassphrase) {
            try EncryptedPrivateKey.open(sealed, with: Passphrase(copying: [UInt8]("correct horsf".utf8)))
        }
    }

    @Test("an empty passphrase neither seals nor opens")
    func empty() throws {
        let none = Passphrase(copying: [])
        #expect(throws: KeyFailure.emptyPassphrase) { try EncryptedPrivateKey.seal(Self.key, under: none) }
        #expect(throws: KeyFailure.emptyPassphrase) {
            try EncryptedPrivateKey.open(Self.sealed(kdf: Self.cheap), with: none)
        }
    }

    @Test("an altered ciphertext does not open")
    func altered() throws {
        var sealed = try EncryptedPrivateKey.seal(Self.key, under: Self.passphrase)
        sealed[sealed.count - 1] ^= 1
        #expect(throws: KeyFailure.wrongPassphrase) { try EncryptedPrivateKey.open(sealed, with: Self.passphrase) }
    }

    /// One block under a wrong key: as the vector's last octet takes every value, the padding comes out right at least once.
    @Test("a wrong passphrase is one even where the padding happens to look right")
    func luckyPadding() {
        for last: UInt8 in 0...255 {
            let vector = [UInt8](repeating: 7, count: 15) + [last]
            let cipher = DER.sequence(hex("060960864801650304012a"), DER.octets(vector))
            refuses(
                Self.sealed(kdf: Self.cheap, cipher: cipher, ciphertext: [UInt8](repeating: 1, count: 16)),
                .wrongPassphrase)
        }
    }

    @Test(
        "costs within the bounds are worked on",
        arguments: [
            Self.scrypt([2], [8], [1]), Self.scrypt([4, 0], [16], [2]), Self.cheap,
            Self.pbkdf2([0x03, 0xE8], DER.integer([32]) + Self.hmacSHA256),
        ])
    func goodCosts(_ kdf: [UInt8]) {
        refuses(Self.sealed(kdf: kdf), .wrongPassphrase)
    }

    @Test(
        "costs beyond the bounds are refused before any work",
        arguments: [
            (Self.scrypt([0x40, 0, 0], [8], [1]), "scrypt cost", 1 << 22, 2...(1 << 18)),
            (Self.scrypt([0x80, 0], [8], [16]), "scrypt cost", 1 << 15, 2...(1 << 14)),
            (Self.scrypt([0x40, 1], [8], [1]), "scrypt cost", (1 << 14) + 1, 2...(1 << 18)),
            (Self.scrypt([1], [8], [1]), "scrypt cost", 1, 2...(1 << 18)),
            (Self.scrypt([0], [8], [1]), "scrypt cost", 0, 2...(1 << 18)),
            (Self.scrypt([2], [0], [1]), "scrypt block size", 0, 1...16),
            (Self.scrypt([2], [17], [1]), "scrypt block size", 17, 1...16),
            (Self.scrypt([2], [8], [0]), "scrypt parallelism", 0, 1...16),
            (Self.scrypt([2], [8], [17]), "scrypt parallelism", 17, 1...16),
            (Self.scrypt([UInt8](repeating: 0x7F, count: 40), [8], [1]), "scrypt cost", Int.max, 2...(1 << 18)),
            (Self.pbkdf2([0x03, 0xE7]), "PBKDF2 iterations", 999, 1000...10_000_000),
            (Self.pbkdf2([0x98, 0x96, 0x81]), "PBKDF2 iterations", 10_000_001, 1000...10_000_000),
            (Self.pbkdf2([UInt8](repeating: 0x7F, count: 9)), "PBKDF2 iterations", Int.max, 1000...10_000_000),
        ] as [([UInt8], String, Int, ClosedRange<Int>)])
    func badCosts(_ kdf: [UInt8], _ parameter: String, _ value: Int, _ allowed: ClosedRange<Int>) {
        refuses(Self.sealed(kdf: kdf), .cost(parameter: parameter, value: value, allowed: allowed))
    }

    @Test("a salt outside 8 to 64 octets is refused", arguments: [0, 7, 65])
    func salts(_ octets: Int) {
        let salt = DER.octets([UInt8](repeating: 1, count: octets))
        refuses(Self.sealed(kdf: Self.scrypt([2], [8], [1], salt: salt)), .saltLength(octets: octets, allowed: 8...64))
    }

    @Test("weak derivations, ciphers and schemes are refused by name")
    func weak() {
        refuses(
            Self.sealed(kdf: Self.pbkdf2([0x03, 0xE8], [])), .unsupportedKeyDerivation(name: "PBKDF2 with HMAC-SHA-1"))
        refuses(
            Self.sealed(kdf: Self.pbkdf2([0x03, 0xE8], DER.sequence(hex("06082a864886f70d0207"), DER.null))),
            .unsupportedKeyDerivation(name: "PBKDF2 with 1.2.840.113549.2.7"))
        refuses(
            Self.sealed(kdf: DER.sequence(hex("06032a0304"), DER.null)), .unsupportedKeyDerivation(name: "1.2.3.4"))
        let tripleDES = DER.sequence(hex("06082a864886f70d0307"), DER.octets([UInt8](repeating: 7, count: 8)))
        refuses(Self.sealed(kdf: Self.cheap, cipher: tripleDES), .unsupportedEncryption(name: "1.2.840.113549.3.7"))
        refuses(
            Self.sealed(kdf: Self.cheap, scheme: hex("060a2a864886f70d010c0103")),
            .unsupportedEncryption(name: "1.2.840.113549.1.12.1.3"))
    }

    @Test("a stated key length that is not the cipher's is refused")
    func keyLength() {
        refuses(
            Self.sealed(kdf: Self.pbkdf2([0x03, 0xE8], DER.integer([16]) + Self.hmacSHA256)),
            .keyLength(algorithm: "derived", octets: 16, expected: 32))
    }

    @Test("a misformed encoding is refused, never trapped on")
    func malformed() {
        let structure = "EncryptedPrivateKeyInfo"
        let good = Self.sealed(kdf: Self.cheap)
        for length in 0..<good.count {
            refuses([UInt8](good.prefix(length)), .malformed(structure: structure, field: "encoding"))
        }
        refuses(good + [0], .malformed(structure: structure, field: "encoding"))
        for octets in [0, 15, 17] {
            refuses(
                Self.sealed(kdf: Self.cheap, ciphertext: [UInt8](repeating: 1, count: octets)),
                .malformed(structure: structure, field: "encryptedData"))
        }
        let shortVector = DER.sequence(hex("060960864801650304012a"), DER.octets([UInt8](repeating: 7, count: 15)))
        refuses(
            Self.sealed(kdf: Self.cheap, cipher: shortVector),
            .malformed(structure: "PBES2-params encryptionScheme", field: "IV"))
        refuses(
            Self.sealed(kdf: DER.sequence(Self.scryptOID)),
            .malformed(structure: "PBES2-params keyDerivationFunc", field: "parameters"))
        refuses(
            [UInt8](repeating: 0x30, count: 16_385), .tooLarge(structure: structure, octets: 16_385, limit: 16_384))
    }

    private func refuses(
        _ der: [UInt8], _ failure: KeyFailure, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: failure, sourceLocation: sourceLocation) {
            try EncryptedPrivateKey.open(der, with: Self.passphrase)
        }
    }
}

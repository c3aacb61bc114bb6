import Testing

@testable import SymbolonKeys

@Suite("RFC 8018 §6.2: one passphrase is stretched once for the files that share its salt")
struct PassphraseTests {
    private static let text = [UInt8]("correct horse".utf8)
    private static let key = SigningKey.make(.p256)

    /// Where the parts of a sealed P-256 key lie: the vector of 16 octets, the ciphertext of 144 behind its header of 3.
    private struct Parts: Equatable {
        let derivation: [UInt8]
        let vector: [UInt8]
        let ciphertext: [UInt8]

        init(_ sealed: [UInt8]) {
            derivation = Array(sealed.dropLast(163))
            vector = Array(sealed.suffix(163).prefix(16))
            ciphertext = Array(sealed.suffix(144))
        }
    }

    private func sealed(under passphrase: Passphrase, _ kdf: PasswordKDF = .scrypt) throws -> Parts {
        Parts(try EncryptedPrivateKey.seal(Self.key, under: passphrase, kdf: kdf))
    }

    @Test("two seals share the salt, and neither vector nor ciphertext")
    func shared() throws {
        let passphrase = Passphrase(copying: Self.text)
        let (one, other) = (try sealed(under: passphrase), try sealed(under: passphrase))
        #expect(one.derivation == other.derivation)
        #expect(one.vector != other.vector)
        #expect(zip(one.ciphertext, other.ciphertext).filter { $0 != $1 }.count > 120)
        #expect(passphrase.count == 1)
    }

    @Test("the same passphrase held by two shares no salt")
    func apart() throws {
        let one = try sealed(under: Passphrase(copying: Self.text))
        let other = try sealed(under: Passphrase(copying: Self.text))
        #expect(one.derivation != other.derivation)
    }

    @Test("who opened a key seals the next by the same salt: a home keeps one over a restart")
    func restarted() throws {
        let file = try EncryptedPrivateKey.seal(Self.key, under: Passphrase(copying: Self.text))
        let next = Passphrase(copying: Self.text)
        _ = try EncryptedPrivateKey.open(file, with: next)
        #expect(try sealed(under: next).derivation == Parts(file).derivation)
        #expect(next.count == 1)
    }

    @Test("a salt by which nothing was opened is sealed by never")
    func unproved() throws {
        let file = try EncryptedPrivateKey.seal(Self.key, under: Passphrase(copying: Self.text))
        let wrong = Passphrase(copying: [UInt8]("correct horsf".utf8))
        #expect(throws: KeyFailure.wrongPassphrase) { try EncryptedPrivateKey.open(file, with: wrong) }
        #expect(try sealed(under: wrong).derivation != Parts(file).derivation)
    }

    @Test("a file of other costs, or of a shorter salt, is opened and does not say how the next is sealed")
    func othersCosts() throws {
        let passphrase = Passphrase(copying: Self.text)
        let slow = try EncryptedPrivateKey.seal(Self.key, under: passphrase, kdf: .pbkdf2)
        let next = Passphrase(copying: Self.text)
        _ = try EncryptedPrivateKey.open(slow, with: next)
        #expect(try sealed(under: next).derivation != Parts(slow).derivation)
        #expect(try sealed(under: next, .pbkdf2).derivation == Parts(slow).derivation)

        let cheap = try KeyDerivation(pbkdf2(salt: [UInt8](repeating: 5, count: 16)))
        _ = try next.key(by: cheap, octets: 32)
        next.opened(by: cheap, octets: 32)
        #expect(try sealed(under: next, .pbkdf2).derivation == Parts(slow).derivation)
        #expect(!cheap.isOurs(.pbkdf2))
    }

    @Test("no more salts are kept than are of use")
    func bounded() throws {
        let passphrase = Passphrase(copying: Self.text)
        for number in 0..<UInt8(Passphrase.mostStretched + 4) {
            let derivation = try KeyDerivation(pbkdf2(salt: [UInt8](repeating: number, count: 8)))
            let first = try passphrase.key(by: derivation, octets: 32)
            #expect(try passphrase.key(by: derivation, octets: 32) == first)
            #expect(try passphrase.key(by: derivation, octets: 16) != first)
        }
        #expect(passphrase.count == Passphrase.mostStretched)
    }

    @Test("many who seal at once wait for one stretch")
    func together() async throws {
        let passphrase = Passphrase(copying: Self.text)
        let parts = try await withThrowingTaskGroup(of: Parts.self) { group in
            for _ in 0..<8 { group.addTask { try sealed(under: passphrase) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(parts.map(\.derivation)).count == 1)
        #expect(Set(parts.map(\.vector)).count == 8)
        #expect(passphrase.count == 1)
    }

    @Test("shows nothing of itself")
    func silent() throws {
        let passphrase = Passphrase(copying: Self.text)
        _ = try sealed(under: passphrase)
        var dumped = ""
        dump(passphrase, to: &dumped)
        #expect("\(passphrase)" == "a passphrase")
        #expect(dumped == "- a passphrase #0\n")
    }

    /// 1,000 rounds.
    private func pbkdf2(salt: [UInt8]) throws -> AlgorithmIdentifier {
        let der = DER.sequence(
            EncryptedPrivateKeyTests.pbkdf2OID,
            DER.sequence(DER.octets(salt), DER.positive([0x03, 0xE8]), EncryptedPrivateKeyTests.hmacSHA256))
        var fields = try DERSequence(DER.sequence(der)[...], as: "test")
        return try fields.takeAlgorithm("keyDerivationFunc")
    }
}

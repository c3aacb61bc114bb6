import Foundation
import SymbolonKeys
import Testing

/// openssl in a folder of its own, gone when the test ends.
struct OpenSSL: ~Copyable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    @discardableResult
    func callAsFunction(_ arguments: String...) throws -> [UInt8] {
        try CommandRun.output(of: "/usr/bin/openssl", arguments, in: folder)
    }

    func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: folder.appending(path: name)) }
    func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: name))) }

    /// A new private key as PKCS #8 DER, which genpkey itself writes only as PEM.
    func makeKey(_ options: [String]) throws -> [UInt8] {
        try CommandRun.output(of: "/usr/bin/openssl", ["genpkey", "-out", "key.pem"] + options, in: folder)
        return try self("pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER")
    }

    func makeKey(_ algorithm: KeyAlgorithm, _ options: [String] = []) throws -> [UInt8] {
        let named =
            switch algorithm {
            case .p256: ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
            case .p384: ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"]
            case .ed25519: ["ED25519"]
            }
        return try makeKey(["-algorithm"] + named + options)
    }
}

@Suite("Interop: openssl opens what we seal, and we open what it seals")
struct InteropOpenSSLTests {
    static let message = [UInt8]("both or nothing".utf8)
    static let passphrase = Passphrase(copying: [UInt8]("halves fitted together".utf8))

    @Test("a key that openssl made signs, and openssl verifies", arguments: KeyAlgorithm.allCases)
    func plain(_ algorithm: KeyAlgorithm) throws {
        let openssl = try OpenSSL()
        let key = try SigningKey(pkcs8: SecretBytes(copying: openssl.makeKey(algorithm)))
        try openssl.write(key.publicKey.subjectPublicKeyInfo, to: "public.der")
        try openssl.write(Self.message, to: "message")
        try openssl.write(key.sign(Self.message), to: "signature")
        let arguments = ["-inkey", "public.der", "-keyform", "DER", "-pubin", "-sigfile", "signature"]
        let digest = algorithm == .p384 ? "sha384" : "sha256"
        try CommandRun.output(
            of: "/usr/bin/openssl",
            ["pkeyutl", "-verify", "-rawin", "-in", "message"] + arguments
                + (algorithm == .ed25519 ? [] : ["-digest", digest]), in: openssl.folder)
    }

    @Test("openssl reads our plain PKCS #8 octet for octet as its own", arguments: KeyAlgorithm.allCases)
    func ours(_ algorithm: KeyAlgorithm) throws {
        let openssl = try OpenSSL()
        let key = SigningKey.make(algorithm)
        let der = unsafe key.pkcs8().withUnsafeBytes { unsafe [UInt8]($0) }
        try openssl.write(der, to: "key.der")
        let written = try openssl("pkcs8", "-topk8", "-nocrypt", "-inform", "DER", "-in", "key.der", "-outform", "DER")
        #expect(written == der)
        let publicKey = try openssl("pkey", "-inform", "DER", "-in", "key.der", "-pubout", "-outform", "DER")
        #expect(publicKey == key.publicKey.subjectPublicKeyInfo)
    }

    @Test("openssl opens what we seal", arguments: KeyAlgorithm.allCases, [PasswordKDF.scrypt, .pbkdf2])
    func oursSealed(_ algorithm: KeyAlgorithm, _ kdf: PasswordKDF) throws {
        let openssl = try OpenSSL()
        let key = SigningKey.make(algorithm)
        try openssl.write(EncryptedPrivateKey.seal(key, under: Self.passphrase, kdf: kdf), to: "sealed.der")
        try openssl(
            "pkcs8", "-inform", "DER", "-in", "sealed.der", "-passin", "pass:halves fitted together", "-out", "key.pem")
        let plain = try openssl("pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER")
        #expect(SecretBytes(copying: plain) == key.pkcs8())
        #expect(throws: CommandRun.Failure.self) {
            try openssl("pkcs8", "-inform", "DER", "-in", "sealed.der", "-passin", "pass:halves", "-outform", "DER")
        }
    }

    @Test(
        "we open what openssl seals, and not with another passphrase",
        arguments: [
            ["-scrypt"], ["-scrypt", "-scrypt_N", "32768", "-scrypt_r", "4", "-scrypt_p", "2"],
            ["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256"], ["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA384"],
            ["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512", "-iter", "5000"], [],
        ])
    func theirsSealed(_ options: [String]) throws {
        let openssl = try OpenSSL()
        for algorithm in KeyAlgorithm.allCases {
            let plain = try openssl.makeKey(algorithm)
            let sealed = try seal(plain, options, with: openssl)
            let opened = try EncryptedPrivateKey.open(sealed, with: Self.passphrase)
            #expect(try opened.publicKey == SigningKey(pkcs8: SecretBytes(copying: plain)).publicKey)
            #expect(throws: KeyFailure.wrongPassphrase) {
                try EncryptedPrivateKey.open(sealed, with: Passphrase(copying: [UInt8]("halves".utf8)))
            }
        }
    }

    @Test(
        "weak seals that openssl still makes are refused by name",
        arguments: [
            (["-v1", "PBE-SHA1-3DES"], KeyFailure.unsupportedEncryption(name: "1.2.840.113549.1.12.1.3")),
            (["-v2", "des3"], .unsupportedEncryption(name: "1.2.840.113549.3.7")),
            (
                ["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1"],
                .unsupportedKeyDerivation(name: "PBKDF2 with HMAC-SHA-1")
            ),
            (["-iter", "999"], .cost(parameter: "PBKDF2 iterations", value: 999, allowed: 1000...10_000_000)),
        ] as [([String], KeyFailure)])
    func weakSeals(_ options: [String], _ failure: KeyFailure) throws {
        let openssl = try OpenSSL()
        let sealed = try seal(openssl.makeKey(.p256), options, with: openssl)
        #expect(throws: failure) { try EncryptedPrivateKey.open(sealed, with: Self.passphrase) }
    }

    @Test("X13: openssl's key with explicit curve parameters is refused by name, its named twin is not")
    func explicitParameters() throws {
        let openssl = try OpenSSL()
        let twin = try openssl.makeKey(.p256)
        #expect(throws: Never.self) { try SigningKey(pkcs8: SecretBytes(copying: twin)) }

        let explicit = try openssl.makeKey(.p256, ["-pkeyopt", "ec_param_enc:explicit"])
        try openssl.write(explicit, to: "key.der")
        let publicKey = try openssl("pkey", "-inform", "DER", "-in", "key.der", "-pubout", "-outform", "DER")
        #expect(throws: KeyFailure.explicitCurveParameters) { try SigningKey(pkcs8: SecretBytes(copying: explicit)) }
        #expect(throws: KeyFailure.explicitCurveParameters) { try PublicKey(subjectPublicKeyInfo: publicKey) }
    }

    @Test("RSA keys of openssl verify with each hash, and their private halves are refused")
    func rsa() throws {
        let openssl = try OpenSSL()
        let plain = try openssl.makeKey(["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        try openssl.write(plain, to: "key.der")
        try openssl.write(Self.message, to: "message")
        let key = try PublicKey(
            subjectPublicKeyInfo: openssl("pkey", "-inform", "DER", "-in", "key.der", "-pubout", "-outform", "DER"))
        #expect(key.kind == .rsa(bits: 2048))
        #expect(key.weakness == nil)
        for (digest, algorithm) in [
            ("sha256", SignatureAlgorithm.rsaSHA256), ("sha384", .rsaSHA384), ("sha512", .rsaSHA512),
        ] {
            let signature = try openssl("dgst", "-\(digest)", "-sign", "key.der", "-keyform", "DER", "message")
            #expect(key.isValid(signature, over: Self.message, by: algorithm))
            #expect(!key.isValid(signature, over: Self.message.reversed(), by: algorithm))
        }
        #expect(throws: KeyFailure.unsupportedPrivateKey(algorithm: "RSA")) {
            try SigningKey(pkcs8: SecretBytes(copying: plain))
        }
    }

    @Test("P-521 of openssl verifies with each hash")
    func p521() throws {
        let openssl = try OpenSSL()
        let plain = try openssl.makeKey(["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"])
        try openssl.write(plain, to: "key.der")
        try openssl.write(Self.message, to: "message")
        let key = try PublicKey(
            subjectPublicKeyInfo: openssl("pkey", "-inform", "DER", "-in", "key.der", "-pubout", "-outform", "DER"))
        #expect(key.kind == .p521)
        for (digest, algorithm) in [
            ("sha256", SignatureAlgorithm.ecdsaSHA256), ("sha384", .ecdsaSHA384), ("sha512", .ecdsaSHA512),
        ] {
            let signature = try openssl("dgst", "-\(digest)", "-sign", "key.der", "-keyform", "DER", "message")
            #expect(key.isValid(signature, over: Self.message, by: algorithm))
        }
    }

    private func seal(_ plain: [UInt8], _ options: [String], with openssl: borrowing OpenSSL) throws -> [UInt8] {
        try openssl.write(plain, to: "plain.der")
        return try CommandRun.output(
            of: "/usr/bin/openssl",
            [
                "pkcs8", "-topk8", "-inform", "DER", "-in", "plain.der", "-outform", "DER", "-passout",
                "pass:halves fitted together",
            ] + options,
            in: openssl.folder)
    }
}

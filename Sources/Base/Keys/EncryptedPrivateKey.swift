import Crypto
import CryptoExtras
import Foundation
import SwiftASN1

/// Private keys at rest: EncryptedPrivateKeyInfo (RFC 5958 §3) under PBES2 (RFC 8018 §6.2). The PEM label is
/// `ENCRYPTED PRIVATE KEY`.
public enum EncryptedPrivateKey {
    /// Seals the key's PKCS #8 form with AES-256-CBC, under a salt that it may share with others of this passphrase and a
    /// vector of its own.
    /// - Throws: `KeyFailure.emptyPassphrase`: an empty passphrase seals nothing.
    public static func seal(
        _ key: SigningKey, under passphrase: Passphrase, kdf: PasswordKDF = .scrypt
    ) throws(KeyFailure) -> [UInt8] {
        guard !passphrase.isEmpty else { throw .emptyPassphrase }
        let (derivation, secret) = try passphrase.sealing(kdf, octets: Cipher.aes256CBC.keyOctets)
        let iv = AES._CBC.IV()
        let ciphertext = key.pkcs8().withArray { try? AES._CBC.encrypt($0, using: secret, iv: iv) }
        guard let ciphertext else { throw .encryptionFailed }

        let scheme = derElement(.sequence, Cipher.aes256CBC.oid.der, derElement(.octetString, [UInt8](iv)))
        let parameters = derElement(.sequence, derivation.identifier, scheme)
        let algorithm = derElement(.sequence, ASN1ObjectIdentifier.pbes2.der, parameters)
        return derElement(.sequence, algorithm, derElement(.octetString, [UInt8](ciphertext)))
    }

    /// Opens a sealed key: scrypt or PBKDF2 with HMAC-SHA-256, -384 or -512, and AES-128-CBC or AES-256-CBC. Every cost
    /// parameter is bounded before any work is done.
    /// - Throws: `KeyFailure.wrongPassphrase` when the passphrase does not open it; an altered ciphertext reads the same.
    public static func open(_ der: [UInt8], with passphrase: Passphrase) throws(KeyFailure) -> SigningKey {
        guard !passphrase.isEmpty else { throw .emptyPassphrase }
        let sealed = try SealedKey(der)
        let secret = try passphrase.key(by: sealed.derivation, octets: sealed.cipher.keyOctets)
        guard var plaintext = try? AES._CBC.decrypt(sealed.ciphertext, using: secret, iv: sealed.iv) else {
            throw .wrongPassphrase
        }
        let pkcs8 = SecretBytes(copying: plaintext)
        unsafe plaintext.withUnsafeMutableBytes { unsafe wipe($0) }
        do {
            let key = try SigningKey(pkcs8: pkcs8)
            passphrase.opened(by: sealed.derivation, octets: sealed.cipher.keyOctets)
            return key
        } catch {
            // One wrong passphrase in 256 leaves padding that looks right, but never a PrivateKeyInfo.
            if case .malformed(PrivateKeyInfo.structure, _) = error { throw .wrongPassphrase }
            throw error
        }
    }
}

/// The fields of an EncryptedPrivateKeyInfo, checked before any work.
private struct SealedKey {
    let derivation: KeyDerivation
    let cipher: Cipher
    let iv: AES._CBC.IV
    let ciphertext: [UInt8]

    private static let structure = "EncryptedPrivateKeyInfo"

    init(_ der: [UInt8]) throws(KeyFailure) {
        guard der.count <= PrivateKeyInfo.maximumOctets else {
            throw .tooLarge(structure: Self.structure, octets: der.count, limit: PrivateKeyInfo.maximumOctets)
        }
        var fields = try DERSequence(der[...], as: Self.structure)
        let algorithm = try fields.takeAlgorithm("encryptionAlgorithm")
        ciphertext = try [UInt8](fields.takeOctets("encryptedData"))
        try fields.end()
        guard algorithm.algorithm == .pbes2 else {
            throw .unsupportedEncryption(name: algorithm.algorithm.description)
        }
        guard !ciphertext.isEmpty, ciphertext.count.isMultiple(of: 16) else {
            throw .malformed(structure: Self.structure, field: "encryptedData")
        }

        // RFC 8018 appendix A.4: PBES2-params.
        guard let parameters = algorithm.parameters else {
            throw .malformed(structure: "PBES2-params", field: "parameters")
        }
        var scheme = try DERSequence(parameters, as: "PBES2-params")
        derivation = try KeyDerivation(scheme.takeAlgorithm("keyDerivationFunc"))
        let encryption = try scheme.takeAlgorithm("encryptionScheme")
        try scheme.end()
        cipher = try Cipher(encryption.algorithm)
        if let stated = derivation.statedKeyOctets, stated != cipher.keyOctets {
            throw .keyLength(algorithm: "derived", octets: stated, expected: cipher.keyOctets)
        }
        // RFC 8018 appendix B.2.5: the parameter is the initialisation vector, one block.
        guard let node = encryption.parameters, node.identifier == .octetString,
            case .primitive(let octets) = node.content,
            let iv = try? AES._CBC.IV(ivBytes: octets)
        else { throw .malformed(structure: "PBES2-params encryptionScheme", field: "IV") }
        self.iv = iv
    }
}

/// The ciphers that sealed keys are read from.
private enum Cipher {
    case aes128CBC, aes256CBC

    init(_ oid: ASN1ObjectIdentifier) throws(KeyFailure) {
        switch oid {
        case .aes128CBC: self = .aes128CBC
        case .aes256CBC: self = .aes256CBC
        case let other: throw .unsupportedEncryption(name: other.description)
        }
    }

    var oid: ASN1ObjectIdentifier {
        switch self {
        case .aes128CBC: .aes128CBC
        case .aes256CBC: .aes256CBC
        }
    }

    var keyOctets: Int {
        switch self {
        case .aes128CBC: 16
        case .aes256CBC: 32
        }
    }
}

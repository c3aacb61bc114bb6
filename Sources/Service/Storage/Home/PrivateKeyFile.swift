public import SymbolonKeys
public import SymbolonWire

/// A private key at rest: one PEM block, PKCS #8, encrypted (RFC 7468 §11), in a file that only its owner can open.
public enum PrivateKeyFile {
    static let sealedLabel = "ENCRYPTED PRIVATE KEY"
    static let openLabel = "PRIVATE KEY"

    /// In octets: an encrypted RSA key of 8,192 bits is under 7,000.
    static let maximumLength = 64 * 1024

    /// Seals the key and writes it durably; refuses when there is a file already.
    public static func create(
        _ key: SigningKey, at path: String, under passphrase: Passphrase, kdf: PasswordKDF = .scrypt
    ) throws(KeyFileFailure) {
        let sealed: [UInt8]
        do {
            sealed = try EncryptedPrivateKey.seal(key, under: passphrase, kdf: kdf)
        } catch {
            throw .key(path: path, error)
        }
        do {
            let text = PEM.render(label: sealedLabel, sealed)
            try DurableFile.create(path, with: Array(text.utf8), mode: HomeFolder.fileMode)
        } catch {
            throw .file(error)
        }
    }

    /// Reads a sealed key. The file must be owner-only; whatever else is in it is refused.
    public static func load(_ path: String, with passphrase: Passphrase) throws(KeyFileFailure) -> SigningKey {
        try open(try block(of: path), at: path, with: passphrase)
    }

    /// Reads a key that the operator keeps: sealed, or in the clear where no passphrase is needed to open it.
    public static func loadGiven(
        _ path: String, with passphrase: Passphrase?
    ) throws(KeyFileFailure) -> SigningKey {
        let block = try block(of: path)
        if block.label == openLabel {
            do {
                return try SigningKey(pkcs8: SecretBytes(copying: block.bytes))
            } catch {
                throw .key(path: path, error)
            }
        }
        guard let passphrase else { throw .passphraseNeeded(path: path) }
        return try open(block, at: path, with: passphrase)
    }

    private static func block(of path: String) throws(KeyFileFailure) -> PEM.Block {
        var bytes: [UInt8]
        do {
            bytes = try FileReading.ownerOnly(path, limit: maximumLength)
        } catch {
            throw .file(error)
        }
        defer { wipe(&bytes) }
        let blocks: [PEM.Block]
        do {
            blocks = try PEM.parse(bytes)
        } catch {
            throw .pem(path: path, error)
        }
        guard blocks.count == 1 else { throw .notOneKey(path: path, labels: blocks.map(\.label)) }
        return blocks[0]
    }

    static func open(
        _ block: PEM.Block, at path: String, with passphrase: Passphrase
    ) throws(KeyFileFailure) -> SigningKey {
        guard block.label == sealedLabel else { throw .notOneKey(path: path, labels: [block.label]) }
        do {
            return try EncryptedPrivateKey.open(block.bytes, with: passphrase)
        } catch {
            throw .key(path: path, error)
        }
    }
}

/// Why a key file cannot be used. Nothing in it says what the file holds.
public enum KeyFileFailure: Error, Equatable, Sendable {
    case file(FileFailure)
    case pem(path: String, PEMFailure)
    /// The labels found, where there should be one private key in PKCS #8.
    case notOneKey(path: String, labels: [String])
    case passphraseNeeded(path: String)
    case key(path: String, KeyFailure)

    public var explanation: String {
        switch self {
        case .file(let failure): failure.explanation
        case .pem(let path, let failure): "\(path): \(failure.explanation)"
        case .notOneKey(let path, let labels)
        where labels.contains { $0.hasSuffix("PRIVATE KEY") } && labels.count == 1:
            "\(path) holds a \(labels[0]), which is not a sealed PKCS #8 key; "
                + "convert it with: openssl pkcs8 -topk8 -scrypt -in OLD -out NEW"
        case .notOneKey(let path, let labels):
            "\(path) should hold one private key and holds "
                + (labels.isEmpty ? "none" : labels.joined(separator: ", "))
        case .passphraseNeeded(let path): "\(path) is encrypted and no passphrase was given"
        case .key(let path, let failure): "\(path): \(failure.explanation)"
        }
    }
}

internal import Crypto
internal import CryptoExtras
internal import Foundation
public import SymbolonKeys

/// What is kept of a password, so that its owner can prove it by SCRAM. It does not prove anything itself: whoever has read it
/// still has to find the password (RFC 5802 §9).
public struct SCRAMVerifier: Equatable, Sendable {
    public let salt: [UInt8]
    public let iterations: Int
    let storedKey: SecretBytes
    let serverKey: SecretBytes

    /// RFC 7677 §4: "the hash iteration-count should be such that a modern machine will take 0.1 seconds"; and never under this.
    public static let fewestIterations = 4096
    /// OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA256: a tenth of a second.
    public static let usualIterations = 600_000
    public static let saltOctets = 16

    /// - Parameters:
    ///   - password: in UTF-8.
    ///   - salt: nil: a new one.
    /// - Throws: `password`, where SASLprep refuses it; `iterations` under 4,096.
    public init(
        password: SecretBytes, salt: [UInt8]? = nil, iterations: Int = usualIterations
    ) throws(SCRAMFailure) {
        let salt = salt ?? .random(Self.saltOctets)
        guard iterations >= Self.fewestIterations else {
            throw .iterations(iterations, allowed: Self.fewestIterations...Int(Int32.max))
        }
        let keys = try SCRAMKeys(password: password, salt: salt, iterations: iterations)
        self.init(salt: salt, iterations: iterations, storedKey: keys.storedKey, serverKey: keys.serverKey)
    }

    init(salt: [UInt8], iterations: Int, storedKey: SecretBytes, serverKey: SecretBytes) {
        self.salt = salt
        self.iterations = iterations
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// As PostgreSQL keeps it: `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey`, each in base 64.
    public init(_ text: String) throws(SCRAMFailure) {
        let parts = Substring(text).split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "SCRAM-SHA-256" else { throw .malformed("the verifier") }
        let (cost, keys) = (parts[1].split(separator: ":"), parts[2].split(separator: ":"))
        guard cost.count == 2, keys.count == 2, let iterations = Int(cost[0]), iterations >= Self.fewestIterations
        else {
            throw .malformed("the verifier")
        }
        let octets = try keys.map { (key) throws(SCRAMFailure) in
            try SCRAMMessage.octets(String(key), "the verifier")
        }
        guard octets.allSatisfy({ $0.count == SHA256.byteCount }) else { throw .malformed("the verifier") }
        self.init(
            salt: try SCRAMMessage.octets(String(cost[1]), "the verifier"), iterations: iterations,
            storedKey: SecretBytes(copying: octets[0]), serverKey: SecretBytes(copying: octets[1]))
    }

    /// For whoever keeps it: as secret as a password's hash is.
    public var text: String {
        func written(_ secret: SecretBytes) -> String {
            unsafe secret.withUnsafeBytes { unsafe SCRAMMessage.text(Array($0)) }
        }
        return "SCRAM-SHA-256$\(iterations):\(SCRAMMessage.text(salt))$\(written(storedKey)):\(written(serverKey))"
    }
}

/// For names that nobody has: each gets the same salt whenever it is asked for, and the same cost as everybody, so that a stranger
/// does not learn who has an account. No password holds against it.
public struct SCRAMDecoy: Sendable {
    private let key: SecretBytes
    private let iterations: Int

    /// - Parameters:
    ///   - key: kept, so that the salts outlive a restart.
    ///   - iterations: those of real verifiers.
    public init(key: SecretBytes, iterations: Int = SCRAMVerifier.usualIterations) {
        self.key = key
        self.iterations = iterations
    }

    func verifier(for name: String) -> SCRAMVerifier {
        let octets = SCRAMKeys.hmac(key, Array("symbolon scram decoy".utf8) + [0] + Array(name.utf8))
        return SCRAMVerifier(
            salt: Array(octets.prefix(SCRAMVerifier.saltOctets)), iterations: iterations,
            storedKey: .random(SHA256.byteCount), serverKey: .random(SHA256.byteCount))
    }
}

/// RFC 5802 §3.
struct SCRAMKeys {
    let clientKey: SecretBytes
    let storedKey: SecretBytes
    let serverKey: SecretBytes

    init(password: SecretBytes, salt: [UInt8], iterations: Int) throws(SCRAMFailure) {
        let prepared: SecretBytes
        do {
            prepared = try SASLPreparation.prepared(password)
        } catch {
            throw .password(error)
        }
        // `Hi` is PBKDF2 (§2.2). It fails for no cost, salt and length that come here.
        let salted = unsafe prepared.withUnsafeBytes {
            unsafe try? KDF.Insecure.PBKDF2.deriveKey(
                from: $0, salt: salt, using: .sha256, outputByteCount: SHA256.byteCount,
                unsafeUncheckedRounds: iterations)
        }
        guard let salted else { throw .malformed("the salt") }
        let saltedPassword = unsafe salted.withUnsafeBytes { unsafe SecretBytes(copying: $0) }
        clientKey = SecretBytes(copying: Self.hmac(saltedPassword, Array("Client Key".utf8)))
        storedKey = Self.storedKey(clientKey)
        serverKey = SecretBytes(copying: Self.hmac(saltedPassword, Array("Server Key".utf8)))
    }

    static func storedKey(_ clientKey: SecretBytes) -> SecretBytes {
        unsafe clientKey.withUnsafeBytes { unsafe SecretBytes(copying: Array(SHA256.hash(data: $0))) }
    }

    static func hmac(_ key: SecretBytes, _ message: [UInt8]) -> [UInt8] {
        let key = unsafe key.withUnsafeBytes { unsafe SymmetricKey(data: $0) }
        return Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
    }
}

import Crypto
import CryptoExtras
import Foundation
import SwiftASN1

/// A key derivation with all its parameters, as PBES2 carries it. Only bounded costs can be read, so that a file cannot make
/// us work or allocate without end.
struct KeyDerivation: Equatable {
    enum Function: Equatable {
        case scrypt(cost: Int, blockSize: Int, parallelism: Int)
        case pbkdf2(iterations: Int, prf: PseudoRandomFunction)
    }

    enum PseudoRandomFunction: Equatable, CaseIterable {
        case hmacSHA256, hmacSHA384, hmacSHA512
    }

    let function: Function
    let salt: [UInt8]
    /// The length of the derived key, when the parameters state it.
    let statedKeyOctets: Int?

    /// RFC 8018 §4.1: at least 64 bits. 64 octets at most: nobody writes more, and a salt needs no more.
    static let allowedSaltOctets = 8...64
    /// N·r: 2^21 blocks of 128 octets are 256 MiB, twice what OWASP's strongest scrypt setting takes.
    static let allowedScryptMemory = 2...(1 << 21)
    /// r: RFC 7914 §2 uses 8; above 16 the library's memory allowance is too small by one block.
    static let allowedScryptBlockSize = 1...16
    /// p: each is one more pass over the memory; OWASP's weakest memory setting takes 10.
    static let allowedScryptParallelism = 1...16
    /// RFC 8018 §4.2 asks for 1,000 at least; 10,000,000 are some ten seconds.
    static let allowedIterations = 1_000...10_000_000

    /// NIST SP 800-132 §5.1: 128 bits.
    private static let ownSaltOctets = 16

    /// Our own parameters, with a random salt.
    init(_ kdf: PasswordKDF) {
        function = Function(kdf)
        salt = .random(Self.ownSaltOctets)
        statedKeyOctets = nil
    }

    /// Whether we could have written it.
    func isOurs(_ kdf: PasswordKDF) -> Bool {
        function == Function(kdf) && salt.count == Self.ownSaltOctets && statedKeyOctets == nil
    }

    init(_ identifier: AlgorithmIdentifier) throws(KeyFailure) {
        guard let parameters = identifier.parameters else {
            throw .malformed(structure: "PBES2-params keyDerivationFunc", field: "parameters")
        }
        switch identifier.algorithm {
        case .scrypt: try self.init(scrypt: parameters)
        case .pbkdf2: try self.init(pbkdf2: parameters)
        case let other: throw .unsupportedKeyDerivation(name: other.description)
        }
    }

    /// RFC 7914 §7: scrypt-params.
    private init(scrypt parameters: ASN1Node) throws(KeyFailure) {
        var fields = try DERSequence(parameters, as: "scrypt-params")
        salt = try Self.checkedSalt(fields.takeOctets("salt"))
        let cost = try fields.takeCount("costParameter")
        let blockSize = try fields.takeCount("blockSize")
        let parallelism = try fields.takeCount("parallelizationParameter")
        statedKeyOctets = fields.isNext(.integer) ? try fields.takeCount("keyLength") : nil
        try fields.end()

        try Self.check("scrypt block size", blockSize, within: Self.allowedScryptBlockSize)
        try Self.check("scrypt parallelism", parallelism, within: Self.allowedScryptParallelism)
        let allowedCost = 2...(Self.allowedScryptMemory.upperBound / blockSize / parallelism)
        try Self.check("scrypt cost", cost, within: allowedCost)
        // RFC 7914 §2: N must be a power of two, and below 2^(128·r/8), which the bound on it already keeps.
        guard cost.nonzeroBitCount == 1 else {
            throw .cost(parameter: "scrypt cost", value: cost, allowed: allowedCost)
        }
        function = .scrypt(cost: cost, blockSize: blockSize, parallelism: parallelism)
    }

    /// RFC 8018 appendix A.2: PBKDF2-params. An absent prf means HMAC-SHA-1, which is refused.
    private init(pbkdf2 parameters: ASN1Node) throws(KeyFailure) {
        var fields = try DERSequence(parameters, as: "PBKDF2-params")
        salt = try Self.checkedSalt(fields.takeOctets("salt"))
        let iterations = try fields.takeCount("iterationCount")
        statedKeyOctets = fields.isNext(.integer) ? try fields.takeCount("keyLength") : nil
        guard fields.isNext(.sequence) else { throw .unsupportedKeyDerivation(name: "PBKDF2 with HMAC-SHA-1") }
        let prf = try fields.takeAlgorithm("prf")
        try fields.end()

        guard let known = PseudoRandomFunction.allCases.first(where: { $0.oid == prf.algorithm }) else {
            throw .unsupportedKeyDerivation(name: "PBKDF2 with \(prf.algorithm)")
        }
        try prf.requireNullOrNoParameters()
        try Self.check("PBKDF2 iterations", iterations, within: Self.allowedIterations)
        function = .pbkdf2(iterations: iterations, prf: known)
    }

    /// The AlgorithmIdentifier in DER.
    var identifier: [UInt8] {
        switch function {
        case .scrypt(let cost, let blockSize, let parallelism):
            derElement(
                .sequence, ASN1ObjectIdentifier.scrypt.der,
                derElement(
                    .sequence, derElement(.octetString, salt), derInteger(cost), derInteger(blockSize),
                    derInteger(parallelism)))
        case .pbkdf2(let iterations, let prf):
            derElement(
                .sequence, ASN1ObjectIdentifier.pbkdf2.der,
                derElement(
                    .sequence, derElement(.octetString, salt), derInteger(iterations),
                    derElement(.sequence, prf.oid.der, derElement(.null))))
        }
    }

    /// Does the work. The passphrase must not be empty.
    func key(from passphrase: SecretBytes, octets: Int) throws(KeyFailure) -> SymmetricKey {
        let key = passphrase.withArray { passphrase in
            switch function {
            case .scrypt(let cost, let blockSize, let parallelism):
                try? KDF.Scrypt.deriveKey(
                    from: passphrase, salt: salt, outputByteCount: octets, rounds: cost, blockSize: blockSize,
                    parallelism: parallelism)
            case .pbkdf2(let iterations, let prf):
                try? KDF.Insecure.PBKDF2.deriveKey(
                    from: passphrase, salt: salt, using: prf.hash, outputByteCount: octets,
                    unsafeUncheckedRounds: iterations)
            }
        }
        guard let key else { throw .derivationFailed }
        return key
    }

    private static func checkedSalt(_ salt: ArraySlice<UInt8>) throws(KeyFailure) -> [UInt8] {
        guard allowedSaltOctets.contains(salt.count) else {
            throw .saltLength(octets: salt.count, allowed: allowedSaltOctets)
        }
        return [UInt8](salt)
    }

    private static func check(
        _ parameter: String, _ value: Int, within allowed: ClosedRange<Int>
    ) throws(KeyFailure) {
        guard allowed.contains(value) else { throw .cost(parameter: parameter, value: value, allowed: allowed) }
    }
}

extension KeyDerivation.Function {
    fileprivate init(_ kdf: PasswordKDF) {
        self =
            switch kdf {
            case .scrypt: .scrypt(cost: 1 << 14, blockSize: 8, parallelism: 1)
            case .pbkdf2: .pbkdf2(iterations: 600_000, prf: .hmacSHA256)
            }
    }
}

extension KeyDerivation.PseudoRandomFunction {
    var oid: ASN1ObjectIdentifier {
        switch self {
        case .hmacSHA256: .hmacSHA256
        case .hmacSHA384: .hmacSHA384
        case .hmacSHA512: .hmacSHA512
        }
    }

    var hash: KDF.Insecure.PBKDF2.HashFunction {
        switch self {
        case .hmacSHA256: .sha256
        case .hmacSHA384: .sha384
        case .hmacSHA512: .sha512
        }
    }
}

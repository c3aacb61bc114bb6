import SwiftASN1

/// RSASSA-PSS-params (RFC 4055 §3.1), read strictly: SHA-256, SHA-384 or SHA-512, MGF1 over the same hash, trailer 1.
///
/// All defaults of the structure belong to SHA-1, so what is left out is refused by that name.
struct PSSParameters {
    /// The hashes that are believed, here as everywhere.
    enum Hash: String, CaseIterable {
        case sha256 = "SHA-256"
        case sha384 = "SHA-384"
        case sha512 = "SHA-512"

        var octets: Int {
            switch self {
            case .sha256: 32
            case .sha384: 48
            case .sha512: 64
            }
        }
    }

    let hash: Hash
    let saltOctets: Int

    private static let structure = "RSASSA-PSS-params"

    /// RFC 4055 §3.1: a signature states all its parameters. The salt is as long as the hash, as CA/B TLS BR §7.1.3.2.1 and
    /// RFC 8446 §4.2.3 have it and the RFC recommends: the cryptographic library verifies no other.
    init(ofSignature identifier: AlgorithmIdentifier) throws(KeyFailure) {
        guard let parameters = identifier.parameters else { throw .pss(.missing) }
        try self.init(parameters)
        guard saltOctets == hash.octets else {
            throw .pss(.saltLength(octets: saltOctets, expected: hash.octets))
        }
    }

    /// RFC 4055 §3.3: the parameters of a key bind its signatures: the same hashes, and no shorter salt. With a longer one
    /// the key could verify nothing here.
    init(ofKey parameters: ASN1Node) throws(KeyFailure) {
        try self.init(parameters)
        guard saltOctets <= hash.octets else { throw .pss(.saltLength(octets: saltOctets, expected: hash.octets)) }
    }

    private init(_ parameters: ASN1Node) throws(KeyFailure) {
        var fields = try DERSequence(parameters, as: Self.structure)
        let hash = try fields.takeExplicit(0, "hashAlgorithm")
        let mask = try fields.takeExplicit(1, "maskGenAlgorithm")
        var salt = try fields.takeExplicit(2, "saltLength")
        var trailer = try fields.takeExplicit(3, "trailerField")
        try fields.end()

        let hashName = try Self.hashName(hash)
        guard let known = Hash(rawValue: hashName) else { throw .pss(.hash(hashName)) }
        self.hash = known
        let maskName = try Self.maskHashName(mask)
        guard maskName == hashName else { throw .pss(.maskHash(maskName, hash: hashName)) }
        saltOctets = try salt?.takeCount("saltLength") ?? 20
        try salt?.end()
        // RFC 4055 §3.1: "MUST recognize both a present trailerField field with value 1 and an absent" one.
        let trailerField = try trailer?.takeCount("trailerField") ?? 1
        try trailer?.end()
        guard trailerField == 1 else { throw .pss(.trailer(trailerField)) }
    }

    /// RFC 4055 §2.2: MGF1, with its hash as parameter.
    private static func maskHashName(_ fields: DERSequence?) throws(KeyFailure) -> String {
        guard var fields else { return byDefault }
        let mask = try fields.takeAlgorithm("maskGenAlgorithm")
        try fields.end()
        guard mask.algorithm == .mgf1 else { throw .pss(.maskGeneration(oid: mask.algorithm.description)) }
        guard let parameters = mask.parameters else {
            throw .malformed(structure: structure, field: "maskGenAlgorithm")
        }
        return try name(AlgorithmIdentifier(parameters, as: "\(structure) maskGenAlgorithm"))
    }

    private static func hashName(_ fields: DERSequence?) throws(KeyFailure) -> String {
        guard var fields else { return byDefault }
        let hash = try fields.takeAlgorithm("hashAlgorithm")
        try fields.end()
        return try name(hash)
    }

    /// RFC 4055 §2.1: "implementations MUST accept the parameters being absent as well as present" as NULL.
    private static func name(_ hash: AlgorithmIdentifier) throws(KeyFailure) -> String {
        try hash.requireNullOrNoParameters()
        return names[hash.algorithm.description] ?? hash.algorithm.description
    }

    private static let byDefault = "SHA-1"

    private static let names = [
        "1.3.14.3.2.26": byDefault,
        "2.16.840.1.101.3.4.2.4": "SHA-224",
        "2.16.840.1.101.3.4.2.1": Hash.sha256.rawValue,
        "2.16.840.1.101.3.4.2.2": Hash.sha384.rawValue,
        "2.16.840.1.101.3.4.2.3": Hash.sha512.rawValue,
    ]
}

extension PSSParameters.Hash {
    var signatureAlgorithm: SignatureAlgorithm {
        switch self {
        case .sha256: .rsaPSSSHA256
        case .sha384: .rsaPSSSHA384
        case .sha512: .rsaPSSSHA512
        }
    }
}

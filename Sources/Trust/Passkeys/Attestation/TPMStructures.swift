internal import Crypto
internal import SymbolonKeys

/// Reads the octets of a TPM's structures, big-endian (TPM 2.0 Library Part 2 §4).
private struct TPMReader {
    private var rest: ArraySlice<UInt8>

    init(_ octets: ArraySlice<UInt8>) { rest = octets }

    mutating func take(_ count: Int) throws(AttestationFlaw) -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw .tpm("ends too soon") }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func number(_ octets: Int) throws(AttestationFlaw) -> Int {
        try take(octets).reduce(0) { $0 << 8 | Int($1) }
    }

    /// TPM2B: a size of two octets, and so many.
    mutating func sized() throws(AttestationFlaw) -> ArraySlice<UInt8> { try take(try number(2)) }

    func finish() throws(AttestationFlaw) {
        guard rest.isEmpty else { throw .tpm("has octets after its end") }
    }
}

/// TPM_ALG_ID, Part 2 §6.3.
private enum TPMAlgorithm {
    static let rsa = 0x0001
    static let sha256 = 0x000B
    static let sha384 = 0x000C
    static let sha512 = 0x000D
    static let null = 0x0010
    static let ecc = 0x0023
}

/// TPMT_PUBLIC, Part 2 §12.2.4: a signing key that the TPM holds.
struct TPMPublicArea {
    let key: PublicKey
    /// By which the TPM names it: the algorithm of its name, and the hash of all of it (Part 1 §16).
    let name: [UInt8]

    init(_ octets: ArraySlice<UInt8>) throws(AttestationFlaw) {
        var reader = TPMReader(octets)
        let type = try reader.number(2)
        let nameAlgorithm = try reader.number(2)
        // objectAttributes, authPolicy
        _ = try reader.take(4)
        _ = try reader.sized()
        guard try reader.number(2) == TPMAlgorithm.null else { throw .tpm("is of a key that does not sign") }
        // The scheme, with its hash where there is one.
        if try reader.number(2) != TPMAlgorithm.null { _ = try reader.take(2) }
        let numbers: PublicKeyNumbers
        switch type {
        case TPMAlgorithm.rsa:
            _ = try reader.number(2)
            let exponent = try reader.number(4)
            // Part 2 §12.2.3.5: "zero indicates that the exponent is the default of 2^16 + 1".
            let written = exponent == 0 ? 65_537 : exponent
            let octets = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: written >> $0) }
            numbers = .rsa(modulus: Array(try reader.sized()), exponent: Array(octets.drop { $0 == 0 }))
        case TPMAlgorithm.ecc:
            let kind = try Self.curve(try reader.number(2))
            if try reader.number(2) != TPMAlgorithm.null { _ = try reader.take(2) }
            let (x, y) = (try reader.sized(), try reader.sized())
            numbers = .point(kind.kind, x: Self.padded(x, to: kind.octets), y: Self.padded(y, to: kind.octets))
        default: throw .tpm("is of a kind of key that is not supported")
        }
        try reader.finish()
        do throws(KeyFailure) { key = try PublicKey(numbers) } catch { throw .tpm("has a key that is not valid") }
        name = [UInt8(nameAlgorithm >> 8), UInt8(nameAlgorithm & 0xFF)] + (try Self.hash(octets, by: nameAlgorithm))
    }

    /// TPM_ECC_CURVE, Part 2 §6.4.
    private static func curve(_ number: Int) throws(AttestationFlaw) -> (kind: PublicKey.Kind, octets: Int) {
        switch number {
        case 0x0003: (.p256, 32)
        case 0x0004: (.p384, 48)
        case 0x0005: (.p521, 66)
        default: throw .tpm("names a curve that is not supported")
        }
    }

    private static func padded(_ octets: ArraySlice<UInt8>, to count: Int) -> [UInt8] {
        Array(repeating: 0, count: max(0, count - octets.count)) + octets
    }

    private static func hash(_ octets: ArraySlice<UInt8>, by algorithm: Int) throws(AttestationFlaw) -> [UInt8] {
        switch algorithm {
        case TPMAlgorithm.sha256: Array(SHA256.hash(data: Array(octets)))
        case TPMAlgorithm.sha384: Array(SHA384.hash(data: Array(octets)))
        case TPMAlgorithm.sha512: Array(SHA512.hash(data: Array(octets)))
        default: throw .tpm("is named by a hash that is not supported")
        }
    }
}

/// TPMS_ATTEST of the kind TPM_ST_ATTEST_CERTIFY, Part 2 §10.12.12: the TPM says that it holds an object.
struct TPMCertification {
    let extraData: ArraySlice<UInt8>
    /// Of the object.
    let name: ArraySlice<UInt8>

    init(_ octets: ArraySlice<UInt8>) throws(AttestationFlaw) {
        var reader = TPMReader(octets)
        // "TPM_GENERATED_VALUE": what the TPM itself made, and signs nothing else that begins so.
        guard try reader.number(4) == 0xFF54_4347 else { throw .tpm("was not made by the TPM") }
        guard try reader.number(2) == 0x8017 else { throw .tpm("certifies no key") }
        // qualifiedSigner
        _ = try reader.sized()
        extraData = try reader.sized()
        // clockInfo, firmwareVersion
        _ = try reader.take(17 + 8)
        name = try reader.sized()
        // qualifiedName
        _ = try reader.sized()
        try reader.finish()
    }
}

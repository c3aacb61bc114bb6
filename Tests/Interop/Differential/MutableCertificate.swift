import SymbolonTestSupport

/// A certificate in parts that can each be changed; signed when it is written, so that the signature holds over the change.
struct MutableCertificate: Sendable {
    /// Where each field of the TBSCertificate stands, the extensions apart. RFC 5280 §4.1.
    enum Field: Int, CaseIterable {
        case version, serialNumber, algorithm, issuer, validity, subject, publicKey
    }

    private var fields: [DERTree]
    /// Each `SEQUENCE { extnID, critical, extnValue }`; none leaves the list out.
    var extensions: [DERTree]
    var key: ChainKey
    /// Signs it, whoever is named as the issuer.
    var signer: ChainKey
    /// Beside the signature; nil: the one in the signed part.
    var outerAlgorithm: DERTree?
    /// Changes to the whole signed part, before it is signed.
    var bends: [@Sendable (inout DERTree) -> Void] = []
    /// Changes to the signature's octets.
    var spoilsSignature: (@Sendable ([UInt8]) -> [UInt8])?
    /// Changes to the bytes, after they were signed.
    var spoilsBytes: (@Sendable ([UInt8]) -> [UInt8])?

    /// Takes the names, times and extensions of `der`, and these keys.
    init(_ der: [UInt8], key: ChainKey, signer: ChainKey) {
        var fields = DERTree(der)!.children[0].children
        extensions = fields.removeLast().children[0].children
        self.fields = fields
        self.key = key
        self.signer = signer
        self[.publicKey] = key.publicKey
        self[.algorithm] = signer.algorithm
    }

    subscript(field: Field) -> DERTree {
        get { fields[field.rawValue] }
        set { fields[field.rawValue] = newValue }
    }

    var encoding: [UInt8] {
        var signed = DERTree(0x30, fields)
        if !extensions.isEmpty { signed.children.append(.context(3, DERTree(0x30, extensions))) }
        for bend in bends { bend(&signed) }
        var signature = signer.sign(signed.encoding)
        if let spoilsSignature { signature = spoilsSignature(signature) }
        let whole = DERTree.sequence(signed, outerAlgorithm ?? self[.algorithm], DERTree(0x03, [0] + signature))
        return spoilsBytes?(whole.encoding) ?? whole.encoding
    }
}

extension MutableCertificate {
    /// The last arc of the identifiers that lie in `id-ce` (2.5.29).
    enum Known: UInt8, CaseIterable {
        case subjectKeyIdentifier = 14
        case keyUsage = 15
        case subjectAlternativeName = 17
        case basicConstraints = 19
        case nameConstraints = 30
        case policies = 32
        case policyMappings = 33
        case authorityKeyIdentifier = 35
        case policyConstraints = 36
        case extendedKeyUsage = 37
        case inhibitAnyPolicy = 54

        var identifier: [UInt8] { [0x55, 0x1D, rawValue] }
    }

    func index(of known: Known) -> Int? {
        extensions.firstIndex { $0.children.first?.octets == known.identifier }
    }

    mutating func remove(_ known: Known) {
        extensions.removeAll { $0.children.first?.octets == known.identifier }
    }

    /// Puts the extension in the place of the one that is there, or at the end.
    mutating func set(_ known: Known, isCritical: Bool, _ value: DERTree) {
        let next = Self.extension(known.identifier, isCritical: isCritical, value)
        if let index = index(of: known) { extensions[index] = next } else { extensions.append(next) }
    }

    static func `extension`(_ identifier: [UInt8], isCritical: Bool, _ value: DERTree) -> DERTree {
        let members = [DERTree.identifier(identifier)] + (isCritical ? [.boolean(0xFF)] : [])
        return DERTree(0x30, members + [DERTree(0x04, [value])])
    }
}

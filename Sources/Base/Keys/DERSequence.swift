import SwiftASN1

/// The fields of one DER SEQUENCE, taken in order. What is missing, of another type or left over is
/// `KeyFailure.malformed`, naming the structure and the field.
struct DERSequence {
    private var fields: ASN1NodeCollection.Iterator
    private var upcoming: ASN1Node?
    private let structure: String

    /// One whole DER value: octets after it are refused.
    init(_ bytes: ArraySlice<UInt8>, as structure: String) throws(KeyFailure) {
        let root: ASN1Node
        do { root = try DER.parse(bytes) } catch { throw .malformed(structure: structure, field: "encoding") }
        try self.init(root, as: structure)
    }

    init(_ node: ASN1Node, as structure: String) throws(KeyFailure) {
        guard node.identifier == .sequence, case .constructed(let children) = node.content else {
            throw .malformed(structure: structure, field: "SEQUENCE")
        }
        self.init(children, as: structure)
    }

    private init(_ children: ASN1NodeCollection, as structure: String) {
        self.structure = structure
        fields = children.makeIterator()
        upcoming = fields.next()
    }

    /// Whether the next field has this tag.
    func isNext(_ identifier: ASN1Identifier) -> Bool { upcoming?.identifier == identifier }

    mutating func take(_ identifier: ASN1Identifier, _ field: String) throws(KeyFailure) -> ASN1Node {
        guard let node = upcoming, node.identifier == identifier else {
            throw .malformed(structure: structure, field: field)
        }
        upcoming = fields.next()
        return node
    }

    /// The next field whatever its type, or nil at the end.
    mutating func takeAny() -> ASN1Node? {
        defer { upcoming = fields.next() }
        return upcoming
    }

    mutating func takeAlgorithm(_ field: String) throws(KeyFailure) -> AlgorithmIdentifier {
        try AlgorithmIdentifier(take(.sequence, field), as: "\(structure) \(field)")
    }

    /// What stands within an EXPLICIT tag of this number, when that is next.
    mutating func takeExplicit(_ number: UInt, _ field: String) throws(KeyFailure) -> DERSequence? {
        let identifier = ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific)
        guard let node = upcoming, node.identifier == identifier else { return nil }
        guard case .constructed(let children) = node.content else {
            throw .malformed(structure: structure, field: field)
        }
        upcoming = fields.next()
        return DERSequence(children, as: structure)
    }

    mutating func takeOctets(_ field: String) throws(KeyFailure) -> ArraySlice<UInt8> {
        try primitive(take(.octetString, field), field)
    }

    /// The magnitude's big-endian octets as encoded, with the sign octet if there is one; minimal (X.690 §8.3.2).
    mutating func takeInteger(_ field: String) throws(KeyFailure) -> ArraySlice<UInt8> {
        let octets = try primitive(take(.integer, field), field)
        guard let first = octets.first else { throw .malformed(structure: structure, field: field) }
        if octets.count > 1 {
            let second = octets[octets.startIndex + 1]
            let isPadded = (first == 0 && second < 0x80) || (first == 0xFF && second >= 0x80)
            guard !isPadded else { throw .malformed(structure: structure, field: field) }
        }
        return octets
    }

    /// A non-negative INTEGER; one that does not fit an `Int` reads as `Int.max`, which every bound refuses.
    mutating func takeCount(_ field: String) throws(KeyFailure) -> Int {
        let octets = try takeInteger(field)
        guard let first = octets.first, first < 0x80 else { throw .malformed(structure: structure, field: field) }
        guard octets.count <= 8 else { return Int.max }
        return octets.reduce(0) { $0 << 8 | Int($1) }
    }

    /// A BIT STRING of whole octets.
    mutating func takeBits(
        _ identifier: ASN1Identifier, _ field: String
    ) throws(KeyFailure) -> ArraySlice<UInt8> {
        let node = try take(identifier, field)
        guard let bits = try? ASN1BitString(derEncoded: node, withIdentifier: identifier), bits.paddingBits == 0 else {
            throw .malformed(structure: structure, field: field)
        }
        return bits.bytes
    }

    func end() throws(KeyFailure) {
        guard upcoming == nil else { throw .malformed(structure: structure, field: "end") }
    }

    private func primitive(_ node: ASN1Node, _ field: String) throws(KeyFailure) -> ArraySlice<UInt8> {
        guard case .primitive(let octets) = node.content else { throw .malformed(structure: structure, field: field) }
        return octets
    }
}
